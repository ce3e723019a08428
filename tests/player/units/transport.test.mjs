import assert from "node:assert/strict";
import test from "node:test";

const beats = [];
globalThis.requestAnimationFrame = (beat) => beats.push(beat);
const { Transport } = await import("../../../static/player/js/transport.js");

/** Lets `ms` pass in beats of 20. */
let at = 0;
function pass(ms) {
  for (let passed = 0; passed <= ms; passed += 20) {
    at += 20;
    for (const beat of beats.splice(0)) beat(at);
  }
}

test("it plays as fast as it was, and stops at the end", () => {
  const clock = new Transport({ duration: 1000 });
  clock.play();
  pass(500);
  assert.ok(Math.abs(clock.now - 500) <= 20);
  pass(800);
  assert.deepEqual([clock.now, clock.isPlaying], [1000, false]);
});

test("played again at the end, it begins anew", () => {
  const clock = new Transport({ duration: 1000 });
  clock.seek(1000);
  clock.play();
  assert.equal(clock.now, 0);
  clock.pause();
  pass(40);
});

test("it hurries through what is idle, and not beyond", () => {
  const clock = new Transport({ duration: 60_000, idle: [{ from: 1000, to: 50_000 }] });
  clock.seek(990);
  clock.play();
  pass(5000);
  assert.ok(clock.now > 50_000 && clock.now < 52_000, `${clock.now}`);
  clock.pause();
  pass(40);
});

test("whoever wants to see it all does", () => {
  const clock = new Transport({ duration: 60_000, idle: [{ from: 0, to: 50_000 }] });
  clock.skips = false;
  clock.play();
  pass(1000);
  assert.ok(Math.abs(clock.now - 1000) <= 40);
  clock.pause();
  pass(40);
});

test("no leap leads beyond the ends", () => {
  const clock = new Transport({ duration: 1000 });
  clock.seek(-5);
  assert.equal(clock.now, 0);
  clock.seek(5000);
  assert.equal(clock.now, 1000);
});

test("a step pauses", () => {
  const clock = new Transport({ duration: 1000 });
  clock.play();
  clock.step(100);
  assert.deepEqual([clock.isPlaying, clock.now], [false, 100]);
  pass(40);
});

test("speeds go up and down their ladder, not beyond", () => {
  const clock = new Transport({ duration: 1000 });
  clock.faster(1);
  assert.equal(clock.rate, 2);
  for (let index = 0; index < 9; index += 1) clock.faster(1);
  assert.equal(clock.rate, 8);
  for (let index = 0; index < 9; index += 1) clock.faster(-1);
  assert.equal(clock.rate, 0.5);
});
