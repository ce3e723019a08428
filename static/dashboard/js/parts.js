// Which pieces of the page an event concerns, and bringing them up to date with few requests.
//   data-live="ses_… pool session"  what it depends on: ids, or the first word of event types
//   data-live-src="/sessions/rows?id=ses_…"  where its HTML comes from; equal paths are asked in one request
//   data-live-add="/sessions/rows?…" data-live-on="session.claimed …"  a list that takes in new ones
import { morph } from "./morph.js";

const AT_ONCE = 40;
const NAMED = 900; // the server takes a thousand topics
const PATIENCE = 20_000; // ms for an answer, or its part would never be asked for again
const GONE = 404;
const waiting = new Set();
const running = new Set();
const missed = new Set(); // could not be fetched: asked for again when the line is back
let timer = 0;
let going = 0;

export function topics() {
  const parts = [...document.querySelectorAll("[data-live], [data-live-on]")];
  const named = parts.flatMap((part) => `${part.dataset.live ?? ""} ${part.dataset.liveOn ?? ""}`.split(" "));
  const all = [...new Set(named.filter(Boolean))].sort();
  return all.length > NAMED ? [...new Set(all.map((topic) => (topic.startsWith("ses_") ? "session" : topic)))] : all;
}

export function concern({ type, session, pool }) {
  const keys = [session, pool, type.split(".")[0], type].filter(Boolean);
  for (const part of document.querySelectorAll("[data-live-src]")) {
    if (part.dataset.live.split(" ").some((key) => keys.includes(key))) waiting.add(part);
  }
  for (const list of document.querySelectorAll("[data-live-add]")) {
    const known = session && document.getElementById(`row-${session}`);
    if (session && !known && list.dataset.liveOn.split(" ").includes(type)) add(list, session);
  }
  schedule();
}

export function everything() {
  for (const part of document.querySelectorAll("[data-live-src]")) waiting.add(part);
  schedule();
}

export function again() {
  for (const part of missed) waiting.add(part);
  missed.clear();
  schedule();
}

function schedule() {
  if (!timer && waiting.size) timer = setTimeout(run, 90);
}

async function run() {
  timer = 0;
  const groups = new Map();
  for (const part of waiting) {
    if (!part.isConnected) waiting.delete(part);
    else if (!running.has(part)) group(groups, part);
  }
  await Promise.all([...groups.values()].flatMap((entry) => [...batches(entry)]).map(refresh));
  schedule();
}

function group(groups, part) {
  const url = new URL(part.dataset.liveSrc, location.href);
  const entry = groups.get(url.pathname) ?? { path: url.pathname, parts: [] };
  entry.parts.push([part, url.searchParams]);
  groups.set(url.pathname, entry);
  waiting.delete(part);
}

function* batches({ path, parts }) {
  for (let start = 0; start < parts.length; start += AT_ONCE) {
    const some = parts.slice(start, start + AT_ONCE);
    const pairs = new Set(some.flatMap(([, query]) => [...query].map(([name, value]) => new URLSearchParams([[name, value]]).toString())));
    yield { url: `${path}?${[...pairs].join("&")}`, parts: some.map(([part]) => part) };
  }
}

async function refresh({ url, parts }) {
  parts.forEach((part) => running.add(part));
  try {
    const fragment = await html(url);
    parts.forEach((part) => (fragment ? change(part, fragment) : missed.add(part)));
  } finally {
    parts.forEach((part) => running.delete(part));
  }
}

function change(part, fragment) {
  const fresh = fragment.querySelector(`[id="${CSS.escape(part.id)}"]`);
  if (!part.isConnected) return;
  if (!fresh) return leave(part.closest("tr, [data-leaves]")); // others keep their last look until the page is asked again
  const numbers = new Map([...part.querySelectorAll("[data-roll]")].map((number) => [number, number.textContent]));
  const state = part.dataset.state;
  if (!morph(part, fresh)) return;
  window.htmx?.process(part);
  for (const [number, before] of numbers) if (number.isConnected && number.textContent !== before) roll(number, before);
  if (part.dataset.state !== state) tint(part, "changed");
  part.dispatchEvent(new CustomEvent("bg:changed", { bubbles: true }));
}

// What the page shows is not there for me any more: the server says so in its place. Where a form of this very page did
// it, its answer leads elsewhere, and that goes first.
function gone() {
  going ||= setTimeout(() => location.reload(), 1000);
}

// A row or card of what I may not see any more: it was given away, or its share was withdrawn.
function leave(row) {
  if (!row) return;
  const list = row.parentElement;
  row.remove();
  list.dispatchEvent(new CustomEvent("bg:changed", { bubbles: true }));
}

async function add(list, session) {
  const url = new URL(list.dataset.liveAdd, location.href);
  url.searchParams.append("id", session);
  const fragment = await html(url);
  if (!fragment || document.getElementById(`row-${session}`)) return;
  for (const row of fragment.querySelectorAll("tr")) {
    const event = new CustomEvent("bg:arrival", { bubbles: true, cancelable: true, detail: row });
    if (list.dispatchEvent(event)) place(list, row); // a table under the pointer holds new rows back
  }
}

// That part as the page of this address has it now.
export async function anew(part, url) {
  const fragment = await html(url);
  if (fragment) change(part, fragment);
}

export function place(list, row) {
  list.prepend(row);
  window.htmx?.process(row);
  tint(row, "arrived");
  list.dispatchEvent(new CustomEvent("bg:changed", { bubbles: true }));
}

async function html(url) {
  try {
    const answer = await fetch(url, { headers: { "X-Live": "1" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === GONE) gone();
    if (!answer.ok) return null;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return template.content;
  } catch {
    return null; // the line's own bar tells of a lost connection
  }
}

function tint(element, name) {
  element.classList.remove("changed", "arrived");
  void element.offsetWidth; // starts the animation anew
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}

// Only the digits that changed roll, up when the number grew; for ears and for copying it stays one text.
function roll(number, before) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const after = number.textContent;
  const way = parseFloat(after) >= parseFloat(before) ? 1 : -1;
  const digits = [...after].map((digit, place) => {
    const span = document.createElement("span");
    span.textContent = digit;
    if (digit !== before[place - (after.length - before.length)]) span.className = "rolls";
    return span;
  });
  number.replaceChildren(...digits);
  const rolling = [...number.querySelectorAll(".rolls")].map((digit, place) =>
    digit.animate([{ transform: `translateY(${way * 60}%)`, opacity: 0 }, {}], { duration: 260 + 40 * place, easing: "cubic-bezier(.2,.7,.2,1)" }).finished);
  Promise.allSettled(rolling).then(() => {
    if (number.querySelector(".rolls") && number.textContent === after) number.textContent = after;
  });
}
