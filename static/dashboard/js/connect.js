// <bg-connect>: its tabs are radio buttons and work alone; this remembers the choice.
const KEY = "bg.client";

customElements.define("bg-connect", class extends HTMLElement {
  connectedCallback() {
    const wanted = stored();
    const radio = wanted && this.querySelector(`input[type="radio"][value="${CSS.escape(wanted)}"]`);
    if (radio) radio.checked = true;
    this.addEventListener("change", (event) => {
      if (event.target.type !== "radio") return;
      try {
        localStorage.setItem(KEY, event.target.value);
      } catch {
        // storage may be off: then the choice lasts as long as the page
      }
      event.target.closest("label")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }
});

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
