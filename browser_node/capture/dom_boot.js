// What the DOM recorder runs in every document, in a world of its own that no script of the page can reach:
// this function, with the library's text in the place of LIBRARY, called with the options of `dom`.
// A frame whose parent may look into it is recorded by that parent; every other one records itself.
((options) => {
  // A popup's first, empty document leaves its window to the next one.
  if (globalThis.browsergridRecorder?.document === document) return;
  globalThis.browsergridRecorder?.stop();
  const console = new Proxy({}, { get: () => () => {} }); // what the library warns of is not the page's to say
  const recordsItself = () => {
    if (window === window.top) return true;
    try { return !window.parent.document; } catch { return true; }
  };
  if (!recordsItself()) return;

  // Worlds like this one have no registry of custom elements, and the library asks it for every element: catching what
  // that throws was four fifths of the time of a first picture.
  const customElements = { get: () => undefined };
  // The library looks whether somebody tampered with Element, takes these two methods for accessors, finds none, and
  // fetches clean ones out of an iframe that it adds to the page for a moment: a frame that page and client would notice.
  for (const name of ['querySelector', 'querySelectorAll']) {
    const method = Element.prototype[name];
    const getter = (() => method).bind(null); // a bound function looks native
    Object.defineProperty(Element.prototype, name, { get: getter, configurable: true });
  }

  /* LIBRARY */
  const { record } = typeof rrwebRecord === 'undefined' ? globalThis.rrwebRecord : rrwebRecord;

  const send = (event) => {
    try { globalThis[options.binding](JSON.stringify(event)); } catch { /* the recorder has gone */ }
  };
  // The library masks the values of fields; elements that pages make fields of themselves have values, too.
  const hideValue = (attributes) => {
    if (typeof attributes.value === 'string') attributes.value = '*'.repeat(attributes.value.length);
  };
  const hideValues = (node) => {
    if (node.tagName?.includes('-') || node.attributes?.contenteditable !== undefined) hideValue(node.attributes);
    node.childNodes?.forEach(hideValues);
  };
  const hideChanged = ({ id, attributes }) => {
    const element = record.mirror.getNode(id);
    if (element?.localName?.includes('-') || element?.isContentEditable) hideValue(attributes);
  };
  const emit = (event) => {
    const roots = event.type === 2 ? [event.data.node] : event.data.adds?.map((added) => added.node) ?? [];
    if (options.mask_inputs) {
      roots.forEach(hideValues);
      if (event.type === 3 && event.data.source === 0) event.data.attributes.forEach(hideChanged);
    }
    send(event);
    if (roots.length) look();
  };
  const isSelector = (text) => {
    try { return document.createElement('p').matches(text) !== null; } catch { return false; }
  };
  const BUTTONS = ['button', 'submit', 'reset', 'image'];
  const stars = (text, element) => BUTTONS.includes(element.type) ? text : '*'.repeat(text.length);
  const masked = options.mask_inputs
    ? { input: true, textarea: true, select: true, password: true }
    : { password: true };

  // Rules that a script adds to a style sheet: the library notices by wrapping insertRule, and in this world it wraps
  // its own one. So look for more rules than there were; what is added in the middle comes out at the end.
  const known = new WeakMap();
  const look = () => {
    for (const element of document.querySelectorAll('style')) {
      let rules;
      try { rules = element.sheet?.cssRules; } catch { continue; }
      if (!rules) continue;
      const id = record.mirror.getId(element);
      const before = known.get(element.sheet);
      known.set(element.sheet, rules.length);
      if (id < 1 || before === undefined || rules.length <= before) continue;
      const adds = Array.from(rules).slice(before).map((rule, at) => ({ rule: rule.cssText, index: before + at }));
      send({ type: 3, timestamp: Date.now(), data: { source: 8, id, adds } });
    }
  };

  const begin = () => {
    const stop = record({
      emit,
      recordAfter: 'DOMContentLoaded',
      maskInputOptions: masked,
      maskInputFn: stars,
      maskTextSelector: options.mask_inputs ? '[contenteditable]:not([contenteditable="false"]),[role="textbox"]' : null,
      blockSelector: options.block.filter(isSelector).join(',') || null,
      sampling: { mousemove: 50, scroll: 100, media: 800 },
      slimDOMOptions: 'all',
      inlineStylesheet: true,
      errorHandler: () => true,
    });
    const looking = setInterval(look, 500);
    globalThis.browsergridRecorder = {
      document,
      id: (node) => record.mirror.getId(node),
      stop: () => { clearInterval(looking); stop?.(); delete globalThis.browsergridRecorder; },
    };
  };
  if (document.documentElement) begin();
  else new MutationObserver((_, observer) => {
    if (document.documentElement) { observer.disconnect(); begin(); }
  }).observe(document, { childList: true });
})
