// The player's keys, wherever the focus is, unless something is typed or a control wants the key itself.
const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), select, textarea, dialog, [contenteditable]";

export function keys(event, player) {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.target.closest?.(TYPED)) return;
  const { transport } = player;
  const isOnControl = event.target.closest?.("button, summary, a, input");
  const act = {
    " ": () => transport.toggle(),
    k: () => transport.toggle(),
    j: () => transport.seek(transport.now - 10_000),
    l: () => transport.seek(transport.now + 10_000),
    ArrowLeft: () => transport.seek(transport.now - (event.shiftKey ? 1000 : 5000)),
    ArrowRight: () => transport.seek(transport.now + (event.shiftKey ? 1000 : 5000)),
    Home: () => transport.seek(0),
    End: () => transport.seek(transport.duration),
    ",": () => player.act("back"),
    ".": () => player.act("forward"),
    "[": () => player.act("before"),
    "]": () => player.act("next"),
    "<": () => transport.faster(-1),
    ">": () => transport.faster(1),
    s: () => player.act("studio"),
    f: () => player.act("full"),
    c: () => player.querySelector("[data-link] button").click(),
  }[event.key];
  if (!act) return;
  const belongs = event.target.closest?.("[role=radiogroup], .options") && /^(Arrow|Home|End)/.test(event.key);
  if (belongs || (isOnControl && event.key === " ")) return;
  event.preventDefault();
  act();
}
