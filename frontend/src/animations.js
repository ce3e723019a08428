// Holds the page's CSS animations and transitions to the recording's time: a moment looks the same however one got there.
export class Animations {
  constructor() {
    this.born = new WeakMap();
  }

  /** Those that are new began at `t`. What never ends has no beginning either. */
  note(t) {
    for (const animation of document.getAnimations()) {
      if (this.born.has(animation)) continue;
      animation.pause();
      this.born.set(animation, Number.isFinite(animation.effect?.getComputedTiming().endTime) ? t : 0);
    }
  }

  /** Those that are new began so long before `t` that they have ended. */
  settle(t) {
    for (const animation of document.getAnimations()) {
      const { endTime } = animation.effect?.getComputedTiming() ?? {};
      if (Number.isFinite(endTime)) this.born.set(animation, t - endTime);
    }
    this.note(t);
  }

  /** Puts all where they are at `t`; true while something moves. */
  at(t) {
    this.note(t);
    let isMoving = false;
    for (const animation of document.getAnimations()) {
      const { endTime } = animation.effect?.getComputedTiming() ?? {};
      const age = t - this.born.get(animation);
      animation.pause();
      animation.currentTime = Math.max(0, Math.min(age, endTime ?? 0));
      isMoving ||= age < endTime;
    }
    return isMoving;
  }

  /** What animations make of elements now, for a picture in which they do not run: [element, property, value]. */
  styles() {
    const found = [];
    for (const animation of document.getAnimations()) {
      const target = animation.effect?.target;
      if (!target || animation.effect.pseudoElement) continue;
      const names = new Set(animation.effect.getKeyframes().flatMap((frame) => Object.keys(frame)));
      const computed = getComputedStyle(target);
      for (const name of names) {
        const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        const value = computed.getPropertyValue(property);
        if (value) found.push([target, property, value]);
      }
    }
    return found;
  }
}
