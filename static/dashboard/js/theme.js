// <bg-theme>: light, dark or as the system says. The server reads the cookie, so a page never flashes.
const NAMES = ["system", "light", "dark"];

export function choose(name) {
  document.documentElement.dataset.theme = name;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `bg_theme=${name}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  for (const label of document.querySelectorAll("[data-theme-name]")) label.textContent = name;
  for (const radio of document.querySelectorAll('input[name="theme"]')) radio.checked = radio.value === name;
}

customElements.define("bg-theme", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (!event.target.closest("button")) return;
      choose(NAMES[(NAMES.indexOf(document.documentElement.dataset.theme) + 1) % NAMES.length]);
    });
    this.addEventListener("change", (event) => {
      if (event.target.name === "theme") choose(event.target.value);
    });
  }
});
