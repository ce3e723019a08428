// Frames that wait for their moment, [{t, bytes, …}] in order of time. Never more than fit: where too many wait, every
// second of them goes, so that the picture moves in coarser steps and is no farther behind. Pure.
import { after } from "./track.js";

export const MOST_FRAMES = 120;
export const MOST_BYTES = 24 * 1024 * 1024;

export class Held {
  frames = [];
  bytes = 0;

  get count() {
    return this.frames.length;
  }

  put(frame) {
    const last = this.frames.at(-1);
    this.keep([...this.frames, last && frame.t < last.t ? { ...frame, t: last.t } : frame]);
    while (this.count > 1 && (this.count > MOST_FRAMES || this.bytes > MOST_BYTES)) {
      this.keep(this.frames.filter((_, index) => (this.count - 1 - index) % 2 === 0)); // the newest stays
    }
  }

  /** The one that is due at `t`: the last before it, else the first that there is. Those before it are let go. */
  due(t) {
    const index = after(this.frames, t) - 1;
    if (index > 0) this.keep(this.frames.slice(index));
    return this.frames[0];
  }

  /** All but the newest are let go. */
  rest() {
    this.keep(this.frames.slice(-1));
  }

  keep(frames) {
    this.frames = frames;
    this.bytes = frames.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
