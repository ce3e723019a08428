// A recorded page, rebuilt in a frame that has no origin. All that passes between the two are messages over one port.
const WAITS = 20_000; // ms for the frame to be there

export class PageView {
  /** `changed()` is called when the frame says another size. `frame` is the address of the sandbox. */
  constructor({ frame, title, changed }) {
    this.element = Object.assign(document.createElement("iframe"), { title, className: "rebuilt", tabIndex: -1 });
    this.element.setAttribute("sandbox", "allow-scripts"); // never allow-same-origin: what it shows is hostile
    this.element.inert = true;
    this.changed = changed;
    this.size = { width: 1280, height: 720 };
    this.refused = 0;
    this.asked = 0;
    this.waiting = new Map();
    this.isBusy = false;
    this.wanted = null;
    this.ready = new Promise((resolve, reject) => {
      this.element.addEventListener("load", () => resolve(this.connect()), { once: true });
      setTimeout(() => reject(new Error("The frame of the page did not load.")), WAITS);
    });
    this.ready.catch(() => {}); // who waits for it hears of it
    this.element.src = frame;
  }

  connect() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = ({ data }) => this.hear(data);
    this.element.contentWindow.postMessage("hello", "*", [port2]);
  }

  hear(data) {
    if (data.say === "refused") this.element.dataset.refused = this.refused += 1; // by its policy; a scrubbed page asks for nothing
    else if (data.say === "size") this.resize(data);
    else {
      this.waiting.get(data.ask)?.(data);
      this.waiting.delete(data.ask);
    }
  }

  resize({ width, height }) {
    if (!(width > 0 && height > 0) || (width === this.size.width && height === this.size.height)) return;
    this.size = { width: Math.min(width, 16_384), height: Math.min(height, 16_384) };
    this.changed();
  }

  async load(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The recorded page could not be fetched (${answer.status}).`);
    const events = await answer.json();
    await this.ready;
    this.port.postMessage({ do: "load", events: Array.isArray(events) ? events : events.events ?? [] });
  }

  async ask(message) {
    await this.ready;
    const ask = ++this.asked;
    return new Promise((resolve) => {
      this.waiting.set(ask, resolve);
      this.port.postMessage({ ...message, ask });
    });
  }

  /** The page as of `t`, when it stands: {width, height, isEmpty, hasChanged}. */
  at(t) {
    return this.ask({ do: "at", t });
  }

  /** Shows `t` as soon as the frame can; asked again meanwhile, only the latest is shown. */
  async show(t) {
    this.wanted = t;
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.wanted !== null) {
        const now = this.wanted;
        this.wanted = null;
        const { isEmpty } = await this.at(now);
        this.element.classList.toggle("is-empty", isEmpty);
      }
    } finally {
      this.isBusy = false;
    }
  }

  /** An image of the page as it stands: SVG, which runs nothing and loads nothing. Rejects where it cannot be read. */
  async picture() {
    const { svg, width, height } = await this.ask({ do: "picture" });
    const image = new Image(width, height);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    return image;
  }
}
