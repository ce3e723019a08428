import assert from "node:assert/strict";
import test from "node:test";
import { FORESIGHT, camera, liveCamera } from "../../../static/player/js/camera.js";
import { Held, MOST_BYTES, MOST_FRAMES } from "../../../static/player/js/held.js";
import { LiveInputs, MOST_INPUTS, inputOf } from "../../../static/player/js/live-inputs.js";
import { NodeClock } from "../../../static/player/js/node-clock.js";
import { pointerPath } from "../../../static/player/js/path.js";

const near = (a, b, within = 1e-6) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);
const frame = (t, bytes = 1000) => ({ t, bytes });
const mouse = (t, type, x = 100, y = 100) => ({ t, page: "a", by: "client", w: 1000, h: 500, method: "Input.dispatchMouseEvent", params: { type, x, y } });
const down = (t, x, y) => inputOf(mouse(t, "mousePressed", x, y));

test("the frame that is due is the last before its time, and those before it are let go", () => {
  const held = new Held();
  for (const t of [100, 200, 300]) held.put(frame(t));
  assert.equal(held.due(250).t, 200);
  assert.deepEqual([held.count, held.bytes], [2, 2000]);
});

test("what is all later than now begins with the first", () => {
  const held = new Held();
  held.put(frame(100));
  held.put(frame(200));
  assert.equal(held.due(50).t, 100);
  assert.equal(held.count, 2);
});

test("frames that are too many are thinned out, and the newest stays", () => {
  const held = new Held();
  for (let t = 0; t <= 100_000; t += 10) {
    held.put(frame(t));
    assert.ok(held.count <= MOST_FRAMES);
  }
  assert.equal(held.due(Infinity).t, 100_000);
});

test("frames that are too large are thinned out, whatever their number", () => {
  const held = new Held();
  for (let t = 0; t < 10; t += 1) held.put(frame(t, MOST_BYTES / 4));
  assert.ok(held.bytes <= MOST_BYTES && held.count >= 2);
  held.put(frame(10, MOST_BYTES * 2));
  assert.deepEqual([held.count, held.due(10).t], [1, 10]);
});

test("whoever does not look holds one frame", () => {
  const held = new Held();
  for (const t of [1, 2, 3]) held.put(frame(t));
  held.rest();
  assert.deepEqual([held.count, held.bytes, held.due(9).t], [1, 1000, 3]);
});

test("a frame from before is shown after those that came before it", () => {
  const held = new Held();
  held.put(frame(500));
  held.put(frame(100));
  assert.deepEqual(held.frames.map(({ t }) => t), [500, 500]);
});

test("the clock there is known by what came quickest", () => {
  const clock = new NodeClock();
  assert.equal(clock.at(0), undefined);
  clock.heard(1_000_000, 200); // took 150 ms
  clock.heard(1_000_100, 200); // took 50 ms
  clock.heard(1_000_120, 900); // took 730 ms
  near(clock.at(1000), 1_000_900, 0.1);
});

test("a clock that parts from this one is followed", () => {
  const clock = new NodeClock();
  clock.heard(1000, 0);
  clock.heard(3_600_900, 3_600_000); // a hundred ms slow after an hour
  near(clock.at(3_600_000), 3_600_900, 0.1);
});

test("lines of the socket are inputs of the player", () => {
  assert.deepEqual(inputOf(mouse(5, "mousePressed", 7, 8)), { t: 5, kind: "down", page: "a", x: 7, y: 8, w: 1000, h: 500 });
  assert.equal(inputOf({ t: 5, method: "Input.insertText", params: {} }).kind, "text");
  assert.equal(inputOf({ t: 5, method: "Input.dispatchKeyEvent", params: { type: "rawKeyDown", key: "character" } }).kind, "key");
  assert.equal(inputOf({ t: 5, method: "Input.dispatchTouchEvent", params: { type: "touchStart", points: [{ x: 3, y: 4 }] } }).x, 3);
  assert.equal(inputOf({ t: 5, method: "Input.dispatchKeyEvent", params: { type: "keyUp" } }), null);
});

test("inputs do not grow without end", () => {
  const live = new LiveInputs();
  for (let t = 0; t < 2 * MOST_INPUTS; t += 1) live.add(mouse(t, "mouseMoved"));
  assert.equal(live.list.length, MOST_INPUTS);
});

test("what is over is forgotten, but for where the pointer was", () => {
  const live = new LiveInputs();
  for (const line of [mouse(1, "mouseMoved", 5, 5), mouse(2, "mouseMoved", 900, 400), { ...mouse(3, "keyDown"), method: "Input.dispatchKeyEvent", params: { type: "keyDown" } }, mouse(9000, "mousePressed")]) live.add(line);
  live.forget(50);
  assert.deepEqual(live.inputs.map(({ t }) => t), [2, 9000]);
  near(pointerPath(live.inputs).at(50).u, 0.9);
});

/** Goes beat by beat through what is told `foresight` ms ahead; answers where the eye was. */
function watched(inputs, until, foresight, beat = 16) {
  const eye = liveCamera();
  const way = [];
  for (let t = 0; t <= until; t += beat) {
    eye.see(inputs.filter((input) => input.t <= t + foresight));
    way.push({ t, ...eye.at(t) });
  }
  return way;
}

test("the live eye goes where that of the replay goes", () => {
  const inputs = [down(3000, 200, 100), down(9000, 900, 400)];
  const replayed = camera(inputs, 20_000);
  for (const { t, z, u, v } of watched(inputs, 16_000, FORESIGHT + 350)) {
    near(z, replayed.at(t).z, 0.06); // what it moves between two beats
    if (z > 1.02) (near(u, replayed.at(t).u, 0.02), near(v, replayed.at(t).v, 0.02));
  }
});

test("it is near when the click comes and far when it is long over, at whatever pace it is drawn", () => {
  for (const beat of [4, 16, 50, 200]) {
    const way = watched([down(3000, 200, 100)], 9000, 2500, beat);
    near(way.find(({ t }) => t >= 3000).z, 1.8, 0.08);
    near(way.at(-1).z, 1, 0.02);
  }
});

test("it leaps nowhere when a click is told that changes what it should look at", () => {
  const way = watched([down(3000, 200, 100), down(4500, 300, 150), down(6800, 950, 450)], 9000, 2500);
  for (let index = 1; index < way.length; index += 1) {
    const [before, now] = [way[index - 1], way[index]];
    assert.ok(Math.hypot((now.u - before.u) * now.z, (now.v - before.v) * now.z) < 0.08 || before.z < 1.01, `a leap at ${now.t}`);
    assert.ok(Math.abs(now.z - before.z) < 0.08, `a start at ${now.t}`);
  }
});

test("between clicks that follow each other it does not draw back", () => {
  const way = watched([down(3000, 200, 100), down(3000 + 1900 + 2100, 210, 110)], 7000, FORESIGHT + 350);
  for (const { t, z } of way) if (t > 3500) assert.ok(z > 1.6, `${z} at ${t}`);
});

test("whoever wants no movement has none", () => {
  const eye = liveCamera();
  eye.see([down(1000, 200, 100)], 1);
  for (let t = 0; t < 3000; t += 16) assert.equal(eye.at(t).z, 1);
});
