// <bg-moments>: the list of what happened, in order; follows the playhead until somebody reads elsewhere in it.
import { icon, make } from "../../dashboard/js/make.js";
import { LANES, after, clock } from "./track.js";

const MOST = 2000; // rows; beyond that a list is no help, the lanes are
const LEAVES = 4000; // ms after scrolling by hand before the list follows again

customElements.define("bg-moments", class extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    this.empty = this.querySelector("[data-empty]");
    this.search = this.querySelector("input[type=search]");
    this.search.addEventListener("input", () => this.draw());
    this.addEventListener("change", (event) => event.target.name === "lane" && this.draw());
    this.list.addEventListener("click", (event) => this.press(event));
    for (const name of ["wheel", "touchmove"]) this.list.addEventListener(name, () => (this.left = performance.now()), { passive: true });
  }

  show(track) {
    this.track = track;
    for (const choice of this.querySelectorAll("input[name=lane]")) {
      const number = track.lanes[choice.value]?.length;
      if (number !== undefined) choice.closest("label").hidden = number === 0;
    }
    this.draw();
  }

  get shown() {
    const lane = this.querySelector("input[name=lane]:checked")?.value ?? "all";
    const words = this.search.value.trim().toLowerCase();
    return (lane === "all" ? this.track.moments.filter((item) => item.lane !== "network" && item.lane !== "console" || item.level) : this.track.lanes[lane])
      .filter((item) => !words || `${item.text} ${item.detail} ${item.url ?? ""}`.toLowerCase().includes(words));
  }

  draw() {
    if (!this.track) return;
    this.items = this.shown.slice(0, MOST);
    this.list.replaceChildren(...this.items.map(row));
    this.empty.hidden = this.items.length > 0;
    this.current = undefined;
    this.now = this.t ?? 0;
  }

  set now(t) {
    this.t = t;
    if (!this.items) return;
    const index = after(this.items, t + 20) - 1;
    if (index === this.current) return;
    this.list.children[this.current]?.removeAttribute("aria-current");
    this.current = index;
    const item = this.list.children[index];
    item?.setAttribute("aria-current", "true");
    if (item && performance.now() - (this.left ?? -LEAVES) > LEAVES && !this.list.contains(document.activeElement)) this.reveal(item);
  }

  /** Within the list alone: the page itself stays where it is. */
  reveal(item) {
    const top = item.offsetTop - this.list.offsetTop;
    if (top < this.list.scrollTop + 40 || top + item.offsetHeight > this.list.scrollTop + this.list.clientHeight - 40) {
      this.list.scrollTop = top - this.list.clientHeight / 2;
    }
  }

  press(event) {
    const button = event.target.closest("button");
    if (button) this.dispatchEvent(new CustomEvent("bg:seek", { detail: this.items[[...this.list.children].indexOf(button.parentElement)].t, bubbles: true }));
  }
});

function row(item) {
  const lane = LANES.find(({ name }) => name === item.lane);
  const what = make("span", { className: "what" }, make("span", { textContent: item.text || lane.label }), item.detail ? make("small", { textContent: item.detail }) : null);
  const button = make("button", { type: "button" }, make("time", { className: "mono", textContent: clock(item.t) }), icon(`i-${lane.icon}`), what);
  button.title = [item.text, item.detail].filter(Boolean).join("\n").slice(0, 500);
  return make("li", { className: `moment ${item.lane} ${item.level}` }, button);
}
