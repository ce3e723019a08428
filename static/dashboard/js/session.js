// <bg-join src>: lines with a masked ticket. Copying one fetches the address first; nothing of it is shown.
// <bg-story>: the stream of events; says when something came while one reads further down.
import { button } from "./make.js";

customElements.define("bg-join", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this, { capture: true });
  }

  async handleEvent(event) {
    const copy = event.target.closest("bg-copy");
    if (!copy || copy.hasAttribute("text")) return;
    event.stopPropagation(); // before it copies the mask
    event.preventDefault();
    const text = await this.asked(copy.getAttribute("of"));
    if (text === null) {
      document.dispatchEvent(new CustomEvent("bg:toast", { detail: { level: "error", message: "The address could not be fetched. Reload the page and try again." } }));
      return;
    }
    copy.setAttribute("text", text);
    copy.querySelector("button").click();
    copy.removeAttribute("text");
  }

  async asked(id) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    try {
      const answer = await fetch(this.getAttribute("src"), { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, redirect: "error" });
      const template = document.createElement("template");
      template.innerHTML = answer.ok ? await answer.text() : "";
      return template.content.getElementById(id)?.textContent.trim() ?? null;
    } catch {
      return null;
    }
  }
});

customElements.define("bg-story", class extends HTMLElement {
  connectedCallback() {
    this.seen = this.stream?.dataset.number;
    this.addEventListener("bg:changed", () => this.came());
    this.addEventListener("scroll", () => this.away || this.read(), { capture: true, passive: true });
  }

  get stream() {
    return this.querySelector(".stream");
  }

  get away() {
    return this.stream.scrollTop > 24;
  }

  came() {
    const number = Number(this.stream.dataset.number) - Number(this.seen);
    if (!this.away || number < 1) return this.read();
    if (!this.button) {
      this.button = button("", "fresh", () => {
        this.stream.scrollTo({ top: 0 });
        this.stream.focus({ preventScroll: true });
        this.read();
      });
      this.prepend(this.button);
    }
    this.button.textContent = `${number} new. Jump to the latest`;
  }

  read() {
    this.seen = this.stream.dataset.number;
    this.button?.remove();
    this.button = null;
  }
});
