// What is where at a moment, for whoever draws it: the player's canvas, the frame of a rebuilt page, a film's pictures.
// The same recording, options and moment always give the same scene. Pure.
import { camera } from "./camera.js";
import { pointerPath } from "./path.js";

const RIPPLE = 620; // ms
export const PLAIN = { isStudio: false, backdrop: "none", padding: 0, radius: 0, zoom: 1, pointer: 1, ratio: "page" };
export const STUDIO = { isStudio: true, backdrop: "lagoon", padding: 7, radius: 12, zoom: 1.8, pointer: 1.4, ratio: "page" };
export const RATIOS = { page: 0, "16:9": 16 / 9, "4:3": 4 / 3, "1:1": 1, "9:16": 9 / 16 };

/** `at(t, page, width, height)`: the scene of a picture of `width` × `height` that shows a page of `page.width` × `page.height`.
 * `eye`: one that has seen the inputs already, of what is not over yet. */
export function director(inputs, duration, look, eye = camera(inputs, duration, look.zoom)) {
  const path = pointerPath(inputs);
  const clicks = inputs.filter((input) => (input.kind === "down" || input.kind === "touch") && input.w > 0);
  return {
    spans: eye.spans,
    at(t, page, width, height) {
      const frame = framed(page, width, height, look);
      const view = viewed(eye.at(t), frame, width, height);
      const pointer = path.at(t);
      return { t, width, height, look, frame, view,
        pointer: pointer && pointer.opacity > 0 ? { ...within(frame, pointer), opacity: pointer.opacity, pressed: pointer.pressed } : null,
        ripples: clicks.filter((click) => t >= click.t && t < click.t + RIPPLE)
          .map((click) => ({ ...within(frame, { u: click.x / click.w, v: click.y / click.h }), age: (t - click.t) / RIPPLE })) };
    },
  };
}

/** The window in which the page stands: as large as fits, with the padding around it. */
export function framed(page, width, height, look) {
  const room = (Math.min(width, height) * look.padding) / 100;
  const scale = Math.min((width - 2 * room) / page.width, (height - 2 * room) / page.height);
  const [w, h] = [page.width * scale, page.height * scale];
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h, scale, radius: (look.radius * Math.min(width, height)) / 720 };
}

/** The whole picture under the eye: what is at (x, y) is drawn at ((x − left) · z, (y − top) · z). Never beyond its edges. */
export function viewed({ z, u, v }, frame, width, height) {
  const half = { x: width / z / 2, y: height / z / 2 };
  const keep = (value, low, high) => Math.min(Math.max(value, low), high);
  const x = keep(frame.x + u * frame.width, half.x, width - half.x);
  const y = keep(frame.y + v * frame.height, half.y, height - half.y);
  return { z, left: x - half.x, top: y - half.y };
}

/** The size of the whole picture: the look's ratio, or the page's own with its padding; even, as encoders want it. */
export function pictureSize(page, look, height) {
  const ratio = RATIOS[look.ratio] || page.width / page.height;
  const even = (value) => Math.max(2, Math.round(value / 2) * 2);
  return ratio >= 1 ? { width: even(height * ratio), height: even(height) } : { width: even(height), height: even(height / ratio) };
}

function within(frame, { u, v }) {
  return { x: frame.x + u * frame.width, y: frame.y + v * frame.height };
}
