// What the platform nearly does: menus close when one clicks elsewhere, dialogs open by a button, dates speak local time.
let pressed = null;
document.addEventListener("pointerdown", (event) => (pressed = event.target));
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest?.("[data-dialog]");
  const dialog = button && document.getElementById(button.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault(); // without a script the same link leads to a page that asks
    dialog.showModal();
  }
  if (event.target.closest?.("[data-dismiss]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target === pressed && isBeside(event.target, event)) event.target.close(); // the backdrop
});

// Not the dialog's own edge, nor where somebody lets go who began to select within.
function isBeside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

// A form is sent once, however often its button is pressed; but one whose answer is a file leaves the page as it is.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[hx-post], [data-download]")) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Where a row of places is wider than the window, the one where we are is in sight.
for (const current of document.querySelectorAll("nav.tabs [aria-current], nav li > [aria-current]")) {
  const list = current.closest(".tabs, ul, ol");
  if (list.scrollWidth <= list.clientWidth) continue;
  const [place, frame] = [current.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
}
