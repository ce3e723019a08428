// A scene on a canvas: what lies under the page, the page's picture where there is one, what lies over it.
// The player and the exporter draw with the same strokes.
import { paintBackdrop } from "./backdrops.js";

const ARROW = new Path2D("M1.2 0.9 L1.2 18.4 L5.75 14.15 L8.55 20.7 L11.75 19.35 L8.95 12.85 L15.1 12.85 Z"); // its tip at (1.2, 0.9)
const TIP = [1.2, 0.9];

/** Everything: `picture` is an image, a canvas, a video frame or a video, drawn over the whole window. */
export function paintScene(context, scene, picture) {
  paintUnder(context, scene);
  seen(context, scene, () => {
    clip(context, scene.frame);
    if (picture) context.drawImage(picture, scene.frame.x, scene.frame.y, scene.frame.width, scene.frame.height);
    context.restore();
    if (scene.look.isStudio) edge(context, scene.frame);
  });
  paintOver(context, scene);
}

/** The backdrop, the window's shadow and its ground: painted once for each look and size, then only moved by the eye. */
export function paintUnder(context, scene) {
  const { width, height, look } = scene;
  context.clearRect(0, 0, width, height);
  if (!look.isStudio) return;
  seen(context, scene, () => context.drawImage(ground(scene), 0, 0, width, height));
}

let last = { key: "", canvas: null }; // soft shapes cost more than all else together

function ground({ width, height, look, frame }) {
  const key = JSON.stringify([width, height, look.backdrop, look.padding, frame]);
  if (key === last.key) return last.canvas;
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = canvas.getContext("2d", { alpha: false });
  paintBackdrop(context, look.backdrop, width, height);
  context.fillStyle = "rgb(255 255 255)";
  const unit = Math.min(width, height);
  for (const [blur, fall, strength] of look.padding ? [[0.075, 0.028, 0.34], [0.02, 0.006, 0.22]] : []) {
    context.shadowColor = `rgb(0 0 0 / ${strength})`;
    context.shadowBlur = unit * blur;
    context.shadowOffsetY = unit * fall;
    outline(context, frame);
    context.fill();
  }
  last = { key, canvas };
  return canvas;
}

/** Ripples and the pointer. */
export function paintOver(context, scene) {
  const unit = (Math.min(scene.width, scene.height) / 720) * scene.look.pointer;
  seen(context, scene, () => {
    for (const ripple of scene.ripples) paintRipple(context, ripple, unit);
    if (scene.pointer) paintPointer(context, scene.pointer, unit);
  });
}

function seen(context, { view }, paint) {
  context.save();
  context.scale(view.z, view.z);
  context.translate(-view.left, -view.top);
  paint();
  context.restore();
}

function outline(context, { x, y, width, height, radius }) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

function clip(context, frame) {
  context.save();
  outline(context, frame);
  context.clip();
}

function edge(context, frame) {
  context.lineWidth = 1;
  context.strokeStyle = "rgb(0 0 0 / 0.12)";
  outline(context, frame);
  context.stroke();
}

function paintRipple(context, { x, y, age }, unit) {
  const out = 1 - (1 - age) ** 3;
  context.beginPath();
  context.arc(x, y, unit * (5 + 25 * out), 0, Math.PI * 2);
  context.fillStyle = `oklch(0.72 0.12 200 / ${0.26 * (1 - age) ** 2})`;
  context.fill();
  context.lineWidth = unit * (2.6 - 1.6 * out);
  context.strokeStyle = `oklch(0.66 0.13 205 / ${0.85 * (1 - age)})`;
  context.stroke();
}

function paintPointer(context, { x, y, opacity, pressed }, unit) {
  const size = unit * 1.25 * (1 - 0.16 * pressed);
  context.save();
  context.globalAlpha = opacity;
  context.translate(x, y);
  context.scale(size, size);
  context.translate(-TIP[0], -TIP[1]);
  context.lineJoin = "round";
  context.save();
  context.shadowColor = "rgb(0 0 0 / 0.38)";
  context.shadowBlur = 5 * size;
  context.shadowOffsetY = 2 * size;
  context.lineWidth = 2.6;
  context.strokeStyle = "white";
  context.stroke(ARROW);
  context.restore();
  context.fillStyle = "rgb(17 20 24)";
  context.fill(ARROW);
  context.restore();
}
