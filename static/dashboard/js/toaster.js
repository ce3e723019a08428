// <bg-toaster>: short answers, bottom right, the newest in front. Hover and focus spread and hold them; errors stay.
//   {level, message, link: {url, label}, undo: {url, label}, group, many: "{n} sessions failed", all: {url, label}}
import { button, icon, make } from "./make.js";

const SECONDS = 6;
const MOST = 12;
const SHOWN = 3;
const GAP = 8;
const GLYPHS = { error: "error", warning: "timed_out" };

const asksAgain = (event) => event.detail.elt.matches("[data-again]"); // by itself, every few seconds

customElements.define("bg-toaster", class extends HTMLElement {
  connectedCallback() {
    this.dataset.stack = "";
    for (const toast of this.querySelectorAll(".toast")) this.keep(toast);
    document.addEventListener("bg:toast", (event) => this.say(event.detail));
    document.addEventListener("htmx:sendError", (event) => asksAgain(event) || this.say({ level: "error", message: "The server did not answer. Check that it runs, then try again." }));
    document.addEventListener("htmx:responseError", (event) => {
      if (asksAgain(event) || event.detail.xhr.getResponseHeader("HX-Trigger")) return; // it says itself what went wrong
      this.say({ level: "error", message: `The server refused this (${event.detail.xhr.status}). Reload the page and try again.` });
    });
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => this.spread(true));
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.spread(this.matches(":hover, :focus-within")));
    document.addEventListener("visibilitychange", () => this.hold());
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.leave(event.target.closest(".toast") ?? this.toasts[0]));
  }

  get toasts() {
    return [...this.querySelectorAll(".toast:not(.leaving)")].reverse();
  }

  say({ level = "success", message, link, undo, group, many, all }) {
    const fellow = group && this.toasts.find((toast) => toast.dataset.group === group);
    const number = Number(fellow?.dataset.number ?? 0) + 1;
    const ways = number > 1 ? all ?? link : link;
    const toast = make("div", { className: `toast ${level}`, role: level === "error" ? "alert" : "status" },
      icon(`g-${GLYPHS[level] ?? "completed"}`, "glyph small"),
      make("p", { textContent: number > 1 && many ? many.replace("{n}", number) : message }));
    if (ways) toast.append(make("a", { className: "button small", href: ways.url, textContent: ways.label }));
    if (undo) toast.append(button(undo.label ?? "Undo", "button small", () => this.undo(toast, undo.url)));
    if (group) Object.assign(toast.dataset, { group, number });
    fellow?.remove();
    this.append(toast);
    this.keep(toast);
  }

  keep(toast) {
    const close = button("", "button plain small icon-only dismiss", () => this.leave(toast));
    close.setAttribute("aria-label", "Dismiss");
    close.append(icon("i-close", "icon"));
    toast.append(close);
    toast.dataset.seconds = toast.classList.contains("error") ? "" : SECONDS;
    for (const old of this.toasts.slice(MOST)) old.remove();
    this.arrange();
    this.hold();
  }

  // Time runs only while somebody may read: not under the pointer, not in a hidden tab.
  hold() {
    const isHeld = document.hidden || "spread" in this.dataset;
    for (const toast of this.toasts) {
      clearTimeout(toast.timer);
      if (!isHeld && toast.dataset.seconds) toast.timer = setTimeout(() => this.leave(toast), toast.dataset.seconds * 1000);
    }
  }

  spread(isSpread) {
    if (isSpread === ("spread" in this.dataset)) return;
    this.toggleAttribute("data-spread", isSpread);
    this.hold();
  }

  arrange() {
    let lift = 0;
    const all = this.toasts;
    this.style.setProperty("--front", `${all[0]?.offsetHeight ?? 0}px`); // set through the object model, which the policy allows
    all.forEach((toast, depth) => {
      toast.style.setProperty("--depth", depth);
      toast.style.setProperty("--lift", `${-lift}px`);
      toast.toggleAttribute("data-behind", depth > 0);
      toast.toggleAttribute("data-hidden", depth >= SHOWN);
      lift += toast.scrollHeight + GAP;
    });
    this.style.setProperty("--tall", `${lift}px`);
  }

  leave(toast) {
    if (!toast || toast.classList.contains("leaving")) return;
    toast.classList.add("leaving");
    setTimeout(() => toast.remove(), 220);
    this.arrange();
    if (!this.toasts.length) this.spread(false);
  }

  async undo(toast, url) {
    this.leave(toast);
    const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok || answer?.redirected) this.say({ message: "Undone." });
    else this.say({ level: "error", message: "This could not be undone. Reload the page to see how things are." });
  }
});
