// What a recording knows, read from track.json: lanes of moments, pages, and which page is in front when. Pure.
export const LANES = [
  { name: "navigation", label: "Pages", icon: "navigate" },
  { name: "clicks", label: "Clicks", icon: "click" },
  { name: "typing", label: "Typing", icon: "keys" },
  { name: "console", label: "Console", icon: "console" },
  { name: "network", label: "Network", icon: "network" },
  { name: "errors", label: "Errors", icon: "warn" },
  { name: "marks", label: "Marks", icon: "mark" },
];
const IDLE = 4000; // ms without anything to see, after which one may skip ahead
const STROKE = 250; // ms between touches of one stroke
const TELLING = new Set(["navigation", "clicks", "typing", "errors", "marks"]); // what is worth stopping at

/** A track with everything there, in order of time, whatever the server left out. */
export function read(raw) {
  const tracks = raw.tracks ?? {};
  const pages = (raw.pages ?? []).map((page) => ({ first: 0, last: null, title: "", url: "", ...page }));
  const lanes = Object.fromEntries(LANES.map(({ name }) => [name, ordered(tracks[name] ?? []).map((item) => moment(name, item))]));
  const inputs = touched(raw.inputs?.length ? raw.inputs : [...lanes.clicks.map(clickInput), ...lanes.typing.flatMap(typingInputs)]);
  const moments = ordered(Object.values(lanes).flat());
  const duration = raw.duration || Math.max(0, ...moments.map(({ end, t }) => end ?? t), ...pages.map((page) => page.last ?? 0));
  return { duration, pages, lanes, moments, inputs, video: raw.video ?? null,
    dom: new Map((raw.dom ?? []).map(({ page, url }) => [page, url])), front: fronts(pages, lanes, inputs) };
}

/** The page that is in front at `t`, of those in `among` (a Map or Set of ids) where it is given. */
export function pageAt(track, t, among = null) {
  const isThere = (id) => {
    const page = track.pages.find((one) => one.id === id);
    return (!among || among.has(id)) && (!page || ((page.first ?? 0) <= t && (page.last === null || page.last >= t)));
  };
  for (let index = after(track.front, t) - 1; index >= 0; index -= 1) if (isThere(track.front[index].page)) return track.front[index].page;
  return track.pages.find((page) => isThere(page.id))?.id ?? (among ? [...among.keys()][0] : undefined);
}

/** Where that page stood then: its address and title. */
export function placeAt(track, page, t) {
  const all = track.lanes.navigation.filter((item) => item.page === page);
  const known = track.pages.find((one) => one.id === page);
  const last = all.findLast((item) => item.t <= t);
  const url = last?.url ?? known?.url ?? "";
  return { url, title: last?.title || (last === all.at(-1) && known?.title) || short(url) }; // a page's own title is its last one
}

/** The next or the previous moment worth stopping at. */
export function neighbour(track, t, step) {
  const stops = track.moments.filter(({ lane }) => TELLING.has(lane));
  return step > 0 ? stops.find((item) => item.t > t + 50) : stops.findLast((item) => item.t < t - 400);
}

/** Spans in which nothing is to be seen: [{from, to}]. Network and console alone are not something to see. */
export function idleSpans(track) {
  const busy = [0, ...track.moments.filter(({ lane }) => TELLING.has(lane)).flatMap((item) => [item.t, item.end ?? item.t]),
    ...track.inputs.map((input) => input.t), track.duration].sort((a, b) => a - b);
  const spans = [];
  for (let index = 1; index < busy.length; index += 1) {
    if (busy[index] - busy[index - 1] > IDLE) spans.push({ from: busy[index - 1] + 1000, to: busy[index] - 800 });
  }
  return spans;
}

/** Index of the first item later than `t`, in a list ordered by t. */
export function after(list, t) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].t <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function clock(ms, digits = 1) {
  const tenths = Math.max(0, Math.floor(ms / 100)); // floored as a whole, or 59.96 s would read 0:60.0
  const seconds = Math.floor(tenths / 10);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const face = h ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
  return digits ? `${face}.${tenths % 10}` : face;
}

function ordered(list) {
  return [...list].sort((a, b) => a.t - b.t);
}

/** When which page came to the front: what was opened, led somewhere or was touched last. */
function fronts(pages, lanes, inputs) {
  return ordered([...pages.map((page) => ({ t: page.first ?? 0, page: page.id })), ...lanes.navigation, ...inputs]
    .filter(({ page }) => page !== undefined && page !== null)).map(({ t, page }) => ({ t, page }));
}

const WORDS = {
  navigation: (item) => ({ text: item.title || short(item.url), detail: item.url }),
  clicks: () => ({ text: "Click", detail: "" }),
  typing: (item) => ({ text: item.count ? `${item.count} ${item.count === 1 ? "key" : "keys"}` : "Typing", detail: "" }),
  console: (item) => ({ text: item.text ?? "", detail: item.level ?? "log", level: level(item.level) }),
  network: (item) => ({ text: `${item.method ?? "GET"} ${short(item.url)}`, detail: [item.status || item.error || "", item.end > item.t ? `${Math.round(item.end - item.t)} ms` : ""].filter(Boolean).join(" · "),
    level: item.error || item.status >= 500 ? "error" : item.status >= 400 ? "warn" : "" }),
  errors: (item) => ({ text: item.text ?? "", detail: item.kind ?? "", level: "error" }),
  marks: (item) => ({ text: item.label ?? "", detail: "" }),
};

function moment(lane, item) {
  return { lane, end: null, level: "", ...item, ...WORDS[lane](item) };
}

function level(name) {
  return { error: "error", assert: "error", warning: "warn", warn: "warn" }[name] ?? "";
}

function short(url = "") {
  try {
    const { host, pathname, search } = new URL(url);
    return `${host}${pathname === "/" ? "" : pathname}${search}`;
  } catch {
    return url;
  }
}

/** Inputs in order of time, in which a finger that moves on the glass touches it once. */
export function touched(inputs) {
  let before = -Infinity;
  return ordered(inputs).map((input) => {
    if (input.kind !== "touch") return input;
    const isMove = input.t - before < STROKE || !Number.isFinite(input.x);
    before = input.t;
    return isMove ? { ...input, kind: "move" } : input;
  });
}

const clickInput = (item) => ({ ...item, kind: "down" });

function typingInputs({ t, end, page, count = 1 }) {
  const number = Math.min(Math.max(count, 1), 200);
  const step = ((end ?? t) - t) / Math.max(number - 1, 1);
  return Array.from({ length: number }, (_, index) => ({ t: t + index * step, page, kind: "key" }));
}
