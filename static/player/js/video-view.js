// A recorded film in a <video> that nobody sees: its frames are drawn by the stage.
const DRIFT = 120; // ms between the film and the player's clock that go unnoticed

export class VideoView {
  constructor({ url, width, height, start = 0 }, drawn) {
    this.start = start;
    this.size = { width: width || 1280, height: height || 720 };
    this.element = Object.assign(document.createElement("video"), { muted: true, playsInline: true, preload: "auto", src: url });
    this.ready = new Promise((resolve, reject) => {
      this.element.addEventListener("loadeddata", resolve, { once: true });
      this.element.addEventListener("error", () => reject(new Error("The recorded film could not be played.")), { once: true });
    });
    this.ready.catch(() => {});
    this.element.addEventListener("seeked", drawn);
    this.element.addEventListener("loadeddata", () => {
      const { videoWidth, videoHeight } = this.element;
      if (videoWidth && videoHeight) this.size = { width: videoWidth, height: videoHeight };
      drawn();
    });
  }

  get picture() {
    return this.element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? this.element : null;
  }

  show(t, { isPlaying, pace }) {
    const film = this.element;
    const wanted = Math.max(0, (t - this.start) / 1000);
    const isBeyond = Number.isFinite(film.duration) && wanted >= film.duration;
    if (isPlaying && !isBeyond && pace <= 16) {
      film.playbackRate = pace;
      if (film.paused) film.play().catch(() => {});
      if (Math.abs(film.currentTime - wanted) * 1000 > DRIFT * Math.max(1, pace)) film.currentTime = wanted;
    } else {
      if (!film.paused) film.pause();
      if (!film.seeking && Math.abs(film.currentTime - wanted) > 0.004) film.currentTime = isBeyond ? film.duration : wanted;
    }
  }

  rest() {
    this.element.pause();
  }
}
