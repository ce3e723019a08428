// <bg-pulse seconds>: asks anew for the parts that no event tells of, data-live="pulse", while somebody looks.
import { concern } from "./parts.js";

customElements.define("bg-pulse", class extends HTMLElement {
  connectedCallback() {
    const pause = Number(this.getAttribute("seconds") || 5) * 1000;
    this.timer = setInterval(() => document.hidden || concern({ type: "pulse" }), pause);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }
});
