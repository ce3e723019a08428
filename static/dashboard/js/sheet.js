// The sheet of keys, made from what is on the page: one cannot list a key that does nothing here.
import { button, dressed, icon, make } from "./make.js";

const mod = /Mac|iP(hone|ad|od)/.test(navigator.platform) ? "⌘" : "Ctrl";
await dressed("palette");
const REPLAY = [["Play or pause", ["Space"]], ["5 seconds", ["←", "→"]], ["10 seconds", ["j", "l"]], ["One frame", [",", "."]], ["Moment before, next", ["[", "]"]],
  ["Slower, faster", ["<", ">"]], ["Studio", ["s"]], ["Copy a link to this moment", ["c"]], ["Full screen", ["f"]]];
let dialog = null;

export function open() {
  dialog?.remove();
  const heading = make("h2", { className: "title", id: "keys-title", textContent: "Keys" });
  const close = button("", "button plain small icon-only", () => dialog.close());
  close.setAttribute("aria-label", "Close");
  close.append(icon("i-close", "icon"));
  dialog = make("dialog", { className: "keys", "aria-labelledby": "keys-title" }, make("header", { className: "row spread" }, heading, close),
    make("div", { className: "key-groups" }, ...groups()));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

function groups() {
  const places = [...document.querySelectorAll(".rail a[data-key]")].map((place) => [place.dataset.label, ["g", place.dataset.key]]);
  const table = [["Next row", ["j"]], ["Previous row", ["k"]], ["Select", ["x"]], ["Open", ["o"]], ["Release", ["r"]]];
  const everywhere = [["Search and commands", [mod, "K"]], ["Search this page", ["/"]], ["These keys", ["?"]], ["Close what is open", ["Esc"]]];
  const strip = document.querySelector("bg-strip a.cell") && [["Next browser in a strip", ["→"]], ["Previous", ["←"]]];
  return [["Everywhere", everywhere], ["Go to", places], ["In the table", document.querySelector("bg-table") && table], ["In a strip", strip], ["In a replay", document.querySelector("bg-replay:not([data-empty])") && REPLAY]]
    .filter(([, keys]) => keys?.length)
    .map(([name, keys]) => make("section", {}, make("h3", { textContent: name }),
      make("dl", {}, ...keys.map(([what, pressed]) => make("div", {}, make("dt", { textContent: what }),
        make("dd", {}, ...pressed.map((key) => make("kbd", { textContent: key }))))))));
}
