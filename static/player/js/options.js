// How somebody likes the player to look, remembered by their browser; and the panel in which it is said.
import { BACKDROPS, paintBackdrop } from "./backdrops.js";
import { STUDIO } from "./scene.js";

const PREFIX = "bg-replay-";

export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise; // never stored, not ours, or storage is off
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // then it is asked again next time
  }
}

/** The look that the panel says. The first reading puts into it what was chosen before, and draws its swatches. */
export function studio(panel) {
  if (!("filled" in panel.dataset)) fill(panel, { ...STUDIO, ...kept("studio", {}) });
  const field = (name) => panel.querySelector(`[name="${name}"]`);
  const look = { isStudio: true, backdrop: panel.querySelector("[name=backdrop]:checked")?.value ?? STUDIO.backdrop, ratio: field("ratio").value };
  for (const name of ["padding", "radius", "zoom", "pointer"]) look[name] = Number(field(name).value);
  keep("studio", look);
  return look;
}

function fill(panel, look) {
  panel.dataset.filled = "";
  for (const name of ["padding", "radius", "zoom", "pointer", "ratio"]) panel.querySelector(`[name="${name}"]`).value = look[name];
  for (const choice of panel.querySelectorAll("[name=backdrop]")) {
    choice.checked = choice.value === look.backdrop;
    const swatch = choice.closest("label").querySelector("canvas");
    if (BACKDROPS[choice.value]) paintBackdrop(swatch.getContext("2d"), choice.value, swatch.width, swatch.height);
  }
}
