// Changes an element into another in place: what is equal stays the same node, so focus, hover and transitions live on.
const OWN_TEXT = new Set(["BG-TIME", "BG-DURATION"]); // they draw themselves from their attributes
const OWN = new Set(["BG-STAGE"]); // a picture that comes over a socket of its own: setting a canvas's width would wipe it
const OWN_ATTRIBUTES = new Set(["data-current", "data-done", "data-table", "aria-expanded", "open"]); // of the page, not of the server

export function morph(from, to) {
  if (from.isEqualNode(to)) return false;
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) {
    from.replaceWith(to);
    return true;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return true;
  }
  if (OWN.has(from.nodeName)) return false;
  attributes(from, to);
  if (!OWN_TEXT.has(from.nodeName)) children(from, to);
  return true;
}

function attributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !OWN_ATTRIBUTES.has(name) && !(OWN_TEXT.has(from.nodeName) && name === "title")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !OWN_ATTRIBUTES.has(name)) from.setAttribute(name, value);
  }
}

function children(from, to) {
  const keyed = new Map([...from.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const key = keyOf(wanted);
    const known = key ? keyed.get(key) : place && !keyOf(place) && place.nodeName === wanted.nodeName ? place : null;
    if (!known) {
      from.insertBefore(wanted, place);
      continue;
    }
    if (known === place) place = place.nextSibling;
    else from.insertBefore(known, place);
    morph(known, wanted);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

const keyOf = (node) => node.id || node.dataset?.key || "";
