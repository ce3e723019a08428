// The way of the pointer: smooth, and at each click exactly where the click was. Pure. Agents teleport the mouse, so that
// between far moments the pointer waits, then glides and arrives in time; a hand's own movement is followed as it was.
import { after } from "./track.js";

const NEAR = 80; // ms between points of one movement
const HAND = 160; // ms that a movement must last to be a hand's
const STAYS = 2600; // ms after which a pointer that does nothing fades
const FADE = 260;
const POINTING = new Set(["move", "down", "up", "wheel", "touch"]);

/** `at(t)` → {u, v, opacity, pressed}: u and v as shares of the page, pressed from 0 to 1. Null where nobody pointed. */
export function pointerPath(inputs) {
  const points = inputs.filter((input) => POINTING.has(input.kind) && Number.isFinite(input.x) && input.w > 0 && input.h > 0)
    .map((input) => ({ t: input.t, kind: input.kind, u: input.x / input.w, v: input.y / input.h, w: input.w, h: input.h }));
  const knots = knotted(points);
  const presses = pressed(points);
  return { knots, at: (t) => (knots.length ? { ...placed(knots, t), opacity: opacity(knots, t), pressed: press(presses, t) } : null) };
}

/** Points that matter: all of a hand's movement; of a burst only where it ended, and where something was pressed. */
function knotted(points) {
  const knots = [];
  for (let first = 0; first < points.length; ) {
    let last = first;
    while (last + 1 < points.length && points[last + 1].t - points[last].t <= NEAR) last += 1;
    const run = points.slice(first, last + 1);
    const isHand = run.length > 3 && run.at(-1).t - run[0].t >= HAND;
    const kept = isHand ? run : run.filter((point, index) => index === run.length - 1 || point.kind === "down" || point.kind === "up");
    for (const point of kept) {
      const before = knots.at(-1);
      if (before && point.t - before.t < 1) knots.pop(); // one instant has one place
      knots.push({ ...point, isHand: isHand && point !== run[0] });
    }
    first = last + 1;
  }
  for (let index = 0; index < knots.length; index += 1) knots[index].glide = glideTime(knots[index - 1], knots[index]);
  return knots;
}

/** How long it takes to get there: farther takes longer, never longer than there is. */
function glideTime(from, to) {
  if (!from || to.isHand) return 0;
  const distance = Math.hypot((to.u - from.u) * to.w, (to.v - from.v) * to.h);
  return Math.min(to.t - from.t, distance < 2 ? 0 : Math.min(760, 240 + distance * 0.55));
}

function placed(knots, t) {
  const next = after(knots, t);
  if (next === 0) return { u: knots[0].u, v: knots[0].v };
  if (next === knots.length) return { u: knots.at(-1).u, v: knots.at(-1).v };
  const [from, to] = [knots[next - 1], knots[next]];
  if (to.isHand) return along(knots, next, (t - from.t) / (to.t - from.t));
  if (!to.glide || t <= to.t - to.glide) return { u: from.u, v: from.v };
  const share = (t - (to.t - to.glide)) / to.glide;
  const eased = share ** 3 * (10 - 15 * share + 6 * share ** 2); // least jerk, as hands move
  const [across, down] = [(to.u - from.u) * to.w, (to.v - from.v) * to.h];
  const distance = Math.hypot(across, down);
  const bow = (Math.sin(Math.PI * eased) * Math.min(36, distance * 0.06)) / (distance || 1);
  return { u: from.u + (to.u - from.u) * eased + (down * bow) / to.w, v: from.v + (to.v - from.v) * eased - (across * bow) / to.h };
}

/** A curve through the points of a hand's movement (Catmull-Rom). */
function along(knots, next, share) {
  const [a, b] = [knots[next - 1], knots[next]];
  const before = a.isHand ? knots[next - 2] ?? a : a;
  const following = knots[next + 1]?.isHand ? knots[next + 1] : b;
  const curve = (name) => {
    const [p, q, r, s] = [before[name], a[name], b[name], following[name]];
    return 0.5 * (2 * q + (r - p) * share + (2 * p - 5 * q + 4 * r - s) * share ** 2 + (3 * q - p - 3 * r + s) * share ** 3);
  };
  return { u: curve("u"), v: curve("v") };
}

function opacity(knots, t) {
  const next = after(knots, t);
  const [from, to] = [knots[next - 1], knots[next]];
  const leaving = from ? 1 - ramp(t, from.t + STAYS) : 0;
  const coming = to ? ramp(t, to.t - Math.max(to.glide, 300) - FADE) : 0;
  return Math.max(leaving, coming);
}

function ramp(t, from) {
  return Math.min(1, Math.max(0, (t - from) / FADE));
}

function pressed(points) {
  const spans = [];
  for (const { t, kind } of points) {
    if (kind === "down" || kind === "touch") spans.push({ from: t, to: t + 90 });
    else if (kind === "up" && spans.length) spans.at(-1).to = Math.max(spans.at(-1).from + 90, Math.min(t, spans.at(-1).from + 20_000));
  }
  return spans;
}

function press(spans, t) {
  let most = 0;
  for (const { from, to } of spans) {
    if (t < from - 60 || t > to + 180) continue;
    most = Math.max(most, Math.min(1, (t - from + 60) / 90) * Math.min(1, (to + 180 - t) / 180));
  }
  return most;
}
