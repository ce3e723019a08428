import assert from "node:assert/strict";
import test from "node:test";
import { after, clock, idleSpans, neighbour, pageAt, placeAt, read } from "../../../static/player/js/track.js";

const track = () => read({
  duration: 30_000,
  pages: [{ id: "a", title: "Shop", url: "http://shop/", first: 0, last: null }, { id: "b", title: "Pay", url: "http://pay/", first: 5000, last: 9000 }],
  dom: [{ page: "a", url: "a.json" }, { page: "b", url: "b.json" }],
  tracks: {
    navigation: [{ t: 12_000, page: "a", url: "http://shop/x", title: "X" }, { t: 100, page: "a", url: "http://shop/", title: "Shop" }],
    clicks: [{ t: 4000, page: "a", x: 10, y: 20, w: 100, h: 100 }],
    typing: [{ t: 6000, end: 7000, page: "b", count: 3 }],
    network: [{ t: 200, end: 450, url: "http://shop/a.png", status: 404 }, { t: 300, end: 400, url: "http://shop/b", error: "refused" }],
    console: [{ t: 250, level: "warning", text: "careful" }],
  },
});

test("moments stand in order of time, whatever order they came in", () => {
  const times = track().moments.map(({ t }) => t);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test("a recording without anything is still a track", () => {
  const empty = read({});
  assert.equal(empty.duration, 0);
  assert.deepEqual(empty.moments, []);
  assert.equal(empty.dom.size, 0);
});

test("without inputs, clicks and typing stand for them", () => {
  assert.deepEqual(track().inputs.map(({ t, kind }) => [t, kind]), [[4000, "down"], [6000, "key"], [6500, "key"], [7000, "key"]]);
});

test("the page in front is the one that was opened, led somewhere or touched last, while it is there", () => {
  const known = track();
  assert.deepEqual([0, 4500, 5500, 8999, 9500].map((t) => pageAt(known, t, known.dom)), ["a", "a", "b", "b", "a"]);
});

test("a page is only in front where something of it was recorded", () => {
  assert.equal(pageAt(track(), 6000, new Map([["a", ""]])), "a");
});

test("the address bar says where the page stood then", () => {
  assert.deepEqual([placeAt(track(), "a", 5000).url, placeAt(track(), "a", 12_000).title, placeAt(track(), "b", 6000).url], ["http://shop/", "X", "http://pay/"]);
});

test("what failed is grave, and says how it failed", () => {
  const { network, console: said } = track().lanes;
  assert.deepEqual(network.map(({ level, detail }) => [level, detail]), [["warn", "404 · 250 ms"], ["error", "refused · 100 ms"]]);
  assert.equal(said[0].level, "warn");
});

test("one steps from moment to moment, past what only machines did", () => {
  const known = track();
  assert.deepEqual([neighbour(known, 150, 1).t, neighbour(known, 4000, 1).t, neighbour(known, 4000, -1).t, neighbour(known, 29_000, 1)], [4000, 6000, 100, undefined]);
});

test("idle is where nothing can be seen for long", () => {
  assert.deepEqual(idleSpans(track()), [{ from: 8000, to: 11_200 }, { from: 13_000, to: 29_200 }]);
});

test("the first item after a time is found by halves", () => {
  const list = [1, 2, 2, 5].map((t) => ({ t }));
  assert.deepEqual([0, 1, 2, 4, 5].map((t) => after(list, t)), [0, 1, 3, 3, 4]);
});

test("times are said as a clock says them, never with sixty seconds", () => {
  assert.deepEqual([0, 59_960, 61_250, 3_601_000].map((t) => clock(t)), ["0:00.0", "0:59.9", "1:01.2", "1:00:01.0"]);
  assert.equal(clock(61_250, 0), "1:01");
});

test("a finger that moves on the glass touches it once", () => {
  const inputs = [100, 150, 200, 900].map((t) => ({ t, kind: "touch", x: 5, y: 5, w: 10, h: 10 }));
  assert.deepEqual(read({ inputs }).inputs.map(({ kind }) => kind), ["touch", "move", "move", "touch"]);
});

test("a page without a title is known by where it is", () => {
  const known = read({ pages: [{ id: "a", title: "Last", url: "" }], tracks: { navigation: [{ t: 1, page: "a", url: "http://shop/one" }, { t: 9, page: "a", url: "http://shop/two" }] } });
  assert.deepEqual([placeAt(known, "a", 5).title, placeAt(known, "a", 10).title], ["shop/one", "Last"]);
});
