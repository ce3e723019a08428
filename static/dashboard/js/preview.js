// <bg-pool-preview>: the strip that the numbers of the form would make. The server checks them; this only draws.
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
      const item = document.createElement("li");
      const cell = document.createElement("span");
      cell.className = "cell";
      cell.dataset.state = index < min ? "ready" : "empty";
      if (index < min) cell.append(glyph());
      if (index === min - 1) item.dataset.notch = "min";
      if (index === Math.min(concurrency, max) - 1) item.dataset.notch2 = "max_concurrency";
      item.append(cell);
      return item;
    });
    this.querySelector(".strip")?.replaceChildren(...cells);
  }
});

function glyph() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "glyph");
  svg.dataset.state = "ready";
  use.setAttribute("href", "#g-ready");
  svg.append(use);
  return svg;
}
