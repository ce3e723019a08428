// The one WebSocket of this tab. It knows where it stopped, asks on from there, and says when it will try again.
const PAUSES = [1, 2, 4, 8, 15];
const SILENT_SECONDS = 25; // the server says something every ten: silence means that the connection died unnoticed
const SIGNED_OUT = 4001;
const ANSWER_SECONDS = 10;

export class Line extends EventTarget {
  constructor(path, after) {
    super();
    this.url = new URL(path, location.href.replace(/^http/, "ws"));
    this.after = after;
    this.topics = [];
    this.failures = 0;
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#broken());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
  }

  open() {
    this.close();
    const socket = (this.socket = new WebSocket(this.url));
    this.#expect();
    socket.onopen = () => this.#ask();
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => (event.code === SIGNED_OUT ? this.leave() : this.#broken());
  }

  close() {
    if (this.socket) this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket?.close();
    this.socket = null;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
  }

  retry() {
    if (!this.socket) this.open();
  }

  // What the page shows now. Said again whenever it changes, with how far we know.
  watch(topics) {
    if (topics.join(" ") === this.topics.join(" ")) return;
    this.topics = topics;
    if (this.socket?.readyState === WebSocket.OPEN) this.#ask();
  }

  #ask() {
    this.socket.send(JSON.stringify({ topics: this.topics, ...(Number.isSafeInteger(this.after) ? { after: this.after } : {}) }));
  }

  #hear(message) {
    this.#expect();
    if (message.is === "hello") {
      this.failures = 0;
      dispatchEvent(new CustomEvent("bg:clock", { detail: Date.now() - Date.parse(message.now) }));
      this.dispatchEvent(new Event("up"));
      return;
    }
    if (Number.isSafeInteger(message.position)) this.after = message.position;
    this.dispatchEvent(new CustomEvent(message.is, { detail: message }));
  }

  // Also while it is being opened: what never answers would be waited for by the minute.
  #expect() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.#broken(), SILENT_SECONDS * 1000);
  }

  // The page is asked for anew, so that the server asks who this is. But a form that was sent from it goes first: its
  // answer may be the new cookie of whoever confirmed who they are, and the former one signs nobody in any more.
  leave() {
    this.close();
    setTimeout(() => location.reload(), document.querySelector("form[data-sent]") ? ANSWER_SECONDS * 1000 : 0);
  }

  #broken() {
    this.close();
    const most = PAUSES[Math.min(this.failures++, PAUSES.length - 1)];
    const seconds = most * (0.75 + Math.random() / 4); // many tabs must not come back in one step
    this.dispatchEvent(new CustomEvent("down", { detail: { seconds, failures: this.failures } }));
    this.timer = setTimeout(() => this.retry(), seconds * 1000);
  }
}
