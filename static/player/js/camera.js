// Where the eye goes: it comes near before a click, stays while somebody types, follows from one click to the next, and
// draws back when it is over. Pure and deterministic: the way is worked out once, as a spring would go it, and looked up.
import { after } from "./track.js";

const RATE = 60; // kept steps a second
const LEAD = 650; // ms before a click that the eye sets out
const HOLD = 1900; // ms that it stays
const TYPED = 1200; // ms that it stays after a key
const TOGETHER = 1500; // ms between what is one visit
const STIFF = 8.2; // of the spring; critically damped, so that nothing swings
const AHEAD = 650; // ms before the next click that it turns there
export const FORESIGHT = LEAD + TOGETHER; // ms of what comes that it must know, lest it draws back only to come again

/** Visits: [{from, to, z, points: [{t, u, v}]}], in ms. `zoom` is how near at most; 1 is not at all. */
export function visits(inputs, zoom = 1.8) {
  const clicks = inputs.filter((input) => (input.kind === "down" || input.kind === "touch") && Number.isFinite(input.x) && input.w > 0)
    .map((input) => ({ t: input.t, u: input.x / input.w, v: input.y / input.h }));
  const keys = inputs.filter((input) => input.kind === "key" || input.kind === "text");
  const found = [];
  for (const [index, click] of clicks.entries()) {
    let to = click.t + HOLD;
    const following = clicks[index + 1]?.t ?? Infinity;
    for (let next = after(keys, click.t); next < keys.length && keys[next].t < Math.min(following, to + 600); next += 1) to = Math.max(to, keys[next].t + TYPED);
    const last = found.at(-1);
    if (last && click.t - LEAD < last.to + TOGETHER) {
      last.points.push(click);
      last.to = Math.max(last.to, to);
    } else found.push({ from: click.t - LEAD, to, points: [click] });
  }
  for (const visit of found) Object.assign(visit, framing(visit.points, zoom));
  return found;
}

/** How near: so near that clicks which lie together are seen together, and the eye need not run about among them. */
function framing(points, zoom) {
  const [left, right] = [Math.min(...points.map(({ u }) => u)), Math.max(...points.map(({ u }) => u))];
  const [top, bottom] = [Math.min(...points.map(({ v }) => v)), Math.max(...points.map(({ v }) => v))];
  const spread = Math.max(right - left, bottom - top);
  const isTogether = spread <= 0.62 / Math.max(1.3, zoom * 0.8);
  const z = isTogether && spread > 0 ? Math.max(1, Math.min(zoom, 0.72 / Math.max(spread, 0.01))) : zoom;
  return { z, centre: isTogether ? { u: (left + right) / 2, v: (top + bottom) / 2 } : null };
}

/** `at(t)` → {z, u, v}: how near, and the point of the page that is looked at. */
export function camera(inputs, duration, zoom = 1.8) {
  const spans = zoom > 1 ? visits(inputs, zoom) : [];
  if (!spans.length) return { spans, at: () => ({ z: 1, u: 0.5, v: 0.5 }) };
  const steps = Math.ceil((duration / 1000) * RATE) + 2;
  const kept = new Float32Array(steps * 3);
  const go = eye();
  let visit = 0;
  for (let step = 0; step < steps; step += 1) {
    const t = (step * 1000) / RATE;
    while (visit < spans.length && t > spans[visit].to) visit += 1;
    kept.set(go(spans[visit], t, 1 / RATE), step * 3);
  }
  return { spans, at: (t) => looked(kept, steps, t) };
}

/** The same for what goes on: `see(inputs)` whenever more of them are known, `at(t)` with times that only grow. It goes on
 * from where it is, so that it leaps nowhere when what is learnt changes where it ought to have looked. */
export function liveCamera() {
  const go = eye();
  let [spans, before, place] = [[], -Infinity, [1, 0.5, 0.5]];
  return {
    get spans() {
      return spans;
    },
    see(inputs, zoom = 1.8) {
      spans = zoom > 1 ? visits(inputs, zoom) : [];
    },
    at(t) {
      if (t > before) {
        if (before > -Infinity) place = go(spans.find(({ to }) => t <= to), t, (t - before) / 1000);
        before = t;
      }
      const [z, u, v] = place;
      return { z: Math.max(1, z), u, v };
    },
  };
}

/** Each call brings it `seconds` nearer to what that visit, or nothing, wants of it at `t`: [z, u, v]. */
function eye() {
  const [near, across, down] = [spring(1), spring(0.5), spring(0.5)];
  return (visit, t, seconds) => {
    const [z, u, v] = wanted(visit, t) ?? [1, across.x, down.x];
    if (z > 1 && near.x < 1.001) { // from afar every point is as near: begin where it will look
      across.x = u;
      down.x = v;
    }
    return [near.to(z, seconds), across.to(u, seconds), down.to(v, seconds)];
  };
}

function wanted(visit, t) {
  if (!visit || t < visit.from) return null;
  if (visit.centre) return [visit.z, visit.centre.u, visit.centre.v];
  const { u, v } = visit.points[Math.max(0, after(visit.points, t + AHEAD) - 1)];
  return [visit.z, u, v];
}

/** A critically damped spring, solved exactly for each step: the same however fine the steps are. */
function spring(x) {
  return {
    x,
    speed: 0,
    to(target, seconds) {
      const gap = this.x - target;
      const pull = this.speed + STIFF * gap;
      const fade = Math.exp(-STIFF * seconds);
      this.x = target + (gap + pull * seconds) * fade;
      this.speed = (this.speed - STIFF * pull * seconds) * fade;
      return this.x;
    },
  };
}

function looked(kept, steps, t) {
  const place = Math.min(Math.max((t / 1000) * RATE, 0), steps - 1.001);
  const index = Math.floor(place);
  const share = place - index;
  const [z, u, v] = [0, 1, 2].map((part) => kept[index * 3 + part] * (1 - share) + kept[index * 3 + 3 + part] * share);
  return { z: Math.max(1, z), u, v };
}
