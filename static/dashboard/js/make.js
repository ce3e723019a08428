// Elements in one line. Text is always text: nothing here reads HTML.
const SVG = "http://www.w3.org/2000/svg";

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
