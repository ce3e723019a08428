// <bg-live src after>: keeps the page true. Quiet while the line holds; a thin bar when it breaks.
import { again, concern, everything, topics } from "./parts.js";
import { Line } from "./line.js";
import { button, make } from "./make.js";

const FORGIVEN = 2; // a single hiccup is nobody's business

customElements.define("bg-live", class extends HTMLElement {
  connectedCallback() {
    const line = (this.line = new Line(this.getAttribute("src"), parseInt(this.getAttribute("after"), 10)));
    line.addEventListener("change", (event) => concern(event.detail));
    line.addEventListener("reload", everything);
    line.addEventListener("toast", (event) => document.dispatchEvent(new CustomEvent("bg:toast", { detail: event.detail })));
    line.addEventListener("up", () => {
      this.dataset.up = "";
      again();
      this.quiet();
    });
    line.addEventListener("down", (event) => {
      delete this.dataset.up;
      if (event.detail.failures >= FORGIVEN) this.tell(event.detail.seconds);
      if (navigator.onLine) this.ask();
    });
    const look = () => line.watch(topics());
    document.addEventListener("bg:changed", () => (look(), this.favicon()));
    document.addEventListener("htmx:afterSettle", look);
    this.favicon();
    look();
    line.open();
  }

  disconnectedCallback() {
    this.line.close();
  }

  // A refused socket does not say why. If a page would lead to the sign-in, so does this one.
  async ask() {
    const answer = await fetch(this.dataset.ask, { headers: { "X-Live": "1" }, redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") this.line.leave();
  }

  tell(seconds) {
    clearInterval(this.countdown);
    const next = Date.now() + seconds * 1000;
    if (!this.bar) {
      this.bar = make("div", { className: "live-bar", role: "status" }, make("span"), button("Try now", "", () => this.line.retry()));
      this.append(this.bar);
    }
    const draw = () => {
      const left = Math.max(0, Math.ceil((next - Date.now()) / 1000));
      this.bar.firstChild.textContent = left ? `No live updates: the connection is lost. Next try in ${left} s.` : "No live updates: trying again.";
    };
    draw();
    this.countdown = setInterval(draw, 500);
  }

  quiet() {
    clearInterval(this.countdown);
    this.bar?.remove();
    this.bar = null;
  }

  // The favicon's dot shows whether anything of mine is running.
  favicon() {
    const icon = document.querySelector('link[rel="icon"]');
    const running = Number(document.getElementById("tally")?.dataset.running ?? 0);
    if (!icon) return;
    icon.dataset.idleIcon ??= icon.href;
    const wanted = running ? icon.dataset.liveIcon : icon.dataset.idleIcon;
    if (icon.href !== wanted) icon.href = wanted;
  }
});
