// <bg-toaster>: short answers, bottom right. Hover holds them; errors stay until dismissed.
const SECONDS = 5;
const GLYPHS = { error: "error", warning: "timed_out" };
const SVG = "http://www.w3.org/2000/svg";

customElements.define("bg-toaster", class extends HTMLElement {
  connectedCallback() {
    for (const toast of this.children) this.keep(toast);
    document.addEventListener("bg:toast", (event) => this.say(event.detail));
    document.addEventListener("htmx:sendError", () => this.say({ level: "error", message: "The server did not answer. Check that it runs, then try again." }));
    document.addEventListener("htmx:responseError", (event) => {
      if (event.detail.xhr.getResponseHeader("HX-Trigger")) return; // it says itself what went wrong
      this.say({ level: "error", message: `The server refused this (${event.detail.xhr.status}). Reload the page and try again.` });
    });
  }

  say({ level = "success", message }) {
    const toast = document.createElement("div");
    toast.className = `toast ${level}`;
    const words = document.createElement("p");
    words.textContent = message;
    toast.append(glyph(GLYPHS[level] ?? "completed"), words);
    this.append(toast);
    this.keep(toast);
  }

  keep(toast) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button plain small icon-only";
    close.setAttribute("aria-label", "Dismiss");
    close.append(glyph("error", "icon"));
    close.addEventListener("click", () => leave(toast));
    toast.append(close);
    if (toast.classList.contains("error")) return;
    let timer = setTimeout(() => leave(toast), SECONDS * 1000);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => (timer = setTimeout(() => leave(toast), 2000)));
  }
});

function leave(toast) {
  toast.classList.add("leaving");
  setTimeout(() => toast.remove(), 200);
}

function glyph(name, kind = "glyph small") {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", kind === "icon" ? "#i-close" : `#g-${name}`);
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}
