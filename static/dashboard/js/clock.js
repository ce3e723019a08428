// <bg-duration since until> counts; <bg-time datetime> says how long ago. One ticker serves the whole page.
const ticking = new Set();
let timer = 0;
let ahead = 0; // how far this machine's clock is before the server's; told by the event stream
const skew = () => ahead;
addEventListener("bg:clock", (event) => (ahead = Math.abs(event.detail) > 1500 ? event.detail : 0));

function tick() {
  for (const element of ticking) element.draw();
  timer = ticking.size ? setTimeout(tick, 1000 - (Date.now() % 1000) + 5) : 0;
}

class Ticking extends HTMLElement {
  connectedCallback() {
    this.draw();
    ticking.add(this);
    if (!timer) timer = setTimeout(tick, 1000 - (Date.now() % 1000) + 5);
  }

  disconnectedCallback() {
    ticking.delete(this);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.draw();
  }

  say(text) {
    if (this.textContent !== text) this.textContent = text;
  }
}

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

customElements.define("bg-duration", class extends Ticking {
  static observedAttributes = ["since", "until"];

  draw() {
    const since = Date.parse(this.getAttribute("since"));
    if (Number.isNaN(since)) return;
    const until = this.getAttribute("until");
    this.say(duration(((until ? Date.parse(until) : Date.now() - skew()) - since) / 1000));
  }
});

const UNITS = [[60, "s"], [60, "min"], [24, "h"], [7, "d"]];

export function ago(seconds) {
  const future = seconds < 0;
  let amount = Math.abs(seconds);
  if (amount < 5) return "now";
  for (const [size, unit] of UNITS) {
    if (amount < size) return future ? `in ${Math.round(amount)} ${unit}` : `${Math.floor(amount)} ${unit} ago`;
    amount /= size;
  }
  return null;
}

customElements.define("bg-time", class extends Ticking {
  static observedAttributes = ["datetime"];

  draw() {
    const moment = new Date(this.getAttribute("datetime"));
    if (Number.isNaN(moment.getTime())) return;
    this.title = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
    this.say(ago((Date.now() - skew() - moment) / 1000) ?? moment.toLocaleDateString(undefined, { dateStyle: "medium" }));
  }
});
