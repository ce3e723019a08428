// Keys that work everywhere: ⌘K or Ctrl+K commands, / search, ? the sheet of keys, g and a letter to go somewhere.
// What they open is fetched when it is first wanted.
const GOING_SECONDS = 1.2;
const TYPED = "input:not([type=checkbox], [type=radio]), select, textarea, dialog, [contenteditable]";
let isGoing = 0;

export const isTyping = (event) => Boolean(event.target.closest?.(TYPED));

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    palette();
    return;
  }
  if (event.key === "Control" || event.key === "Meta") import("./palette.js"); // a K may follow
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return;
  if (isGoing) return go(event);
  if (event.key === "g") {
    isGoing = setTimeout(() => (isGoing = 0), GOING_SECONDS * 1000);
  } else if (event.key === "?") {
    event.preventDefault();
    sheet();
  } else if (event.key === "/") {
    event.preventDefault();
    const search = document.querySelector("main input[type=search]");
    if (search) search.select();
    else palette();
  }
});

document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey) return;
  if (event.target.closest("[data-palette]")) {
    event.preventDefault(); // without a script the same link leads to the list of sessions
    palette();
  } else if (event.target.closest("[data-keys]")) sheet();
});

function go(event) {
  clearTimeout(isGoing);
  isGoing = 0;
  const place = document.querySelector(`.rail a[data-key="${CSS.escape(event.key)}"]`);
  if (!place) return;
  event.preventDefault();
  place.click();
}

// Who knows the key types on at once: what comes before the palette is there goes into it, and to nobody else.
async function palette() {
  let typed = "";
  const keep = (event) => {
    if (event.key.length === 1 && !event.metaKey && !event.ctrlKey) typed += event.key;
    else if (event.key === "Backspace") typed = typed.slice(0, -1);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("keydown", keep, { capture: true });
  try {
    const module = await import("./palette.js");
    module.open(typed);
  } finally {
    removeEventListener("keydown", keep, { capture: true });
  }
}

async function sheet() {
  (await import("./sheet.js")).open();
}

// The keyboard of whoever looks: Apple's says ⌘, all others Ctrl.
for (const key of document.querySelectorAll("[data-mod]")) key.textContent = /Mac|iP(hone|ad|od)/.test(navigator.platform) ? "⌘" : "Ctrl";
