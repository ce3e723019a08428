// The API's own page: search, requests from the page, commands that follow what one fills in. All is there without it.
import "../dashboard/js/copy.js";
import "../dashboard/js/theme.js";
import "../dashboard/js/toaster.js";

const LONGEST_SHOWN = 200_000;

// <bg-reference-search>: hides operations that lack a word of what is typed; / goes there, Enter to the first found.
customElements.define("bg-reference-search", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.addEventListener("input", () => this.narrow());
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.clear();
      if (event.key === "Enter") document.querySelector("article.operation:not([hidden])")?.scrollIntoView();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
      event.preventDefault();
      this.input.focus();
    });
  }

  clear() {
    this.input.value = "";
    this.narrow();
  }

  narrow() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const article of document.querySelectorAll("article.operation")) {
      const fits = words.every((word) => article.dataset.search.includes(word));
      article.hidden = !fits;
      document.querySelector(`[data-of="${CSS.escape(article.id)}"]`).hidden = !fits;
      found += fits;
    }
    for (const section of document.querySelectorAll("section.group, .reference-nav section")) {
      section.hidden = !section.querySelector("article:not([hidden]), li:not([hidden])");
    }
    const said = document.getElementById("reference-found");
    said.textContent = !words.length ? "" : found === 1 ? "1 operation found." : `${found} operations found.`;
  }
});

// <bg-try>: a form for one operation. The command beside it says what the form would send.
customElements.define("bg-try", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => this.spell());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  // What the form says now: path with query, headers, body.
  wanted() {
    let path = this.dataset.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const input of this.form.querySelectorAll("[data-place]")) {
      const value = input.value.trim();
      if (input.dataset.place === "path") path = path.replace(`{${input.name}}`, value ? encodeURIComponent(value) : `{${input.name}}`);
      else if (!value) continue;
      else if (input.dataset.place === "header") headers[input.name] = value;
      else if (input.name === "metadata") for (const [key, text] of pairs(value)) query.append(`metadata.${key}`, text);
      else query.append(input.name, value);
    }
    const body = this.form.elements.body?.value.trim();
    if (body) headers["Content-Type"] = "application/json";
    return { address: query.size ? `${path}?${query}` : path, headers, body };
  }

  spell() {
    const { address, headers, body } = this.wanted();
    const method = this.dataset.method;
    const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}"$BROWSERGRID${quoted(address)}"`];
    lines.push('-H "Authorization: Bearer $BROWSERGRID_TOKEN"');
    for (const [name, value] of Object.entries(headers)) lines.push(`-H "${name}: ${quoted(value)}"`);
    if (body) lines.push(`-d '${body.replaceAll("'", `'\\''`)}'`);
    this.querySelector(".curl code").textContent = lines.join(" \\\n  ");
  }

  async send() {
    const { address, headers, body } = this.wanted();
    const said = this.form.querySelector("[role=status]");
    const result = this.form.querySelector(".result");
    const began = performance.now();
    said.textContent = "Asked, waiting for the answer.";
    try {
      const answer = await fetch(address, {
        method: this.dataset.method,
        headers: { Accept: "application/json", ...headers, ...credential() },
        body: body || undefined,
        redirect: "error",
      });
      const text = await answer.text();
      const took = Math.round(performance.now() - began);
      const left = answer.headers.get("RateLimit-Remaining");
      said.textContent = `${answer.status} ${answer.statusText} in ${took} ms${left === null ? "" : `, ${left} requests left this minute`}`;
      result.firstElementChild.textContent = pretty(text) || "No body.";
    } catch (error) {
      said.textContent = "No answer came.";
      result.firstElementChild.textContent = String(error.message || error);
    }
    result.hidden = false;
  }
});

// A token that was typed in stands for itself; else the cookie of whoever is signed in, with the token of its forms.
function credential() {
  const token = document.getElementById("reference-token").value.trim();
  if (token) return { Authorization: `Bearer ${token}` };
  return { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
}

// "a=1, b=2" as pairs.
function pairs(text) {
  return text.split(",").map((part) => part.trim().split("=")).filter(([key]) => key).map(([key, ...rest]) => [key, rest.join("=")]);
}

// For between double quotes in a shell.
function quoted(text) {
  return text.replace(/[\\"$`]/g, "\\$&");
}

function pretty(text) {
  const shown = text.length > LONGEST_SHOWN ? text.slice(0, LONGEST_SHOWN) : text;
  try {
    return JSON.stringify(JSON.parse(shown), null, 2);
  } catch {
    return shown;
  }
}
