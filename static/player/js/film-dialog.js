// The dialog that makes a film of the replay: what it shall be, how far it is, and the file.
import { film, formats } from "./film.js";
import { clock } from "./track.js";

/** Opens the dialog of `player`, a <bg-replay>. */
export async function offer(player) {
  const dialog = player.querySelector("dialog[data-film]");
  dialog.maker ??= new Maker(dialog, player);
  await dialog.maker.open();
}

class Maker {
  constructor(dialog, player) {
    this.dialog = dialog;
    this.player = player;
    this.form = dialog.querySelector("form");
    this.part = (name) => dialog.querySelector(`[data-${name}]`);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.make();
    });
    this.part("stop").addEventListener("click", () => this.calling.abort());
    for (const name of ["cancel", "close"]) this.part(name).addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.stop());
  }

  async open() {
    const { track, transport } = this.player;
    this.stage("form");
    this.form.elements.from.value = "0:00";
    this.form.elements.to.value = clock(track.duration);
    this.part("at").textContent = `Now: ${clock(transport.now)}`;
    this.dialog.showModal();
    try {
      this.muxer = await import(this.player.dataset.muxer);
      const able = await formats(this.muxer);
      for (const choice of this.form.querySelectorAll("[name=format]")) choice.disabled = !able.includes(choice.value);
      if (!able.length) throw new Error("no encoder");
      const first = this.form.querySelector("[name=format]:checked");
      if (first.disabled) this.form.querySelector("[name=format]:not(:disabled)").checked = true;
    } catch {
      this.fail("This browser cannot make films: it lacks WebCodecs, which also needs https or localhost. A recent Chrome, Edge or Safari can.");
    }
  }

  async make() {
    const { player, form } = this;
    const words = Object.fromEntries(new FormData(form));
    const [from, to] = [read(words.from), Math.min(read(words.to), player.track.duration)];
    if (!(to > from)) return this.fail("Give a start that comes before the end, as minutes and seconds: 0:05");
    this.calling = new AbortController();
    this.stage("making");
    const began = performance.now();
    try {
      const blob = await film({
        muxer: this.muxer, track: player.track, stage: player.stage, kind: player.chosen("view"), look: player.look, from, to, format: words.format,
        height: Number(words.height), rate: Number(words.fps), speed: Number(words.speed), signal: this.calling.signal, told: (share) => this.tell(share, began),
      });
      this.done(blob, words.format);
    } catch (error) {
      if (this.calling.signal.aborted) this.stage("form");
      else this.fail(error.message || "The film could not be made.");
    } finally {
      player.stage.show(player.transport.now);
    }
  }

  tell(share, began) {
    const progress = this.part("progress");
    progress.value = share;
    const left = ((performance.now() - began) / share) * (1 - share);
    this.part("left").textContent = share < 0.02 ? "" : `${Math.round(share * 100)} % · ${left < 1000 ? "nearly done" : `${clock(left, 0)} left`}`;
  }

  done(blob, format) {
    this.free();
    this.url = URL.createObjectURL(blob);
    const link = this.part("file");
    link.href = this.url;
    link.download = `${this.player.dataset.name}.${format}`;
    this.part("size").textContent = `${(blob.size / 1_000_000).toFixed(1)} MB`;
    const preview = this.part("preview");
    preview.src = this.url;
    this.stage("done");
    link.focus();
  }

  fail(words) {
    this.part("fault").textContent = words;
    this.stage("form");
    this.part("fault").hidden = false;
  }

  stage(name) {
    this.dialog.dataset.stage = name;
    this.part("fault").hidden = true;
    if (name === "making") {
      this.part("progress").value = 0;
      this.part("left").textContent = "";
    }
  }

  stop() {
    this.calling?.abort();
    this.free();
  }

  free() {
    this.part("preview").removeAttribute("src");
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
  }
}

/** "1:02.5" in ms; NaN for what is no time. */
function read(words) {
  const match = /^(?:(\d+):)?(?:(\d{1,2}):)?(\d{1,2}(?:\.\d+)?)$/.exec(String(words).trim());
  if (!match) return Number.NaN;
  const [first, second] = match[2] === undefined ? [0, match[1] ?? 0] : [match[1], match[2]];
  return ((Number(first) * 60 + Number(second)) * 60 + Number(match[3])) * 1000;
}
