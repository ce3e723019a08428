import assert from "node:assert/strict";
import test from "node:test";
import { camera, visits } from "../../../static/player/js/camera.js";
import { pointerPath } from "../../../static/player/js/path.js";
import { PLAIN, STUDIO, director, framed, pictureSize } from "../../../static/player/js/scene.js";

const SIZE = { w: 1000, h: 500 };
const input = (t, kind, x, y) => ({ t, kind, x, y, ...SIZE });
const near = (a, b, within = 1e-6) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

const CLICKS = [input(1000, "move", 100, 100), input(1050, "down", 100, 100), input(1080, "up", 100, 100), input(4000, "down", 900, 400), input(4060, "up", 900, 400)];

test("the pointer is exactly where the click is when it is", () => {
  const path = pointerPath(CLICKS);
  for (const [t, x, y] of [[1050, 100, 100], [4000, 900, 400]]) {
    near(path.at(t).u, x / 1000);
    near(path.at(t).v, y / 500);
  }
});

test("it waits, glides, and never leaps", () => {
  const path = pointerPath(CLICKS);
  near(path.at(2500).u, 0.1);
  let before = path.at(1000);
  for (let t = 1000; t <= 4500; t += 16) {
    const now = path.at(t);
    assert.ok(Math.hypot(now.u - before.u, now.v - before.v) < 0.08, `a leap at ${t}`);
    before = now;
  }
});

test("a hand's own movement is followed as it was", () => {
  const hand = Array.from({ length: 30 }, (_, index) => input(1000 + index * 20, "move", 100 + index * 10, 100 + index * index / 3));
  const path = pointerPath(hand);
  for (const point of hand) near(path.at(point.t).u, point.x / 1000);
  near(path.at(1210).u, 0.205, 0.002);
});

test("a burst of moves is one move to where it ended", () => {
  const burst = [input(500, "move", 10, 10), ...Array.from({ length: 20 }, (_, index) => input(3000 + index, "move", 10 + index * 40, 10))];
  const path = pointerPath(burst);
  near(path.at(2000).u, 0.01);
  near(path.at(3020).u, 0.77);
});

test("it comes before it is needed, stays a while, and fades", () => {
  const path = pointerPath([input(5000, "down", 500, 250)]);
  assert.equal(path.at(1000).opacity, 0);
  assert.equal(path.at(5000).opacity, 1);
  assert.equal(path.at(9000).opacity, 0);
  assert.ok(path.at(5000).pressed > 0.5);
});

test("nobody pointed: no pointer", () => {
  assert.equal(pointerPath([{ t: 1, kind: "key" }]).at(10), null);
});

test("the eye is near when the click comes, and far when it is long over", () => {
  const eye = camera(CLICKS, 12_000, 1.8);
  near(eye.at(0).z, 1, 1e-6);
  near(eye.at(1050).z, 1.8, 0.06);
  near(eye.at(4000).u, 0.9, 0.05);
  near(eye.at(11_000).z, 1, 0.01);
});

test("it never swings beyond what it looks at", () => {
  const eye = camera(CLICKS, 12_000, 1.8);
  for (let t = 0; t < 12_000; t += 7) assert.ok(eye.at(t).z <= 1.8001 && eye.at(t).z >= 1);
});

test("clicks that lie together are one visit, seen together", () => {
  const [visit, ...others] = visits([input(1000, "down", 400, 200), input(1800, "down", 480, 220)], 1.8);
  assert.equal(others.length, 0);
  near(visit.centre.u, 0.44);
});

test("it stays while somebody types", () => {
  const keys = Array.from({ length: 20 }, (_, index) => ({ t: 1500 + index * 200, kind: "key" }));
  near(camera([input(1000, "down", 500, 250), ...keys], 12_000, 1.8).at(6200).z, 1.8, 0.02);
});

test("the same moment gives the same scene, however one came to it", () => {
  const scenes = () => director(CLICKS, 12_000, STUDIO);
  const page = { width: 1000, height: 500 };
  const played = scenes();
  for (let t = 0; t < 4100; t += 33) played.at(t, page, 1280, 720);
  assert.deepEqual(played.at(4100, page, 1280, 720), scenes().at(4100, page, 1280, 720));
});

test("what is seen never reaches beyond the picture", () => {
  const scenes = director(CLICKS, 12_000, STUDIO);
  for (let t = 0; t < 12_000; t += 50) {
    const { view } = scenes.at(t, { width: 1000, height: 500 }, 1280, 720);
    assert.ok(view.left >= -1e-9 && view.top >= -1e-9 && view.left + 1280 / view.z <= 1280 + 1e-6 && view.top + 720 / view.z <= 720 + 1e-6);
  }
});

test("a page of any shape stands whole and centred in its picture", () => {
  for (const page of [{ width: 390, height: 844 }, { width: 2560, height: 600 }]) {
    const frame = framed(page, 1280, 720, STUDIO);
    near(frame.width / frame.height, page.width / page.height, 1e-9);
    near(frame.x * 2 + frame.width, 1280);
    assert.ok(frame.x >= 0 && frame.y >= 0);
  }
  assert.deepEqual(framed({ width: 1280, height: 720 }, 1280, 720, PLAIN), { x: 0, y: 0, width: 1280, height: 720, scale: 1, radius: 0 });
});

test("films have even sizes", () => {
  for (const ratio of ["page", "16:9", "1:1", "9:16", "4:3"]) {
    const { width, height } = pictureSize({ width: 1279, height: 577 }, { ...STUDIO, ratio }, 721);
    assert.deepEqual([width % 2, height % 2], [0, 0]);
  }
  assert.deepEqual(pictureSize({ width: 1280, height: 720 }, { ...STUDIO, ratio: "9:16" }, 720), { width: 720, height: 1280 });
});

test("an hour's way is worked out in the time of a blink", () => {
  const inputs = Array.from({ length: 5000 }, (_, index) => input(index * 700, index % 3 ? "move" : "down", (index * 37) % 1000, (index * 91) % 500));
  const began = performance.now();
  const scenes = director(inputs, 3_600_000, STUDIO);
  scenes.at(1_800_000, { width: 1000, height: 500 }, 1280, 720);
  assert.ok(performance.now() - began < 2000);
});
