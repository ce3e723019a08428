// The page inside the sandboxed frame: rebuilds a recorded page as of a moment, and nothing else. It has no origin, no
// network and runs no script but this one (see apps/dashboard/views/replay.py), so that what it rebuilds may be hostile.
//
// It speaks over the port that its parent hands it with the first message. In: {do: "load", events},
// {do: "at", t, ask}, {do: "picture", ask}. Out: {ask, …answer}, {say: "size" | "refused", …}.
import { Animations } from "./animations.js";
import { picture } from "./picture.js";
import { rebuilder } from "./rebuilder.js";

const META = 4;
const FULL_SNAPSHOT = 2;
const LASTS = 1500; // ms within which what is finite has ended, as far as anybody can tell

class Recorded {
  constructor(port) {
    this.port = port;
    this.events = [];
    this.next = 0; // the first event that is not on the page yet
    this.now = -Infinity;
    this.size = { width: 0, height: 0 };
    this.animations = new Animations();
    this.rebuilt = rebuilder({ resized: (size) => this.resized(size), refused: (what) => port.postMessage({ say: "refused", what }) });
    port.onmessage = ({ data }) => this.answer(data);
  }

  answer({ do: what, ask, t, events }) {
    if (what === "load") this.load(events);
    else if (what === "at") this.port.postMessage({ ask, ...this.at(t) });
    else if (what === "picture") this.port.postMessage({ ask, ...this.size, svg: picture(this.size, this.animations) });
  }

  load(events) {
    this.events = events;
    this.next = 0;
    this.now = -Infinity;
  }

  at(t) {
    const first = this.next;
    const start = this.start(t);
    const isJump = t < this.now || t - this.now > LASTS;
    let until = start;
    while (until < this.events.length && this.events[until].timestamp <= t) until += 1;
    // What happened long ago is put on the page at once; what happened just now at its own time, for what it set in motion.
    let next = start;
    while (next < until && isJump && this.events[next].timestamp < t - LASTS) next += 1;
    if (next > start) this.rebuilt.apply(this.events.slice(start, next));
    if (isJump) this.animations.settle(t - LASTS);
    while (next < until) {
      const { timestamp } = this.events[next];
      const from = next;
      while (next < until && this.events[next].timestamp - timestamp < 1) next += 1;
      this.rebuilt.apply(this.events.slice(from, next));
      this.animations.note(timestamp);
    }
    this.next = until;
    this.now = t;
    const isMoving = this.animations.at(t);
    return { ...this.size, isEmpty: until === 0, hasChanged: isMoving || until > start || start !== first };
  }

  /** Where to begin so that the page is right at `t`: where we are, or at the last whole picture of the page. */
  start(t) {
    let snapshot = -1;
    for (let index = t < this.now ? 0 : this.next; index < this.events.length && this.events[index].timestamp <= t; index += 1) {
      if (this.events[index].type === FULL_SNAPSHOT) snapshot = index;
    }
    if (snapshot < 0) return t < this.now ? 0 : this.next;
    return snapshot > 0 && this.events[snapshot - 1].type === META ? snapshot - 1 : snapshot;
  }

  resized({ width, height }) {
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    this.port.postMessage({ say: "size", ...this.size });
  }
}

addEventListener("message", (event) => {
  if (event.source === parent && event.ports.length === 1) new Recorded(event.ports[0]);
}, { once: true });
