// What time it is where the browser runs, known from the times of what comes from there. Pure: `here` is this window's
// clock, in ms. What came quickest tells most; the rest was on its way for longer.
const DRIFT = 1 / 10_000; // how much two clocks part

export class NodeClock {
  heard(there, here) {
    const ahead = there - here;
    if (this.ahead !== undefined && ahead <= this.lead(here)) return;
    this.ahead = ahead;
    this.since = here;
  }

  lead(here) {
    return this.ahead - (here - this.since) * DRIFT;
  }

  /** Undefined where nothing was heard yet. */
  at(here) {
    return this.ahead === undefined ? undefined : here + this.lead(here);
  }
}
