// The player's clock: plays, waits, leaps. Says `moved` whenever its time is another, `changed` when how it goes is.
export const RATES = [0.5, 1, 2, 4, 8];
const HASTE = 12; // times faster through what is idle

export class Transport extends EventTarget {
  constructor({ duration, idle = [] }) {
    super();
    this.duration = duration;
    this.idle = idle;
    this.now = 0;
    this.rate = 1;
    this.isPlaying = false;
    this.skips = true;
    this.beat = (at) => this.tick(at);
  }

  get isIdle() {
    return this.idle.some(({ from, to }) => this.now >= from && this.now < to);
  }

  /** How fast the time goes now, with what is skipped. */
  get pace() {
    return this.skips && this.isIdle ? this.rate * HASTE : this.rate;
  }

  play() {
    if (this.isPlaying) return;
    if (this.now >= this.duration - 1) this.seek(0);
    this.isPlaying = true;
    this.before = undefined;
    requestAnimationFrame(this.beat);
    this.tell("changed");
  }

  pause() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.tell("changed");
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  seek(t) {
    this.now = Math.min(Math.max(0, t), this.duration);
    this.tell("moved");
  }

  step(ms) {
    this.pause();
    this.seek(this.now + ms);
  }

  faster(step) {
    const index = Math.max(0, RATES.indexOf(this.rate)) + step;
    this.setRate(RATES[Math.min(RATES.length - 1, Math.max(0, index))]);
  }

  setRate(rate) {
    this.rate = rate;
    this.tell("changed");
  }

  tick(at) {
    if (!this.isPlaying) return;
    const passed = this.before === undefined ? 0 : Math.min(at - this.before, 250); // a tab that slept does not leap
    this.before = at;
    const span = this.skips && this.idle.find(({ from, to }) => this.now >= from && this.now < to);
    const next = this.now + passed * this.pace;
    this.now = Math.min(span && next > span.to ? span.to : next, this.duration);
    this.tell("moved");
    if (this.now >= this.duration) this.pause();
    else requestAnimationFrame(this.beat);
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
