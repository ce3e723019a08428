// What a person does on the stage, told to the page: mouse, wheel, touch, keys, text, clipboard.
// Shift+Escape leaves the stage: whoever works by keyboard is not kept in it.
const BUTTONS = ["left", "middle", "right", "back", "forward"];
const MODIFIERS = { altKey: 1, ctrlKey: 2, metaKey: 4, shiftKey: 8 };

const modifiers = (event) => Object.entries(MODIFIERS).reduce((sum, [name, bit]) => sum + (event[name] ? bit : 0), 0);

export class Hands {
  // `keys` is a tiny text area under the pointer: it has the focus, so that input methods and phones' keyboards work,
  // and the page does not scroll when they write.
  constructor(stage, canvas, keys) {
    this.stage = stage;
    this.canvas = canvas;
    this.keys = keys;
    this.stop = new AbortController();
    const on = (target, names, does, options = {}) => {
      for (const name of names.split(" ")) target.addEventListener(name, does, { signal: this.stop.signal, ...options });
    };
    keys.hidden = false;
    on(canvas, "pointerdown pointerup pointercancel", (event) => this.pressed(event));
    on(canvas, "pointermove", (event) => this.moved(event));
    on(canvas, "wheel", (event) => this.wheeled(event), { passive: false });
    on(canvas, "contextmenu", (event) => event.preventDefault());
    on(keys, "keydown keyup", (event) => this.keyed(event));
    on(keys, "compositionend", (event) => this.text(event.data));
    on(keys, "input", (event) => event.isComposing || this.typed());
    on(keys, "paste", (event) => (event.preventDefault(), this.text(event.clipboardData.getData("text/plain"))));
    keys.focus({ preventScroll: true });
  }

  rest() {
    this.stop.abort();
    this.keys.value = "";
    this.keys.hidden = true;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.stage.page;
    const within = (value, most) => Math.max(0, Math.min(most - 1, value));
    return { x: within(((event.clientX - box.left) / box.width) * width, width), y: within(((event.clientY - box.top) / box.height) * height, height) };
  }

  pressed(event) {
    event.preventDefault();
    this.follow(event);
    if (event.pointerType === "touch") return this.touched(event);
    if (event.type === "pointerdown") {
      this.canvas.setPointerCapture(event.pointerId);
      const near = this.last && event.timeStamp - this.last.time < 500 && Math.hypot(event.clientX - this.last.x, event.clientY - this.last.y) < 5;
      this.clicks = near ? Math.min(this.clicks + 1, 3) : 1;
      this.last = { time: event.timeStamp, x: event.clientX, y: event.clientY };
    }
    const kind = event.type === "pointerdown" ? "down" : "up";
    this.flush();
    this.stage.send({ type: "mouse", kind, ...this.at(event), button: BUTTONS[event.button] ?? "none", buttons: event.buttons, clicks: this.clicks, modifiers: modifiers(event) });
  }

  follow(event) {
    const box = this.canvas.getBoundingClientRect();
    this.keys.style.insetInlineStart = `${event.clientX - box.left}px`;
    this.keys.style.insetBlockStart = `${event.clientY - box.top}px`;
    this.keys.focus({ preventScroll: true });
  }

  // At most one move a frame; what is pressed afterwards goes after it.
  moved(event) {
    if (event.pointerType === "touch") return this.touched(event);
    this.move = { type: "mouse", kind: "move", ...this.at(event), button: "none", buttons: event.buttons, clicks: 0, modifiers: modifiers(event) };
    this.tick ??= requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.tick);
    this.tick = null;
    if (this.move) this.stage.send(this.move);
    this.move = null;
  }

  touched(event) {
    const kind = { pointerdown: "start", pointermove: "move", pointerup: "end", pointercancel: "cancel" }[event.type];
    this.stage.send({ type: "touch", kind, points: kind === "start" || kind === "move" ? [this.at(event)] : [] });
  }

  wheeled(event) {
    event.preventDefault();
    const unit = [1, 40, this.stage.page.height][event.deltaMode];
    this.stage.send({ type: "wheel", ...this.at(event), dx: event.deltaX * unit, dy: event.deltaY * unit, modifiers: modifiers(event) });
  }

  keyed(event) {
    if (event.isComposing || event.key === "Process" || event.key === "Dead" || event.key === "Unidentified") return;
    if (event.key === "Escape" && event.shiftKey) return event.type === "keydown" && this.leave(event);
    const shortcut = event.ctrlKey || event.metaKey;
    if (shortcut && event.key.toLowerCase() === "v") return; // the paste event brings the text
    event.preventDefault();
    const text = event.type === "keydown" && !shortcut ? (event.key === "Enter" ? "\r" : event.key.length === 1 ? event.key : "") : "";
    const kind = event.type === "keydown" ? "down" : "up";
    if (kind === "down" && shortcut && ["c", "x"].includes(event.key.toLowerCase())) this.stage.send({ type: "copy" }); // before it is cut
    this.stage.send({ type: "key", kind, key: event.key, code: event.code, keyCode: event.keyCode, text, modifiers: modifiers(event), repeat: event.repeat });
  }

  leave(event) {
    event.preventDefault();
    this.stage.querySelector("[data-do=give]")?.focus();
  }

  // What a phone's keyboard writes without telling its keys.
  typed() {
    this.text(this.keys.value);
  }

  text(words) {
    this.keys.value = "";
    if (words) this.stage.send({ type: "text", text: words });
  }
}
