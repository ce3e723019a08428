// The command palette: pages, actions, pools and sessions of mine. Type to narrow, arrows to choose, Enter to go.
import { match } from "./fuzzy.js";
import { dressed, icon, make } from "./make.js";

const SHOWN = 12; // of one kind, while one types
const KEEP_SECONDS = 20;
const TITLES = { here: "On this page", pages: "Go to", actions: "Do", pools: "Pools", sessions: "Sessions" };
await dressed("palette");
let dialog, input, list, known, knownAt = 0, isUnanswered = false, asked = "", older = [], chosen = 0, timer = 0;

export function open(typed = "") {
  if (dialog?.open) return dialog.close();
  dialog ?? build();
  input.value = typed;
  older = [];
  isUnanswered = false;
  chosen = 0;
  dialog.showModal();
  draw();
  seek();
  fetchKnown();
}

function build() {
  input = make("input", { type: "text", id: "palette-input", placeholder: "Search sessions, pools and pages, or say what to do", autocomplete: "off", spellcheck: false,
    role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Search and commands" });
  list = make("div", { id: "palette-list", role: "listbox", "aria-label": "Results", tabIndex: -1 });
  dialog = make("dialog", { className: "palette", "aria-label": "Search and commands" }, make("label", {}, icon("i-search"), input, make("kbd", { textContent: "Esc" })), list,
    make("footer", {}, ...[["↑↓", "choose"], ["↵", "open"], ["?", "all keys"]].map(([key, what]) => make("span", {}, make("kbd", { textContent: key }), ` ${what}`))));
  document.body.append(dialog);
  input.addEventListener("input", () => (chosen = 0, draw(), seek()));
  dialog.addEventListener("keydown", press);
  list.addEventListener("pointermove", (event) => choose([...options()].indexOf(event.target.closest("[role=option]"))));
  list.addEventListener("click", (event) => event.target.closest("[role=option]") && run(event));
}

async function fetchKnown() {
  if (known && Date.now() - knownAt < KEEP_SECONDS * 1000) return;
  const answer = await fetch("/commands/", { headers: { "X-Live": "1" } }).catch(() => null);
  isUnanswered = !answer?.ok;
  if (!isUnanswered) {
    known = await answer.json();
    knownAt = Date.now();
  }
  draw();
}

// Sessions older than those that came at first are asked for by name.
function seek() {
  clearTimeout(timer);
  const text = input.value.trim();
  if (text.length < 2) return;
  timer = setTimeout(async () => {
    asked = text;
    const answer = await fetch(`/commands/?q=${encodeURIComponent(text)}`, { headers: { "X-Live": "1" } }).catch(() => null);
    if (!answer?.ok || asked !== input.value.trim()) return;
    older = (await answer.json()).sessions;
    draw();
  }, 160);
}

function here() {
  const doing = [...document.querySelectorAll("main [data-command], main .button.primary[href], .top [data-command]")];
  return doing.filter((element) => element.checkVisibility?.() ?? true).map((element) => ({ label: element.dataset.command || element.textContent.trim(), press: element, icon: "mark" }));
}

function own() {
  const now = document.documentElement.dataset.theme;
  const themes = [["light", "Light theme"], ["dark", "Dark theme"], ["system", "Theme as the system"]].filter(([name]) => name !== now);
  return [
    ...themes.map(([name, label]) => ({ label, icon: "theme", more: "appearance mode colour", act: async () => (await import("./theme.js")).choose(name) })),
    { label: "Keyboard shortcuts", icon: "keys", more: "keys help", note: "?", act: async () => (await import("./sheet.js")).open() },
    { label: "Sign out", icon: "out", more: "log out leave", press: document.querySelector("form[data-sign-out] button") },
  ].filter((item) => item.act || item.press);
}

function found() {
  const text = input.value.trim();
  const all = { here: here(), pages: known?.pages ?? [], actions: [...(known?.actions ?? []), ...own()], pools: known?.pools ?? [], sessions: [...(known?.sessions ?? [])] };
  const urls = new Set(all.sessions.map((item) => item.url));
  all.sessions.push(...older.filter((item) => !urls.has(item.url)));
  const groups = Object.entries(all).map(([kind, items]) => ({ kind, items: text ? ranked(items, text) : items.slice(0, kind === "sessions" ? 5 : SHOWN) }));
  if (text) groups.sort((a, b) => (b.items[0]?.score ?? -99) - (a.items[0]?.score ?? -99));
  return groups.filter((group) => group.items.length);
}

function ranked(items, text) {
  return items.flatMap((item) => {
    const label = match(text, item.label);
    const more = label ? null : match(text, `${item.more ?? ""}`);
    return label ? [{ ...item, ...label }] : more && more.score > 20 ? [{ ...item, score: more.score - 40, places: [] }] : [];
  }).sort((a, b) => b.score - a.score).slice(0, SHOWN);
}

function draw() {
  const groups = found();
  const sections = groups.map(({ kind, items }) => make("div", { role: "group", "aria-label": TITLES[kind] },
    make("p", { textContent: TITLES[kind], "aria-hidden": "true" }), ...items.map(option)));
  if (isUnanswered && !known) sections.push(make("p", { className: "none", textContent: "The server did not answer. Open this again to ask once more." }));
  else if (!known) sections.push(...Array.from({ length: 5 }, () => make("div", { className: "option", "aria-hidden": "true" }, make("span", { className: "bone" }))));
  const text = input.value.trim();
  if (known && !groups.length) sections.push(make("p", { className: "none", textContent: `Nothing of yours is called “${text}”.` }));
  if (text) sections.push(make("div", { role: "group", "aria-label": "Search" }, option({ label: `Search all sessions for “${text}”`, icon: "search", url: `/sessions/?q=${encodeURIComponent(text)}`, places: [] })));
  list.replaceChildren(...sections);
  options().forEach((element, n) => (element.id = `command-${n}`));
  choose(chosen);
}

function option(item) {
  const words = make("span", { className: "label" }, ...[...item.label].map((letter, n) => (item.places?.includes(n) ? make("mark", { textContent: letter }) : letter)));
  const keys = item.key ? ["g", item.key].map((key) => make("kbd", { textContent: key, "aria-hidden": "true" })) : [];
  const picture = item.state ? icon(`g-${item.state}`, "glyph") : icon(`i-${item.icon || "chevron"}`);
  if (item.state) picture.dataset.state = item.state;
  const element = make("div", { className: "option", role: "option", "aria-selected": "false" }, picture, words, item.note ? make("small", { textContent: item.note }) : null, ...keys);
  element.item = item;
  return element;
}

const options = () => list.querySelectorAll("[role=option]");

function choose(place) {
  const all = [...options()];
  if (place < 0) return;
  chosen = Math.max(0, Math.min(place, all.length - 1));
  all.forEach((element, n) => element.setAttribute("aria-selected", String(n === chosen)));
  if (all[chosen]) input.setAttribute("aria-activedescendant", all[chosen].id);
  else input.removeAttribute("aria-activedescendant");
}

function press(event) {
  if (event.isComposing) return; // that Enter ends a word, not the search
  const number = options().length;
  const step = { ArrowDown: 1, ArrowUp: -1, n: event.ctrlKey ? 1 : 0, p: event.ctrlKey ? -1 : 0 }[event.key];
  if (step && number) choose((chosen + step + number) % number);
  else if (event.key === "Enter") run(event);
  else if (event.key === "?" && !input.value) own().find((item) => item.note === "?").act(dialog.close());
  else return;
  event.preventDefault();
  options()[chosen]?.scrollIntoView({ block: "nearest" });
}

function run(event) {
  const item = options()[chosen]?.item;
  if (!item) return;
  const isElsewhere = event.metaKey || event.ctrlKey;
  dialog.close();
  if (item.act) item.act();
  else if (item.press) item.press.click();
  else if (isElsewhere) window.open(item.url, "_blank", "noopener");
  else location.assign(item.url);
}
