// <bg-bell src>: fetches what needs attention when its sheet is opened; its dot lights up when something failed meanwhile.
import { remember, remembered } from "./memory.js";

const SEEN = "bg.bell";

customElements.define("bg-bell", class extends HTMLElement {
  connectedCallback() {
    const menu = this.querySelector("details");
    menu.addEventListener("toggle", () => menu.open && this.look());
    document.addEventListener("bg:toast", (event) => event.detail.group && this.ring(true));
    this.ring(remembered(SEEN) === "1");
  }

  async look() {
    const sheet = this.querySelector("[data-notices]");
    const answer = await fetch(this.getAttribute("src"), { headers: { "X-Live": "1" }, redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return (sheet.textContent = "The server did not answer. Close this and open it again.");
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    sheet.replaceChildren(template.content);
    this.ring(false);
  }

  ring(isNew) {
    this.toggleAttribute("data-new", isNew);
    const words = this.querySelector("[data-said]");
    if (words) words.textContent = isNew ? "Notices, something is new" : "Notices";
    remember(SEEN, isNew ? "1" : "0");
  }
});
