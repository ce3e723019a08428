// <bg-chart>: the server drew it; this tells the exact value under the pointer or by arrow keys, from the table behind.
customElements.define("bg-chart", class extends HTMLElement {
  connectedCallback() {
    this.plot = this.querySelector(".chart-plot");
    if (!this.plot) return;
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", () => this.rest());
    this.plot.addEventListener("blur", () => this.rest());
    this.plot.addEventListener("keydown", (event) => this.press(event));
    this.querySelector("button")?.addEventListener("click", (event) => this.toggle(event.currentTarget));
  }

  get rows() {
    return [...this.querySelectorAll("tbody tr")];
  }

  point(event) {
    const box = this.plot.getBoundingClientRect();
    const rows = this.rows;
    this.show(Math.min(rows.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * rows.length))));
  }

  press(event) {
    const last = this.rows.length - 1;
    const here = this.at ?? last + (event.key === "ArrowLeft" ? 1 : 0);
    const wanted = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") this.rest();
    if (wanted === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    this.show(Math.min(last, Math.max(0, wanted)));
  }

  show(index) {
    const row = this.rows[index];
    if (!row) return;
    this.at = index;
    const [cursor, dot] = this.marks;
    for (const [mark, names] of [[cursor, ["x1", "x2"]], [dot, ["cx"]]]) {
      for (const name of names) mark.setAttribute(name, `${row.dataset.at}%`);
      mark.setAttribute("visibility", "visible");
    }
    dot.setAttribute("cy", 104 - 0.84 * row.dataset.height);
    this.value.textContent = `${row.cells[0].textContent}: ${row.cells[1].textContent}`;
    this.dataset.pointing = "";
  }

  rest() {
    this.at = undefined;
    for (const mark of this.marks) mark.setAttribute("visibility", "hidden");
    this.value.textContent = this.value.dataset.now;
    delete this.dataset.pointing;
  }

  get marks() {
    return [this.querySelector(".cursor"), this.querySelector(".dot")];
  }

  get value() {
    return this.querySelector(".chart-value");
  }

  toggle(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", open);
    this.toggleAttribute("data-table", open);
    this.querySelector(".chart-table").tabIndex = open ? 0 : -1; // it scrolls
  }
});
