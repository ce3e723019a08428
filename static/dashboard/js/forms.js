// <bg-pairs>: rows of key and value; there is always an empty one to type into.
// <bg-call src>: the form round it, as the API call that asks for the same.
customElements.define("bg-pairs", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.room());
    this.addEventListener("click", (event) => {
      const row = event.target.closest("[data-remove]") && event.target.closest("li");
      if (!row) return;
      if (this.rows.length > 1) row.remove();
      else row.querySelectorAll("input").forEach((input) => (input.value = ""));
      this.room();
      this.rows.at(-1).querySelector("input").focus();
      this.dispatchEvent(new Event("input", { bubbles: true }));
    });
    this.room(); // for what was typed before this script was there
  }

  get rows() {
    return [...this.querySelectorAll("li")];
  }

  room() {
    const rows = this.rows;
    if (!rows.at(-1).querySelector("input").value) return;
    const row = rows.at(-1).cloneNode(true);
    const number = rows.length + 1;
    row.querySelectorAll("[aria-label]").forEach((part) => (part.ariaLabel = part.ariaLabel.replace(/\d+$/, number)));
    row.querySelectorAll("input").forEach((input) => {
      input.value = "";
      input.removeAttribute("value");
    });
    rows.at(-1).after(row);
  }
});

customElements.define("bg-call", class extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("input", this);
    this.draw();
  }

  disconnectedCallback() {
    this.form.removeEventListener("input", this);
  }

  handleEvent() {
    this.draw();
  }

  draw() {
    const data = JSON.stringify(body(new FormData(this.form)), null, 2).replaceAll("'", "'\\''");
    this.querySelector("code").textContent = `curl -X POST '${this.getAttribute("src")}' \\\n  -H 'Authorization: Bearer YOUR_TOKEN' \\\n  -H 'Content-Type: application/json' \\\n  -d '${data}'`;
  }
});

function body(form) {
  const text = (name) => (form.get(name) ?? "").trim();
  const asked = { keep_alive: form.has("keep_alive") };
  for (const name of ["pool", "name"]) if (text(name)) asked[name] = text(name);
  for (const name of ["timeout", "idle_timeout"]) if (text(name)) asked[name] = Number(text(name));
  const viewport = text("viewport").replace(/[\s]/g, "").replace("×", "x") || text("preset");
  if (viewport) asked.viewport = viewport;
  for (const name of ["record", "locale", "timezone", "user_agent", "proxy"]) if (text(name)) asked[name] = text(name);
  const args = text("args").split("\n").map((line) => line.trim()).filter(Boolean);
  if (args.length) asked.args = args;
  const keys = form.getAll("metadata_key").map((key) => key.trim());
  const pairs = keys.map((key, place) => [key, form.getAll("metadata_value")[place]]).filter(([key]) => key);
  if (pairs.length) asked.metadata = Object.fromEntries(pairs);
  return asked;
}
