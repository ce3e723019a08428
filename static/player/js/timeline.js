// <bg-timeline>: lanes of what happened under one playhead. A slider for keys and screen readers; for the pointer the
// whole of it is one: press or drag to go there, rest on something to read what it is.
import { make } from "../../dashboard/js/make.js";
import { LANES, clock } from "./track.js";

const SVG = "http://www.w3.org/2000/svg";
const NEAR = 7; // px within which the pointer means a moment
const STEPS = [100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

customElements.define("bg-timeline", class extends HTMLElement {
  connectedCallback() {
    this.slider = this.querySelector("input[type=range]");
    this.lanes = this.querySelector("[data-lanes]");
    this.ruler = this.querySelector("[data-ruler]");
    this.tip = this.querySelector("[data-tip]");
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.lanes);
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.area = this.querySelector("[data-area]");
    this.area.addEventListener("pointerdown", (event) => this.press(event));
    this.area.addEventListener("pointermove", (event) => this.point(event));
    this.area.addEventListener("pointerleave", () => this.rest());
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  /** The track of track.js, and the spans that are skipped. */
  show(track, idle) {
    this.track = track;
    this.idle = idle;
    this.slider.max = Math.max(1, Math.round(track.duration));
    this.draw();
  }

  set now(t) {
    this.t = t;
    this.slider.value = t;
    this.slider.setAttribute("aria-valuetext", clock(t));
    this.style.setProperty("--now", this.track?.duration ? t / this.track.duration : 0);
  }

  go(t) {
    this.dispatchEvent(new CustomEvent("bg:seek", { detail: t, bubbles: true }));
  }

  get width() {
    return this.lanes.clientWidth;
  }

  x(t) {
    return (t / (this.track.duration || 1)) * this.width;
  }

  time(event) {
    const box = this.lanes.getBoundingClientRect();
    return Math.min(Math.max(0, (event.clientX - box.left) / box.width), 1) * this.track.duration;
  }

  press(event) {
    if (!this.track || event.button !== 0) return;
    const near = this.near(event);
    this.area.setPointerCapture(event.pointerId);
    this.isDragging = true;
    this.go(near && this.isAt(near, event) ? near.t : this.time(event));
    const end = () => {
      this.isDragging = false;
      for (const name of ["pointerup", "pointercancel"]) this.area.removeEventListener(name, end);
    };
    for (const name of ["pointerup", "pointercancel"]) this.area.addEventListener(name, end);
  }

  point(event) {
    if (!this.track) return;
    const t = this.time(event);
    if (this.isDragging) this.go(t);
    const near = this.near(event);
    this.style.setProperty("--ghost", t / (this.track.duration || 1));
    this.dataset.pointing = "";
    const lane = near && LANES.find(({ name }) => name === near.lane);
    this.tip.replaceChildren(make("b", { className: "mono", textContent: clock(near?.t ?? t) }),
      near ? make("span", { textContent: near.text || lane.label }) : "", near?.detail ? make("small", { textContent: near.detail }) : "");
  }

  rest() {
    delete this.dataset.pointing;
  }

  isAt(item, event) {
    return Math.abs(this.x(item.t) - this.x(this.time(event))) <= NEAR;
  }

  /** The moment under the pointer: one that begins there, or one that lasts over it. */
  near(event) {
    const lane = event.target.closest?.("[data-lane]")?.dataset.lane;
    const items = this.track.lanes[lane];
    if (!items) return null;
    const [x, t] = [this.x(this.time(event)), this.time(event)];
    const within = items.findLast((item) => item.end !== null && item.t <= t && item.end >= t) ?? (lane === "navigation" ? items.findLast((item) => item.t <= t) : null);
    let best = null;
    for (const item of items) {
      const gap = Math.abs(this.x(item.t) - x);
      if (gap <= NEAR && gap < (best?.gap ?? Infinity)) best = { gap, item };
    }
    return best?.item ?? within;
  }

  draw() {
    if (!this.track || !this.width) return;
    this.drawRuler();
    for (const { name } of LANES) {
      const row = this.lanes.querySelector(`[data-lane="${name}"]`);
      const svg = row.querySelector("svg");
      svg.setAttribute("viewBox", `0 0 ${this.width} ${row.clientHeight}`);
      svg.replaceChildren(...this.idleMarks(row.clientHeight), ...DRAWN[name](this.track.lanes[name], this, row.clientHeight));
    }
  }

  drawRuler() {
    const fits = Math.max(2, Math.floor(this.width / 92));
    const step = STEPS.find((one) => this.track.duration / one <= fits) ?? STEPS.at(-1);
    const marks = [];
    for (let t = 0; t <= this.track.duration; t += step) {
      const mark = make("span", { textContent: clock(t, step < 1000 ? 1 : 0) });
      mark.style.setProperty("--at", t / this.track.duration);
      marks.push(mark);
    }
    this.ruler.replaceChildren(...marks);
  }

  idleMarks(height) {
    return this.idle.map(({ from, to }) => drawn("rect", { class: "idle", x: this.x(from), y: 0, width: Math.max(0, this.x(to) - this.x(from)), height }));
  }
});

/** How each lane is drawn: (items, timeline, height) → shapes. */
const DRAWN = {
  navigation: (items, line, height) => items.flatMap((item, index) => {
    const [from, to] = [line.x(item.t), line.x(items[index + 1]?.t ?? line.track.duration)];
    const width = Math.max(2, to - from - 2);
    const shapes = [drawn("rect", { class: "visit", x: from, y: 3, width, height: height - 6, rx: 4 })];
    if (width > 44) {
      const text = drawn("text", { class: "name", x: from + 8, y: height / 2 + 4 });
      text.textContent = cut(item.text, (width - 14) / 6.1);
      shapes.push(text);
    }
    return shapes;
  }),
  clicks: (items, line, height) => items.map((item) => drawn("circle", { class: "dot", cx: line.x(item.t), cy: height / 2, r: 4 })),
  typing: (items, line, height) => items.map((item) => bar(line, item, height / 2 - 4, 8, 6)),
  console: (items, line, height) => thinned(items, line).map((item) => drawn("rect", { class: `tick ${item.level}`, x: line.x(item.t) - 1, y: height / 2 - 6, width: 2, height: 12, rx: 1 })),
  network: (items, line, height) => {
    const rows = [-1, -1, -1, -1].map(() => -Infinity);
    return thinned(items, line).map((item) => {
      let row = rows.findIndex((end) => end <= line.x(item.t));
      if (row < 0) row = rows.indexOf(Math.min(...rows));
      rows[row] = line.x(item.end ?? item.t) + 1;
      return bar(line, item, 3 + (row * (height - 6)) / 4, (height - 6) / 4 - 1.5, 2);
    });
  },
  errors: (items, line, height) => items.map((item) => drawn("path", { class: "cross", d: "M-3.5 -3.5 L3.5 3.5 M3.5 -3.5 L-3.5 3.5", transform: `translate(${line.x(item.t)} ${height / 2})` })),
  marks: (items, line, height) => items.flatMap((item, index) => {
    const x = line.x(item.t);
    const room = line.x(items[index + 1]?.t ?? line.track.duration) - x - 16;
    const text = drawn("text", { class: "name", x: x + 12, y: height / 2 + 4 });
    text.textContent = room > 24 ? cut(item.text, room / 6.1) : "";
    return [drawn("path", { class: "flag", d: `M${x} 4 V${height - 4} M${x} 5 h8 l-2.5 3.5 l2.5 3.5 h-8` }), text];
  }),
};

function bar(line, item, y, height, least) {
  const x = line.x(item.t);
  return drawn("rect", { class: `bar ${item.level}`, x, y, width: Math.max(least, line.x(item.end ?? item.t) - x), height, rx: Math.min(height / 2, 3) });
}

/** Of what lies on the same pixel the gravest: thousands of moments stay a picture. */
function thinned(items, line) {
  if (items.length < 600) return items;
  const grave = { error: 2, warn: 1 };
  const kept = new Map();
  for (const item of items) {
    const pixel = Math.round(line.x(item.t) / 2);
    const there = kept.get(pixel);
    if (!there || (grave[item.level] ?? 0) > (grave[there.level] ?? 0)) kept.set(pixel, item);
  }
  return [...kept.values()];
}

function cut(text, characters) {
  return text.length <= characters ? text : `${text.slice(0, Math.max(1, Math.floor(characters) - 1))}…`;
}

function drawn(name, facts) {
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(facts)) shape.setAttribute(key, value);
  return shape;
}
