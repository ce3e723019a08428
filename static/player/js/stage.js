// The mat on which a recording is seen: the page rebuilt, or its film, framed and followed as the look says.
import { PageView } from "./page-view.js";
import { paintOver, paintScene, paintUnder } from "./paint.js";
import { RATIOS, director } from "./scene.js";
import { pageAt } from "./track.js";
import { VideoView } from "./video-view.js";

const SHARPEST = 2; // canvas pixels for one of CSS
const MARGIN = 14; // px of mat around the picture, where there is room
const NARROW = 600;

export class Stage {
  /** `frame`: the address of the sandbox. `told(words)`: what to say in place of a picture; empty: nothing. */
  constructor({ mat, track, frame, told = () => {} }) {
    this.mat = mat;
    this.track = track;
    this.frame = frame;
    this.told = told;
    this.under = mat.querySelector("[data-under]");
    this.over = mat.querySelector("[data-over]");
    this.window = mat.querySelector("[data-window]");
    this.pane = mat.querySelector("[data-pane]");
    this.pages = new Map();
    this.now = { t: 0, isPlaying: false, pace: 1 };
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(mat);
  }

  get kinds() {
    return [this.track.dom.size && this.frame ? "page" : "", this.track.video ? "video" : ""].filter(Boolean);
  }

  /** `kind`: page or video. `look`: see scene.js. */
  set(kind, look) {
    this.kind = kind;
    this.look = look;
    if (kind === "video" && !this.video) {
      this.video = new VideoView(this.track.video, () => this.draw());
      this.video.ready.catch((error) => this.told(error.message));
    }
    if (kind !== "video") this.video?.rest();
    this.window.hidden = kind !== "page";
    this.direct();
    this.show(this.now.t, this.now);
  }

  /** Anew, since what is known of inputs or of the look is another. */
  direct() {
    const { inputs, duration, video } = this.track;
    this.director = director(this.kind === "video" ? onFilm(inputs, video) : inputs, duration, this.look);
  }

  get size() {
    if (this.kind === "video") return this.video.size;
    return this.page?.size ?? { width: 1280, height: 720 };
  }

  show(t, { isPlaying = false, pace = 1 } = {}) {
    this.now = { t, isPlaying, pace };
    if (this.kind === "video") this.video.show(t, this.now);
    else if (this.kind === "page") this.front(t).show(t);
    this.draw();
  }

  /** The page in front, made when it is first wanted; the others wait behind it. */
  front(t) {
    const id = pageAt(this.track, t, this.track.dom);
    const page = this.pageView(id);
    if (page !== this.page) {
      this.page?.element.classList.remove("is-front");
      page.element.classList.add("is-front");
      this.page = page;
    }
    return page;
  }

  pageView(id) {
    if (!this.pages.has(id)) {
      const view = new PageView({ frame: this.frame, title: "The recorded page", changed: () => this.draw() });
      this.pages.set(id, view);
      this.pane.append(view.element);
      this.told("Rebuilding the page…");
      view.loaded = view.load(this.track.dom.get(id)).then(() => view.show(this.now.t)).then(() => this.told(""), (error) => this.told(error.message));
    }
    return this.pages.get(id);
  }

  /** Draws what is there now; cheap enough for every frame. */
  draw() {
    if (!this.director) return;
    const picture = this.place();
    if (picture.width < 2 || picture.height < 2) return;
    const scene = this.director.at(this.now.t, this.size, picture.width, picture.height);
    if (this.kind === "video") {
      paintScene(this.context(this.under), scene, this.video.picture);
      this.wiped(this.over);
    } else {
      this.paintAround(scene);
      this.paintAbove(scene);
    }
    this.scene = scene;
  }

  paintAround(scene) {
    const key = JSON.stringify([scene.view, scene.frame, scene.look, scene.width, scene.height, this.scale]);
    if (key === this.around) return;
    this.around = key;
    paintUnder(this.context(this.under), scene);
    const { frame, view } = scene;
    const { style } = this.pane;
    style.transform = `translate(${(frame.x - view.left) * view.z}px, ${(frame.y - view.top) * view.z}px)`;
    style.width = `${frame.width * view.z}px`;
    style.height = `${frame.height * view.z}px`;
    style.borderRadius = `${frame.radius * view.z}px`;
    for (const { element, size } of this.pages.values()) {
      element.width = size.width;
      element.height = size.height;
      element.style.transform = `scale(${frame.scale * view.z})`;
    }
  }

  paintAbove(scene) {
    const isEmpty = !scene.pointer && !scene.ripples.length;
    if (isEmpty && this.isWiped) return;
    const context = this.wiped(this.over);
    paintOver(context, scene);
    this.isWiped = isEmpty;
  }

  wiped(canvas) {
    const context = this.context(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    return context;
  }

  context(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    return context;
  }

  /** How large the picture is on the mat: the page's own shape, or the look's; always whole. */
  place() {
    const around = this.mat.clientWidth > NARROW ? MARGIN : 0;
    const [width, height] = [this.mat.clientWidth - 2 * around, this.mat.clientHeight - 2 * around];
    const ratio = (this.look.isStudio && RATIOS[this.look.ratio]) || this.shape();
    const fitted = { width: Math.floor(Math.min(width, height * ratio)), height: Math.floor(Math.min(height, width / ratio)) };
    const key = `${fitted.width}x${fitted.height}@${devicePixelRatio}`;
    if (key === this.placed) return fitted;
    this.placed = key;
    this.around = "";
    this.isWiped = false;
    this.scale = Math.min(SHARPEST, devicePixelRatio || 1);
    for (const canvas of [this.under, this.over]) {
      canvas.width = Math.round(fitted.width * this.scale);
      canvas.height = Math.round(fitted.height * this.scale);
    }
    this.mat.style.setProperty("--picture-width", `${fitted.width}px`);
    this.mat.style.setProperty("--picture-height", `${fitted.height}px`);
    return fitted;
  }

  shape() {
    const { width, height } = this.size;
    return width / height;
  }

  remove() {
    this.observer.disconnect();
    this.video?.rest();
  }
}

/** Points of pages as points of the film, in which every page stands whole and centred. */
export function onFilm(inputs, { width, height }) {
  if (!width || !height) return inputs;
  return inputs.map((input) => {
    if (!(input.w > 0 && input.h > 0)) return input;
    const scale = Math.min(width / input.w, height / input.h);
    return { ...input, x: (width - input.w * scale) / 2 + input.x * scale, y: (height - input.h * scale) / 2 + input.y * scale, w: width, h: height };
  });
}
