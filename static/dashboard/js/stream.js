// One event stream for this tab. It knows where it stopped, asks on from there, and says when it will try again.
const PAUSES = [1, 2, 4, 8, 15];
const SILENT_SECONDS = 25; // the server says something every ten: silence means that the connection died unnoticed
const HIDDEN_SECONDS = 10; // a browser has six connections for one host: a tab that nobody looks at gives its own back

export class Stream extends EventTarget {
  constructor(url, after) {
    super();
    this.url = url;
    this.after = after;
    this.failures = 0;
    document.addEventListener("visibilitychange", () => this.#look());
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  open() {
    this.close();
    const url = new URL(this.url, location.href);
    if (this.after) url.searchParams.set("after", this.after);
    const source = (this.source = new EventSource(url));
    source.addEventListener("hello", (event) => this.#hello(JSON.parse(event.data)));
    source.addEventListener("beat", () => this.#alive());
    source.addEventListener("change", (event) => {
      this.after = event.lastEventId;
      this.dispatchEvent(new CustomEvent("change", { detail: JSON.parse(event.data) }));
    });
    source.addEventListener("reset", (event) => {
      this.after = event.lastEventId;
      this.dispatchEvent(new Event("reset"));
    });
    source.addEventListener("bye", () => location.reload()); // signed out elsewhere: the server will ask who this is
    source.onerror = () => this.#broken();
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
  }

  retry() {
    if (!this.source && !document.hidden) this.open();
  }

  #alive() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.#broken(), SILENT_SECONDS * 1000);
  }

  #hello({ now }) {
    this.failures = 0;
    this.#alive();
    dispatchEvent(new CustomEvent("bg:clock", { detail: Date.now() - Date.parse(now) }));
    this.dispatchEvent(new Event("up"));
  }

  #broken() {
    this.close();
    const seconds = PAUSES[Math.min(this.failures++, PAUSES.length - 1)];
    this.dispatchEvent(new CustomEvent("down", { detail: { seconds, failures: this.failures } }));
    this.timer = setTimeout(() => this.retry(), seconds * 1000);
  }

  #look() {
    clearTimeout(this.away);
    if (document.hidden) this.away = setTimeout(() => this.close(), HIDDEN_SECONDS * 1000);
    else this.retry();
  }
}
