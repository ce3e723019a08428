// <bg-live src after>: keeps the page true. Quiet while the stream holds; a thin bar when it breaks.
import { concern, everything } from "./parts.js";
import { Stream } from "./stream.js";

const FORGIVEN = 2; // a single hiccup is nobody's business

customElements.define("bg-live", class extends HTMLElement {
  connectedCallback() {
    const stream = (this.stream = new Stream(this.getAttribute("src"), this.getAttribute("after")));
    stream.addEventListener("change", (event) => concern(event.detail));
    stream.addEventListener("reset", everything);
    stream.addEventListener("up", () => {
      this.dataset.up = "";
      if (this.missed) everything();
      this.missed = false;
      this.quiet();
    });
    stream.addEventListener("down", (event) => {
      delete this.dataset.up;
      this.missed = true;
      if (event.detail.failures >= FORGIVEN) this.tell(event.detail.seconds);
    });
    document.addEventListener("bg:changed", () => this.favicon());
    this.favicon();
    stream.open();
  }

  disconnectedCallback() {
    this.stream.close();
  }

  tell(seconds) {
    clearInterval(this.countdown);
    const again = Date.now() + seconds * 1000;
    if (!this.bar) {
      this.bar = document.createElement("div");
      this.bar.className = "live-bar";
      this.bar.setAttribute("role", "status");
      const words = document.createElement("span");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Try now";
      button.addEventListener("click", () => {
        this.stream.close();
        this.stream.retry();
      });
      this.bar.append(words, button);
      this.append(this.bar);
    }
    const draw = () => {
      const left = Math.max(0, Math.ceil((again - Date.now()) / 1000));
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
