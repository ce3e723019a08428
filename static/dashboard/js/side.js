// <a data-sheet>: what that page asks for, in a sheet at the side. Without a script it is a link to the page itself.
const QUIET = 150; // nothing that comes sooner shows a skeleton

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-sheet]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link);
});

async function open(link) {
  if (document.querySelector("dialog.side:not([open])")) return; // pressed twice: it is on its way
  const dialog = document.createElement("dialog");
  dialog.className = "side";
  dialog.setAttribute("aria-label", link.textContent.trim());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  const timer = setTimeout(() => dialog.open || dialog.showModal(), QUIET);
  dialog.innerHTML = '<div class="bones"><span class="bone"></span><span class="bone"></span><span class="bone"></span><span class="bone"></span></div>';
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (!dialog.isConnected) return; // closed meanwhile
    dialog.innerHTML = html;
  } catch {
    if (dialog.isConnected) location.assign(link.href);
    return;
  } finally {
    clearTimeout(timer);
  }
  window.htmx?.process(dialog);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("select, input:not([type=hidden])")?.focus();
}
