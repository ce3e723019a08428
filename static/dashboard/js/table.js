// <bg-table>: j/k move, x selects, o opens, r releases. New rows wait while the pointer is over the table.
import { place } from "./parts.js";

customElements.define("bg-table", class extends HTMLElement {
  connectedCallback() {
    this.held = [];
    this.keys = (event) => this.press(event);
    document.addEventListener("keydown", this.keys);
    this.addEventListener("bg:arrival", (event) => this.arrive(event));
    this.addEventListener("change", (event) => this.select(event.target));
    this.addEventListener("pointerleave", () => this.letIn());
    this.count();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys);
  }

  get rows() {
    return [...this.querySelectorAll("tbody tr[id]")];
  }

  press(event) {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return;
    const current = this.querySelector("tr[data-current]");
    const act = {
      j: () => this.go(current, 1),
      k: () => this.go(current, -1),
      x: () => current?.querySelector("input[type=checkbox]")?.click(),
      o: () => current?.querySelector(".main a")?.click(),
      Enter: () => event.target.closest("a, button, input") || current?.querySelector(".main a")?.click(),
      r: () => current?.querySelector("[data-release]")?.click(),
    }[event.key];
    if (!act) return;
    if (event.key !== "Enter") event.preventDefault();
    act();
  }

  go(current, step) {
    const rows = this.rows;
    const next = rows[current ? rows.indexOf(current) + step : 0];
    if (!next) return;
    current?.removeAttribute("data-current");
    next.dataset.current = "";
    next.scrollIntoView({ block: "nearest" });
    next.querySelector(".main a")?.focus({ preventScroll: true });
  }

  select(box) {
    if (box.matches("thead input[type=checkbox]")) {
      for (const other of this.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) other.checked = box.checked;
    }
    this.count();
  }

  count() {
    const selected = this.querySelectorAll("tbody input[type=checkbox]:checked").length;
    const words = this.querySelector("[data-selected]");
    if (words) words.textContent = `${selected} selected`;
  }

  arrive(event) {
    if (!this.matches(":hover")) return;
    event.preventDefault();
    this.held.push([event.target, event.detail]);
    let bar = this.querySelector(".fresh");
    if (!bar) {
      bar = document.createElement("button");
      bar.type = "button";
      bar.className = "fresh";
      bar.addEventListener("click", () => this.letIn());
      this.prepend(bar);
    }
    bar.textContent = `${this.held.length} new. Show`;
  }

  letIn() {
    for (const [list, row] of this.held.splice(0)) if (!document.getElementById(row.id)) place(list, row);
    this.querySelector(".fresh")?.remove();
  }
});
