// <bg-stage src uploads tickets [ticket]>: the page of a live session, as its viewers see it, in frames over a socket of their own.
// With an interactive ticket it also acts (stage-hands.js) and gives files to pages that ask for some (stage-files.js).
// All of its words and buttons are the server's HTML.
import { Files } from "./stage-files.js";
import { decoded, frameOf } from "./stage-frame.js";
import { Hands } from "./stage-hands.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const ENDED = 4000;
const REVOKED = 4001;

customElements.define("bg-stage", class extends HTMLElement {
  connectedCallback() {
    this.canvas = this.querySelector("canvas");
    this.paint = this.canvas.getContext("2d", { alpha: false });
    this.page = { width: 0, height: 0 };
    this.pause = FIRST_PAUSE;
    this.ticket = this.getAttribute("ticket");
    const chooser = this.querySelector('[data-part="chooser"]');
    this.files = chooser && new Files(this, chooser);
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.seen = new IntersectionObserver(([entry]) => ((this.inSight = entry.isIntersecting), this.look()), { rootMargin: "120px" });
    this.seen.observe(this);
    this.look = this.look.bind(this);
    document.addEventListener("visibilitychange", this.look);
  }

  disconnectedCallback() {
    this.seen.disconnect();
    document.removeEventListener("visibilitychange", this.look);
    this.follow(false);
    this.close();
  }

  get wanted() {
    return this.inSight && !document.hidden && !this.isOver;
  }

  // Nobody looks: nothing is sent. Somebody looks again: the last frame comes at once.
  look() {
    if (this.wanted) this.behind?.look();
    else this.behind?.rest();
    if (this.wanted && !this.socket && !this.timer) this.open();
    else if (this.socket?.readyState === WebSocket.OPEN) this.want();
  }

  async open() {
    this.timer = null;
    const ticket = this.ticket ?? (await this.asked("tickets"))?.ticket;
    if (!this.isConnected || this.socket) return;
    if (!ticket) return this.later("The live view cannot be opened now.");
    const address = new URL(this.getAttribute("src"), location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("ticket", ticket);
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.want());
    socket.addEventListener("message", ({ data }) => (typeof data === "string" ? this.told(JSON.parse(data)) : this.frame(frameOf(data))));
    socket.addEventListener("close", ({ code }) => socket === this.socket && this.lost(code)); // not one that we left
  }

  close() {
    clearTimeout(this.timer);
    this.hands?.rest();
    this.hands = null;
    this.files?.rest();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  lost(code) {
    this.close();
    if (code === ENDED) return this.over("This session has ended.");
    const held = this.dataset.control;
    this.hold("");
    if (code === REVOKED && this.hasAttribute("ticket")) return this.over("This link is no longer valid. Ask for a new one.");
    if (held) this.ticket = null; // somebody else has control, or it was handed back: go on watching
    this.later("The live view is lost. It comes back by itself.");
  }

  later(words) {
    this.say(words);
    this.timer = setTimeout(() => ((this.timer = null), this.look()), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  over(words) {
    this.isOver = true;
    this.dataset.over = "";
    this.say(words);
  }

  want() {
    const fps = this.wanted ? Number(this.getAttribute("fps") ?? 30) : 0;
    const width = this.hasAttribute("width") ? { width: Number(this.getAttribute("width")) } : {};
    const inputs = Boolean(this.behind) && this.wanted;
    this.send({ type: "want", fps, ...width, quality: Number(this.getAttribute("quality") ?? 60), inputs });
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // The newest frame is drawn; one that comes while another is being decoded takes the place of those before it.
  frame(frame) {
    this.newest = frame;
    if (this.behind) {
      this.behind.frame(frame);
      this.took(frame);
    } else {
      this.next = frame;
      if (!this.isDrawing) this.draw();
    }
  }

  async draw() {
    this.isDrawing = true;
    while (this.next) {
      const frame = this.next;
      this.next = null;
      const picture = await decoded(frame);
      if (!this.behind) {
        this.fit(frame, picture);
        this.paint.drawImage(picture, 0, 0);
      }
      picture.close();
      this.took(frame);
    }
    this.isDrawing = false;
  }

  // Said, so that no more is on its way than a slow line can take.
  took({ number, t }) {
    this.send({ type: "seen", seq: number });
    this.dispatchEvent(new CustomEvent("bg:frame", { detail: { number, seconds: t / 1000 } }));
    this.pause = FIRST_PAUSE;
    if (!("live" in this.dataset)) {
      this.dataset.live = this.dataset.drawn = "";
      this.say("");
    }
  }

  fit({ width, height }, picture) {
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    this.shape(width, height);
  }

  shape(width, height) {
    if (this.page.width === width && this.page.height === height) return;
    this.page = { width, height };
    this.style.setProperty("--page-width", width);
    this.style.setProperty("--page-height", height);
  }

  told(message) {
    const tell = {
      hello: () => this.begin(message.mode),
      pages: () => this.pages(message.pages),
      page: () => ((this.shown = message.id), this.behind?.turn()),
      input: () => message.page === this.shown && this.behind?.input(message),
      dialog: () => this.dialog(message),
      dialog_closed: () => this.dialog(null),
      chooser: () => this.files?.ask(message.multiple),
      chooser_closed: () => this.files?.rest(),
      clipboard: () => navigator.clipboard?.writeText(message.text).catch(() => {}),
      error: () => document.dispatchEvent(new CustomEvent("bg:toast", { detail: { level: "error", message: message.message } })),
    };
    tell[message.type]?.();
  }

  // What waits for an answer is told anew; what was answered while we were away is not.
  begin(mode) {
    this.dialog(null);
    this.files?.rest();
    this.hold(mode === "control" ? "mine" : "");
  }

  pages(pages) {
    const strip = this.querySelector("[data-pages]");
    const shown = pages.find((page) => page.active) ?? pages[0];
    const address = this.querySelector("[data-url]");
    if (address) {
      if (address instanceof HTMLInputElement ? document.activeElement !== address : true) address[address instanceof HTMLInputElement ? "value" : "textContent"] = shown?.url ?? "";
      address.title = shown?.title ?? "";
    }
    this.toggleAttribute("loading", Boolean(shown?.loading));
    if (!strip) return;
    strip.hidden = pages.length < 2;
    strip.replaceChildren(
      ...pages.map((page) => {
        const tab = document.createElement("button");
        tab.type = "button";
        tab.dataset.page = page.id;
        tab.textContent = page.title || page.url || "New tab";
        tab.title = page.url;
        tab.setAttribute("aria-pressed", String(page === shown));
        return tab;
      }),
    );
  }

  dialog(message) {
    const form = this.part("dialog", Boolean(message));
    if (!form || !message) return;
    form.querySelector("[data-words]").textContent = message.message;
    const field = form.querySelector("input");
    field.hidden = message.kind !== "prompt";
    field.value = message.default ?? "";
    form.querySelector("[value=dismiss]").hidden = message.kind === "alert";
  }

  part(name, shows) {
    const part = this.querySelector(`[data-part="${name}"]`);
    if (part) part.hidden = !shows;
    return part;
  }

  say(words) {
    const place = this.querySelector("[data-say]");
    if (place) place.textContent = words;
    if (words) delete this.dataset.live;
  }

  hold(who) {
    this.dataset.control = who;
    if (who) this.follow(false); // what is behind cannot be steered
    const address = this.querySelector("input[data-url]");
    if (address) address.readOnly = !who;
    if (who && !this.hands) this.hands = new Hands(this, this.canvas, this.querySelector("[data-keys]"));
    else if (!who) (this.hands?.rest(), (this.hands = null));
  }

  async clicked(event) {
    const button = event.target.closest("button");
    if (!button || !this.contains(button)) return;
    if (button.dataset.page) return this.send({ type: "watch", page: button.dataset.page });
    const does = {
      take: () => this.take(),
      give: () => this.give(),
      back: () => this.send({ type: "navigate", url: "back" }),
      forward: () => this.send({ type: "navigate", url: "forward" }),
      reload: () => this.send({ type: "navigate", url: "reload" }),
      follow: () => this.follow(!this.follows),
      fit: () => this.send({ type: "resize", width: Math.round(this.clientWidth), height: Math.round((this.clientWidth * 9) / 16) }),
      pick: () => this.files.input.click(),
      none: () => this.files.none(),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
    };
    does[button.dataset.do]?.();
  }

  // A few seconds behind, near to what is done. What does it is fetched when somebody wants it.
  async follow(follows) {
    this.follows = follows;
    this.querySelector("[data-do=follow]")?.setAttribute("aria-pressed", String(follows));
    if (follows === Boolean(this.behind)) return;
    if (!follows) return this.catchUp();
    try {
      const { Behind } = await import("../../player/js/behind.js");
      if (!this.follows || this.behind) return;
      this.behind = new Behind(this.canvas, { decoded, shaped: (width, height) => this.shape(width, height) });
    } catch {
      document.dispatchEvent(new CustomEvent("bg:toast", { detail: { level: "error", message: "Following could not be loaded. Reload the page to try again." } }));
      return this.follow(false);
    }
    if (this.newest) this.behind.frame(this.newest);
    this.part("behind", true);
    this.look();
  }

  catchUp() {
    this.behind.end();
    this.behind = null;
    this.part("behind", false);
    this.want();
    if (this.newest) this.frame(this.newest);
  }

  submitted(event) {
    const form = event.target;
    if (form.dataset.part === "dialog") {
      event.preventDefault();
      this.send({ type: "dialog_answer", accept: event.submitter?.value !== "dismiss", text: form.querySelector("input").value });
      this.dialog(null);
    } else if (form.dataset.part === "address") {
      event.preventDefault();
      const url = form.querySelector("input").value.trim();
      this.send({ type: "navigate", url: /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}` });
      this.canvas.focus();
    }
  }

  async take() {
    const taken = await this.asked("takes");
    if (!taken?.ticket) return;
    this.ticket = taken.ticket;
    this.close();
    this.open();
  }

  async give() {
    this.ticket = null;
    await this.asked("gives");
    this.close();
    this.hold("");
    this.open();
  }

  // A refusal speaks by itself: the server's toast is in its header.
  async asked(name) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    try {
      const answer = await fetch(this.getAttribute(name), { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, redirect: "error" });
      if (answer.ok) return await answer.json();
      const said = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}")["bg:toast"];
      if (said && name !== "tickets") document.dispatchEvent(new CustomEvent("bg:toast", { detail: said }));
    } catch {
      // no connection: `later` tries again
    }
    return null;
  }
});
