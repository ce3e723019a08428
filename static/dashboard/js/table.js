// <bg-table>: j/k move, x selects, o opens, r releases. New rows wait while the pointer is over the table.
// Releasing all that are selected asks once more, in place, for it cannot be undone. On a phone, which shows no boxes,
// the page's button [data-pick] brings them in.
import { button } from "./make.js";
import { anew, concern, place } from "./parts.js";

const MOST = 500; // rows that came by themselves; then the list is asked for anew, or an open page would grow for ever

customElements.define("bg-table", class extends HTMLElement {
  connectedCallback() {
    this.held = new Map();
    this.came = 0;
    this.keys = (event) => this.press(event);
    document.addEventListener("keydown", this.keys);
    this.addEventListener("bg:arrival", (event) => this.arrive(event));
    this.addEventListener("bg:changed", () => (this.count(), this.shorten()));
    this.addEventListener("htmx:afterSettle", () => this.stay());
    this.addEventListener("change", (event) => this.select(event.target));
    this.addEventListener("click", (event) => this.answer(event.target));
    this.released = (event) => event.detail.elt.matches("#sessions-form") && event.detail.successful && this.none({ ask: true });
    document.addEventListener("htmx:afterRequest", this.released);
    this.picker = document.querySelector("[data-pick]");
    this.picked = () => (this.hasAttribute("data-picking") ? this.none() : this.pick(true));
    this.picker?.addEventListener("click", this.picked);
    this.addEventListener("pointerleave", () => this.letIn());
    this.count();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys);
    document.removeEventListener("htmx:afterRequest", this.released);
    this.picker?.removeEventListener("click", this.picked);
    this.pick(false);
  }

  get rows() {
    return [...this.querySelectorAll("tbody tr[id]")];
  }

  press(event) {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return;
    const current = this.current;
    const act = {
      j: () => this.go(current, 1),
      k: () => this.go(current, -1),
      x: () => current?.querySelector("input[type=checkbox]")?.click(),
      o: () => current?.querySelector(".main a")?.click(),
      Enter: () => event.target.closest("a, button, input") || current?.querySelector(".main a")?.click(),
      r: () => (this.selected.length ? this.sure(true) : current?.querySelector("[data-release]")?.click()),
      Escape: () => (this.selected.length || this.hasAttribute("data-picking")) && (this.querySelector("[data-sure]:not([hidden])") ? this.sure(false) : this.none()),
    }[event.key];
    if (!act) return;
    if (event.key !== "Enter" && event.key !== "Escape") event.preventDefault();
    act();
  }

  // By its id: a row that was released is another element afterwards.
  get current() {
    return this.at && this.rows.find(({ id }) => id === this.at);
  }

  stay() {
    const row = this.current;
    if (!row || "current" in row.dataset) return;
    row.dataset.current = "";
    if (document.activeElement === document.body) row.querySelector(".main a")?.focus({ preventScroll: true });
  }

  go(current, step) {
    const rows = this.rows;
    const next = rows[current ? rows.indexOf(current) + step : 0];
    if (!next) return;
    current?.removeAttribute("data-current");
    next.dataset.current = "";
    this.at = next.id;
    next.scrollIntoView({ block: "nearest" });
    next.querySelector(".main a")?.focus({ preventScroll: true });
  }

  select(box) {
    if (box.matches("thead input[type=checkbox]")) this.every(box.checked);
    else this.count();
  }

  every(isChosen) {
    for (const box of this.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) box.checked = isChosen;
    this.count();
  }

  pick(isPicking) {
    this.toggleAttribute("data-picking", isPicking);
    this.picker?.setAttribute("aria-pressed", isPicking);
  }

  get selected() {
    return [...this.querySelectorAll("tbody input[type=checkbox]:checked")];
  }

  count() {
    const number = this.selected.length;
    const words = this.querySelector("[data-selected]");
    if (words) words.textContent = `${number} selected`;
    const all = this.querySelector("[data-release-all]");
    if (all) all.textContent = number === 1 ? "Release 1 session" : `Release ${number} sessions`;
    const ask = this.querySelector("[data-ask]");
    if (ask) ask.disabled = !number;
    if (!number) this.sure(false);
  }

  answer(target) {
    if (target.closest?.("[data-ask]")) this.sure(true);
    else if (target.closest?.("[data-keep]")) this.sure(false);
    else if (target.closest?.("[data-none]")) this.none();
    else if (target.closest?.("[data-every]")) this.every(true);
  }

  sure(asks) {
    const bar = this.querySelector(".selection");
    if (!bar) return;
    bar.querySelector("[data-sure]").hidden = !asks;
    for (const part of bar.querySelectorAll("[data-every], [data-ask], [data-none], [data-selected]")) part.hidden = asks;
    if (asks) bar.querySelector("[data-release-all]").focus();
  }

  none({ ask = false } = {}) {
    const rows = this.selected.map((box) => box.closest("tr"));
    for (const box of this.querySelectorAll("input[type=checkbox]")) box.checked = false;
    this.pick(false);
    this.count();
    if (ask) for (const row of rows) concern({ type: "session.stopping", session: row.dataset.live });
  }

  arrive(event) {
    this.came += 1;
    if (!this.matches(":hover")) return;
    event.preventDefault();
    this.held.set(event.detail.id, [event.target, event.detail]);
    if (this.held.size > MOST) this.held.delete(this.held.keys().next().value);
    let bar = this.querySelector(".fresh");
    if (!bar) {
      bar = button("", "fresh", () => this.letIn());
      this.prepend(bar);
    }
    bar.textContent = `${this.held.size} new. Show`;
  }

  letIn() {
    for (const [list, row] of this.held.values()) if (!document.getElementById(row.id)) place(list, row);
    this.held.clear();
    this.querySelector(".fresh")?.remove();
  }

  // Not under the pointer, nor where somebody reads further down or has chosen rows.
  shorten() {
    const isRead = this.matches(":hover") || (scrollY > innerHeight && !document.hidden);
    if (this.came < MOST || isRead || this.selected.length) return;
    this.came = 0;
    anew(document.getElementById("results"), location.href);
  }
});
