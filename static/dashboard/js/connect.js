// <bg-connect>: its tabs are radio buttons and work alone; this remembers the choice.
import { remember, remembered } from "./memory.js";

const KEY = "bg.client";

customElements.define("bg-connect", class extends HTMLElement {
  connectedCallback() {
    const wanted = remembered(KEY);
    const radio = wanted && this.querySelector(`input[type="radio"][value="${CSS.escape(wanted)}"]`);
    if (radio) radio.checked = true;
    this.addEventListener("change", (event) => {
      if (event.target.type !== "radio") return;
      remember(KEY, event.target.value);
      event.target.closest("label")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }
});
