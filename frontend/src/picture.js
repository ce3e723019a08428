// The page as it stands, as an SVG image that needs nothing from elsewhere: how a film is made of a rebuilt page.
// Images run no scripts and load nothing, so that whoever draws it gets pixels and nothing more.
const SVG = "http://www.w3.org/2000/svg";
const STILL = "*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }";

export function picture({ width, height }, animations) {
  const moved = new Map();
  for (const [element, property, value] of animations.styles()) moved.set(element, [...(moved.get(element) ?? []), [property, value]]);
  const scroll = { x: scrollX, y: scrollY };
  return drawn(document.documentElement, { width, height, scroll, moved, sheets: document.adoptedStyleSheets });
}

function drawn(root, { width, height, scroll, moved, sheets }) {
  const copy = copied(root, moved);
  const style = document.createElement("style");
  style.textContent = `${sheets.map(rules).join("\n")}\n${STILL}`;
  copy.append(style);
  copy.style.setProperty("position", "relative");
  copy.style.setProperty("left", `${-scroll.x}px`);
  copy.style.setProperty("top", `${-scroll.y}px`);
  copy.style.setProperty("min-height", `${height}px`);
  const inner = new XMLSerializer().serializeToString(copy).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
  const ground = groundOf(root);
  return `<svg xmlns="${SVG}" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${ground}"/>` +
    `<foreignObject x="0" y="0" width="${width}" height="${height}">${inner}</foreignObject></svg>`;
}

/** What lies behind everything: the root's background, or the body's, is painted over the whole window. */
function groundOf(root) {
  for (const element of [root, root.querySelector("body")]) {
    const colour = element && getComputedStyle(element).backgroundColor;
    if (colour && colour !== "rgba(0, 0, 0, 0)" && colour !== "transparent") return colour;
  }
  return root.ownerDocument.documentElement === root ? "white" : "none";
}

/** A copy that shows without a script what only properties know: texts of fields, scroll positions, rules, frames. */
function copied(root, moved) {
  const copy = root.cloneNode(true);
  const pairs = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
  const copies = document.createTreeWalker(copy, NodeFilter.SHOW_ELEMENT);
  const found = [];
  do found.push([pairs.currentNode, copies.currentNode]);
  while (pairs.nextNode() && copies.nextNode());
  for (const [from, to] of found) {
    for (const [property, value] of moved.get(from) ?? []) to.style.setProperty(property, value);
    if (from.localName === "style" && from.sheet) to.textContent = rules(from.sheet);
    else if (from.localName === "canvas") to.replaceWith(imageOf(from));
    else if (from.shadowRoot) shadow(from, to, moved);
    else field(from, to);
    if (from !== root && (from.scrollTop || from.scrollLeft)) scrolled(from, to);
    wellNamed(to);
  }
  const comments = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
  for (const comment of [...nodes(comments)]) comment.remove(); // two hyphens in one would end the image
  return copy;
}

function* nodes(walker) {
  while (walker.nextNode()) yield walker.currentNode;
}

/** HTML lets names be nearly anything (`@click`, `o:p`); an image is XML, which does not. */
function wellNamed(element) {
  for (const { name, namespaceURI } of [...element.attributes]) {
    if (!namespaceURI && !/^[A-Za-z_][\w.-]*$/.test(name)) element.removeAttribute(name);
  }
  if (/^[A-Za-z][\w.-]*$/.test(element.tagName)) return;
  const plain = document.createElement("span");
  plain.className = element.className;
  plain.append(...element.childNodes);
  element.replaceWith(plain);
}

function rules(sheet) {
  return [...sheet.cssRules].map((rule) => rule.cssText).join("\n");
}

function field(from, to) {
  if (from.localName === "input") {
    to.setAttribute("value", from.value);
    to.toggleAttribute("checked", from.checked);
  } else if (from.localName === "textarea") {
    to.textContent = from.value;
  } else if (from.localName === "option") {
    to.toggleAttribute("selected", from.selected);
  }
}

function imageOf(canvas) {
  const image = document.createElement("img");
  const box = canvas.getBoundingClientRect();
  image.src = canvas.toDataURL();
  image.style.cssText = `${canvas.style.cssText}; width: ${box.width}px; height: ${box.height}px`;
  image.className = canvas.className;
  return image;
}

/** Its tree stands where its children would; a recorded frame is a picture of its own, so that its rules stay its own. */
function shadow(host, to, moved) {
  const page = host.shadowRoot.querySelector("bg-doc > html");
  if (!page) {
    to.append(...[...host.shadowRoot.childNodes].map((child) => (child instanceof Element ? copied(child, moved) : child.cloneNode(true))));
    return;
  }
  const { clientWidth: width, clientHeight: height } = host;
  const scroll = { x: page.parentElement.scrollLeft, y: page.parentElement.scrollTop };
  const image = document.createElement("img");
  image.src = `data:image/svg+xml,${encodeURIComponent(drawn(page, { width, height, scroll, moved, sheets: host.shadowRoot.adoptedStyleSheets }))}`;
  image.style.cssText = "display: block; width: 100%; height: 100%";
  to.replaceChildren(image);
}

function scrolled(from, to) {
  for (const child of to.children) child.style.setProperty("translate", `${-from.scrollLeft}px ${-from.scrollTop}px`);
}
