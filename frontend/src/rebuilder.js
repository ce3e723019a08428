// rrweb's replayer, made to rebuild pages into this very document. It expects an inner frame whose document it may touch;
// in a sandbox without an origin there is none, since each inner frame would have an origin of its own. So it is given
// something that looks like one and leads here. Recorded frames come as shadow trees: <bg-frame> (apps/recordings/scrub).
import { Replayer } from "rrweb";

// As a frame is drawn where the page says nothing: in a layer, so that every rule of the page wins.
const FRAMES = new CSSStyleSheet();
FRAMES.replaceSync(`@layer browsergrid {
  bg-frame { display: inline-block; overflow: hidden; border: 2px inset; vertical-align: baseline;
    width: 300px; width: attr(width type(<percentage>), calc(attr(width type(<number>), 300) * 1px));
    height: 150px; height: attr(height type(<percentage>), calc(attr(height type(<number>), 150) * 1px)); }
  bg-frame[frameborder="0"] { border: 0; }
  bg-doc { all: initial; display: block; box-sizing: border-box; inline-size: 100%; block-size: 100%; overflow: auto; color: CanvasText; contain: layout; }
  bg-doc > html { display: block; min-block-size: 100%; }
  img:not([src]) { background: repeating-linear-gradient(45deg, rgb(127 127 127 / 0.1) 0 6px, rgb(127 127 127 / 0.16) 6px 12px); }
}`);

const START = { type: 5, timestamp: 0, data: { tag: "start", payload: {} } }; // it looks at the first event's time

/** `apply(events)` puts events on the page at once, in their order. */
export function rebuilder({ resized, refused }) {
  const replayer = made();
  const listen = () => {
    document.adoptedStyleSheets = [FRAMES]; // those of the page before are no longer wanted
    document.addEventListener("securitypolicyviolation", (event) => refused(`${event.effectiveDirective} ${event.blockedURI}`.slice(0, 200)));
  };
  replayer.on("resize", resized);
  replayer.on("fullsnapshot-rebuilded", listen); // opening a document anew takes its listeners away
  return {
    apply(events) {
      for (const event of events) {
        try {
          replayer.applyEventsSynchronously([event]);
        } catch (error) {
          console.warn("An event of this recording could not be replayed.", error); // the others still can
        }
      }
      replayer.emitter.emit("flush"); // where the pointer is, for :hover
    },
  };
}

function made() {
  const create = document.createElement;
  const [root, inner] = [document.createElement("div"), document.createElement("div")];
  Object.defineProperties(inner, { contentDocument: { get: () => document }, contentWindow: { get: () => window } });
  document.createElement = (name, options) => (name === "iframe" ? inner : create.call(document, name, options));
  document.body.append(root); // where it insists on being; the first page that is rebuilt sweeps it away
  try {
    const replayer = new Replayer([START], {
      liveMode: true, // nothing is played: its parent says which moment it is
      root,
      mouseTail: false, // pointers are drawn by the parent, over this frame
      triggerFocus: false,
      pauseAnimation: false, // see animations.js
      useVirtualDom: false,
      UNSAFE_replayCanvas: false,
      showWarning: false,
      plugins: [{ onBuild: (node) => node.shadowRoot && (node.shadowRoot.adoptedStyleSheets = [FRAMES]) }],
    });
    // Asked only whether it may rebuild outside a frame that it made itself: it may, for this document is walled in better
    // than its own would be. Its `config` says no, and with that commands to canvases are never replayed.
    replayer.UNSAFE_replayCanvas = true;
    return replayer;
  } finally {
    delete document.createElement;
  }
}
