// <bg-replay>: a recorded session on a stage, over one timeline. The controls are the server's HTML; this makes them work.
import "./moments.js";
import "./timeline.js";
import { keys } from "./keys.js";
import { kept, keep, studio } from "./options.js";
import { PLAIN } from "./scene.js";
import { Stage } from "./stage.js";
import { clock, idleSpans, neighbour, pageAt, placeAt, read } from "./track.js";
import { Transport } from "./transport.js";

const FRAME = 1000 / 30;
const SOON = 4000; // ms until it is asked again whether the recording is ready

customElements.define("bg-replay", class extends HTMLElement {
  connectedCallback() {
    this.find = (name) => this.querySelector(`[data-${name}]`);
    this.line = this.querySelector("bg-timeline");
    this.list = this.querySelector("bg-moments");
    this.leaving = new AbortController();
    if (!this.hasAttribute("data-empty")) this.open().catch((error) => this.say(error.message));
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.transport?.pause();
    this.stage?.remove();
  }

  async open() {
    this.say("Loading the recording…");
    const address = new URL(this.getAttribute("src"), location.href);
    const recording = new URLSearchParams(location.search).get("recording"); // one of several
    if (recording) address.searchParams.set("recording", recording);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status === 404 ? "There is no such recording: it was deleted, or it has expired." : `The recording could not be fetched (${answer.status}). Reload the page to try again.`);
    const track = read(await answer.json());
    if (track.video || track.dom.size) return this.start(track);
    this.say("This recording is being made ready…");
    setTimeout(() => this.isConnected && this.open().catch((error) => this.say(error.message)), SOON);
  }

  start(track) {
    this.track = track;
    this.idle = idleSpans(track);
    this.stage = new Stage({ mat: this.find("mat"), track, frame: this.dataset.frame, told: (words) => this.say(words) });
    const { kinds } = this.stage;
    if (!kinds.length) return this.say("Nothing of this recording can be shown here: see above."); // no video, and no files to rebuild pages with
    this.transport = new Transport({ duration: track.duration, idle: this.idle });
    this.transport.addEventListener("moved", () => this.moved());
    this.transport.addEventListener("changed", () => this.changed());
    this.line.show(track, this.idle);
    this.list.show(track);
    this.listen();
    const asked = new URLSearchParams(location.search);
    const wanted = [asked.get("view"), kept("view", ""), "page"].find((kind) => kinds.includes(kind)) ?? kinds[0];
    this.choose("view", wanted, kinds);
    this.choose("look", asked.get("look") ?? kept("look", "plain"));
    this.transport.skips = kept("skips", true);
    this.setLook();
    this.say("");
    this.transport.seek((Number.parseFloat(asked.get("t")) || 0) * 1000);
    this.changed();
    this.dataset.ready = "";
  }

  listen() {
    const { signal } = this.leaving;
    this.addEventListener("bg:seek", (event) => this.transport.seek(event.detail), { signal });
    this.addEventListener("click", (event) => event.target.closest("[data-link]")?.setAttribute("text", this.link), { signal, capture: true }); // before it is copied
    this.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")?.dataset.do), { signal });
    this.addEventListener("change", (event) => this.change(event.target), { signal });
    this.addEventListener("input", (event) => event.target.closest("[data-studio]") && this.setLook(), { signal });
    this.find("mat").addEventListener("click", () => this.transport.toggle(), { signal });
    document.addEventListener("keydown", (event) => keys(event, this), { signal });
    document.addEventListener("fullscreenchange", () => this.toggleAttribute("data-full", document.fullscreenElement === this), { signal });
  }

  act(name) {
    const jump = (step) => {
      const item = neighbour(this.track, this.transport.now, step);
      this.transport.seek(item ? item.t : step > 0 ? this.track.duration : 0);
    };
    const acts = {
      play: () => this.transport.toggle(),
      before: () => jump(-1),
      next: () => jump(1),
      back: () => this.transport.step(-FRAME),
      forward: () => this.transport.step(FRAME),
      skip: () => this.setSkips(!this.transport.skips),
      film: () => this.film(),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
      studio: () => this.toggleStudio(),
    };
    acts[name]?.();
  }

  change(field) {
    if (field.name === "rate") this.transport.setRate(Number(field.value));
    else if (field.name === "view" || field.name === "look") {
      keep(field.name, field.value);
      this.setLook();
    } else if (field.closest("[data-studio]")) this.setLook();
  }

  choose(name, value, among = null) {
    for (const field of this.querySelectorAll(`input[name="${name}"]`)) {
      field.checked = field.value === value;
      if (among) field.disabled = !among.includes(field.value);
    }
  }

  chosen(name) {
    return this.querySelector(`input[name="${name}"]:checked`)?.value;
  }

  toggleStudio() {
    this.choose("look", this.chosen("look") === "studio" ? "plain" : "studio");
    keep("look", this.chosen("look"));
    this.setLook();
  }

  setLook() {
    const isStudio = this.chosen("look") === "studio";
    this.look = isStudio ? studio(this.find("studio")) : PLAIN;
    this.toggleAttribute("data-in-studio", isStudio);
    this.stage.set(this.chosen("view"), this.look);
  }

  setSkips(skips) {
    this.transport.skips = skips;
    keep("skips", skips);
    this.changed();
  }

  moved() {
    const { now, isPlaying, pace } = this.transport;
    this.stage.show(now, { isPlaying, pace });
    this.line.now = now;
    this.list.now = now;
    const face = clock(now);
    if (this.face !== face) this.find("now").textContent = this.face = face;
    this.showPlace(now);
    this.toggleAttribute("data-hasty", isPlaying && this.transport.skips && this.transport.isIdle);
  }

  /** The address bar above the page: where the page in front stood at that moment. */
  showPlace(t) {
    const page = pageAt(this.track, t);
    const { url, title } = placeAt(this.track, page, t);
    if (this.place === `${title} ${url}`) return;
    this.place = `${title} ${url}`;
    this.find("title").textContent = title || "\u00a0";
    this.find("url").textContent = url;
  }

  changed() {
    const { isPlaying, rate, skips } = this.transport;
    this.toggleAttribute("data-playing", isPlaying);
    this.querySelector("[data-do=play]").setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    this.querySelector("[data-do=skip]").setAttribute("aria-pressed", skips);
    this.find("whole").textContent = clock(this.track.duration);
    for (const field of this.querySelectorAll("input[name=rate]")) field.checked = Number(field.value) === rate;
    this.find("rate").textContent = `${rate}×`;
    this.stage.show(this.transport.now, { isPlaying, pace: this.transport.pace });
  }

  /** This address, as of this moment and as it looks now. */
  get link() {
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.set("t", (this.transport.now / 1000).toFixed(1));
    url.searchParams.set("view", this.chosen("view"));
    url.searchParams.set("look", this.chosen("look"));
    return url.href;
  }

  async film() {
    this.transport.pause();
    const { offer } = await import("./film-dialog.js");
    offer(this);
  }

  say(words) {
    const place = this.find("says");
    place.textContent = words;
    place.hidden = !words;
  }
});
