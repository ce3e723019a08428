// <bg-copy text> or <bg-copy of="id of what to copy">: a button that answers with a tick for one second.
customElements.define("bg-copy", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  async handleEvent(event) {
    event.preventDefault();
    if (this.closest("bg-join:not(:defined)")) { // still on its way, and until then its lines are masked
      await customElements.whenDefined("bg-join");
      this.querySelector("button").click();
      return;
    }
    const source = this.getAttribute("of");
    const text = this.getAttribute("text") ?? (source && document.getElementById(source)?.textContent) ?? "";
    if (!(await copied(text.trim(), this))) {
      document.dispatchEvent(new CustomEvent("bg:toast", { detail: { level: "error", message: "This browser did not let the page copy. Select the text and copy it yourself." } }));
      return;
    }
    this.dataset.done = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => delete this.dataset.done, 1000);
  }
});

async function copied(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text, beside); // plain http on another host has no clipboard API
  }
}

function copiedBySelection(text, beside) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  beside.append(area); // all that is outside an open dialog is inert
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return done;
}
