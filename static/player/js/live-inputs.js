// What clients and people do now, as the player knows inputs: {t, kind, page, x, y, w, h}. Only what is still of use is
// kept. Pure.
import { touched } from "./track.js";

export const MOST_INPUTS = 3000;
const KINDS = { // as apps/recordings/track.py says them
  mousePressed: "down", mouseReleased: "up", mouseMoved: "move", mouseWheel: "wheel",
  keyDown: "key", rawKeyDown: "key", char: "key",
  touchStart: "touch", touchMove: "touch", touchEnd: "touch",
};

/** Of a line of the live socket; null where there is nothing of it to see. */
export function inputOf({ t, page, w, h, method, params = {} }) {
  const kind = method === "Input.insertText" ? "text" : KINDS[params.type];
  if (!kind) return null;
  const { x, y } = params.points?.[0] ?? params;
  return { t, kind, page, x, y, w, h };
}

export class LiveInputs {
  list = [];

  /** Whether it is something to see. */
  add(line) {
    const input = inputOf(line);
    if (!input) return false;
    this.list.push(input);
    if (this.list.length > MOST_INPUTS) this.list.splice(0, this.list.length - MOST_INPUTS);
    return true;
  }

  /** What was before `t`, but for where the pointer was last: from there it goes on. */
  forget(t) {
    const left = this.list.findLast((input) => input.t < t && Number.isFinite(input.x) && input.w > 0);
    this.list = this.list.filter((input) => input.t >= t || input === left);
  }

  get inputs() {
    return touched(this.list);
  }
}
