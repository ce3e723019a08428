// Elements in one line. Text is always text: nothing here reads HTML.
const SVG = "http://www.w3.org/2000/svg";
const sheets = {};

export function make(name, facts = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(facts)) {
    if (key in element && key !== "role") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function icon(name, kind = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export function button(words, kind, press) {
  const element = make("button", { type: "button", className: kind, textContent: words });
  element.addEventListener("click", press);
  return element;
}

// Resolves when that style sheet is there: for what only a script makes, so that no page fetches it before.
export function dressed(name) {
  return (sheets[name] ??= new Promise((resolve) => {
    const link = make("link", { rel: "stylesheet", href: new URL(`../css/${name}.css`, import.meta.url).href });
    link.onload = link.onerror = resolve;
    document.head.append(link);
  }));
}
