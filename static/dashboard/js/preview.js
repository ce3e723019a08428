// <bg-pool-preview>: the strip that the numbers of the form would make. The server checks them; this only draws.
import { icon, make } from "./make.js";

customElements.define("bg-pool-preview", class extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form?.addEventListener("input", () => this.draw());
    this.draw();
  }

  number(name) {
    return Math.max(0, Math.min(60, Number(this.form?.elements.namedItem(name)?.value) || 0));
  }

  draw() {
    const [min, max, concurrency] = ["min", "max", "max_concurrency"].map((name) => this.number(name));
    const cells = Array.from({ length: Math.max(max, min) }, (_, index) => {
      const cell = make("span", { className: "cell", "data-state": index < min ? "ready" : "empty" }, index < min && icon("g-ready", "glyph"));
      const item = make("li", {}, cell);
      if (index === min - 1) item.dataset.notch = "min";
      if (index === Math.min(concurrency, max) - 1) item.dataset.notch2 = "max_concurrency";
      return item;
    });
    this.querySelector(".strip")?.replaceChildren(...cells);
  }
});
