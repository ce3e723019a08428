// A live picture some seconds behind: what comes next is known, so that the pointer arrives where the next click will be
// and the eye is near when it comes. One clock, that of the browser's machine, says which frame and which input are due.
import { FORESIGHT, liveCamera } from "./camera.js";
import { Held } from "./held.js";
import { LiveInputs } from "./live-inputs.js";
import { NodeClock } from "./node-clock.js";
import { paintScene } from "./paint.js";
import { PLAIN, STUDIO, director } from "./scene.js";

export const DELAY = FORESIGHT + 350; // ms; so much later may come what is told
const PACE = 0.5; // at which it falls behind at first, so that the picture never stands still for it
const EARLY = 50; // ms before a frame is due that it is decoded
const KEPT = 12_000; // ms of inputs that the pointer's way still needs
const SHARPEST = 2; // canvas pixels for one of CSS

export class Behind {
  /** `decoded(frame)` promises its picture; `shaped(width, height)` is told the size of the page that is shown, in CSS px. */
  constructor(canvas, { decoded, shaped }) {
    this.canvas = canvas;
    this.decoded = decoded;
    this.shaped = shaped;
    this.context = canvas.getContext("2d", { alpha: false });
    this.clock = new NodeClock();
    this.held = new Held();
    this.inputs = new LiveInputs();
    this.eye = liveCamera();
    this.floor = -Infinity;
    this.t = -Infinity;
    this.leaving = new AbortController();
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.calm.addEventListener("change", () => (this.isNew = true), { signal: this.leaving.signal });
    this.isNew = true;
    this.look();
  }

  /** {number, t, width, height, bytes, …}, t in unix ms. */
  frame(frame) {
    this.clock.heard(frame.t, performance.now());
    this.held.put({ ...frame, t: Math.max(frame.t, this.floor) });
    if (!this.tick) this.held.rest();
  }

  input(line) {
    this.clock.heard(line.t, performance.now());
    this.isNew = this.inputs.add(line) || this.isNew;
  }

  /** From now on frames are of another page, at first one that may be old. */
  turn() {
    this.floor = this.clock.at(performance.now()) ?? this.floor;
  }

  /** Nobody looks. */
  rest() {
    cancelAnimationFrame(this.tick);
    this.tick = null;
    this.held.rest();
  }

  /** Somebody looks, from now on. */
  look() {
    if (this.tick) return;
    this.since = performance.now();
    this.beat();
  }

  end() {
    this.rest();
    this.leaving.abort();
    for (const name of ["shown", "coming"]) this.let(name);
    this.hasEnded = true;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
  }

  beat() {
    this.tick = requestAnimationFrame(() => this.beat());
    const here = performance.now();
    const now = this.clock.at(here);
    if (now === undefined) return;
    this.t = Math.max(this.t, now - Math.min(DELAY, (here - this.since) * PACE));
    this.turnOver();
    if (this.shown) this.draw();
  }

  /** Shows the frame that is due, and decodes the one that soon will be. */
  turnOver() {
    if (this.coming && this.coming.frame.t <= this.t) {
      this.let("shown");
      [this.shown, this.coming] = [this.coming, null];
      this.shaped(this.shown.frame.width, this.shown.frame.height);
    }
    const due = this.held.due(this.t + EARLY);
    if (!due || due === this.last || this.isDecoding || this.coming) return;
    this.last = due;
    this.decode(due);
  }

  async decode(frame) {
    this.isDecoding = true;
    try {
      this.coming = { frame, picture: await this.decoded(frame) };
      if (this.hasEnded) this.let("coming");
    } catch {
      // one that cannot be decoded is left out
    }
    this.isDecoding = false;
  }

  let(name) {
    this[name]?.picture.close();
    this[name] = null;
  }

  draw() {
    const { frame, picture } = this.shown;
    const scale = Math.min(SHARPEST, devicePixelRatio || 1);
    const { width, height } = this.canvas.getBoundingClientRect();
    const scene = this.scenes.at(this.t, frame, width, height);
    const key = JSON.stringify([frame.number, width, height, scale, scene.view, scene.pointer, scene.ripples]);
    this.scene = scene;
    if (key === this.drawn || width < 2 || height < 2) return;
    this.drawn = key;
    for (const [name, length] of [["width", width], ["height", height]]) {
      if (this.canvas[name] !== Math.round(length * scale)) this.canvas[name] = Math.round(length * scale);
    }
    this.context.setTransform(this.canvas.width / width, 0, 0, this.canvas.height / height, 0, 0); // to its last pixel
    paintScene(this.context, scene, picture);
  }

  /** Anew where more is known than before. */
  get scenes() {
    if (!this.isNew) return this.directed;
    this.isNew = false;
    const visit = this.eye.spans.find(({ to }) => to >= this.t);
    this.inputs.forget(Math.min(this.t - KEPT, visit?.from ?? Infinity));
    const look = { ...PLAIN, zoom: this.calm.matches ? 1 : STUDIO.zoom, pointer: STUDIO.pointer };
    const { inputs } = this.inputs;
    this.eye.see(inputs, look.zoom);
    return (this.directed = director(inputs, 0, look, this.eye));
  }
}
