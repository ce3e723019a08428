// Makes a film of what the player shows: the same scenes, step by step, encoded by WebCodecs and put into a WebM or MP4.
// Whoever watches can go on using the page: between pictures the thread is given back.
import { paintScene } from "./paint.js";
import { director, pictureSize } from "./scene.js";
import { onFilm } from "./stage.js";
import { pageAt } from "./track.js";

const PATIENCE = 8; // ms of work before the page gets its turn
const KEY_SECONDS = 2;
const FORMATS = {
  webm: { type: "video/webm", codecs: ["vp9", "vp8", "av1"], output: (muxer) => new muxer.WebMOutputFormat() },
  mp4: { type: "video/mp4", codecs: ["avc", "vp9", "av1"], output: (muxer) => new muxer.Mp4OutputFormat({ fastStart: "in-memory" }) },
};

/** Which formats this browser can make, of webm and mp4. */
export async function formats(muxer, size = { width: 1280, height: 720 }) {
  const able = await Promise.all(Object.keys(FORMATS).map(async (name) => [(await codec(muxer, name, size)) !== null, name]));
  return able.filter(([can]) => can).map(([, name]) => name);
}

/**
 * The film as a Blob. `from`, `to` in ms; `height` in pixels; `speed` how much faster than it was; `told(share)` as it goes.
 * Throws `signal.reason` when it was called off, and an Error with words for people where it cannot be made.
 */
export async function film(wish) {
  const { muxer, track, stage, kind, signal } = wish;
  const pictures = kind === "video" ? await filmed(muxer, track.video, signal) : rebuilt(track, stage);
  try {
    return await made(pictures, wish);
  } finally {
    pictures.close();
  }
}

async function made(pictures, { muxer, track, kind, look, format, height, rate, from, to, speed = 1, told, signal }) {
  const size = pictureSize(await pictures.shape(from), look, height);
  const chosen = await codec(muxer, format, size);
  if (!chosen) throw new Error(`This browser cannot encode ${format.toUpperCase()}. Choose the other format.`);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext("2d", { alpha: false });
  const inputs = kind === "video" ? onFilm(track.inputs, track.video) : track.inputs;
  const scenes = director(inputs, track.duration, look);
  const output = new muxer.Output({ format: FORMATS[format].output(muxer), target: new muxer.BufferTarget() });
  const bitrate = Math.round(size.width * size.height * rate * 0.085);
  const source = new muxer.CanvasSource(canvas, { codec: chosen, bitrate, keyFrameInterval: KEY_SECONDS });
  output.addVideoTrack(source, { frameRate: rate });
  await output.start();
  try {
    const number = Math.max(1, Math.round(((to - from) / 1000 / speed) * rate));
    let rested = performance.now();
    for (let index = 0; index < number; index += 1) {
      signal.throwIfAborted();
      const t = from + (index * 1000 * speed) / rate;
      const { picture, page } = await pictures.at(t);
      paintScene(context, scenes.at(t, page, size.width, size.height), picture);
      await source.add(index / rate, 1 / rate); // waits where the encoder is behind
      told((index + 1) / number);
      if (performance.now() - rested > PATIENCE) {
        await turn();
        rested = performance.now();
      }
    }
    signal.throwIfAborted();
    await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => {}); // it may have ended by the same fault
    throw error;
  }
  return new Blob([output.target.buffer], { type: FORMATS[format].type });
}

async function codec(muxer, format, { width, height }) {
  for (const name of FORMATS[format].codecs) {
    if (await muxer.canEncodeVideo(name, { width, height, bitrate: 4_000_000 })) return name;
  }
  return null;
}

/** Pictures of rebuilt pages: drawn anew only where the page changed. */
function rebuilt(track, stage) {
  let last = null;
  const at = async (t) => {
    const view = stage.pageView(pageAt(track, t, track.dom));
    await view.loaded;
    const { hasChanged, isEmpty } = await view.at(t);
    if (hasChanged || last?.view !== view) last = { view, picture: isEmpty ? null : await view.picture().catch(() => last?.picture ?? null) };
    return { picture: last.picture, page: view.size };
  };
  return { at, shape: async (t) => (await at(t)).page, close() {} };
}

/** Pictures of a recorded film: decoded one after the other, exactly at their times. */
async function filmed(muxer, video, signal) {
  const answer = await fetch(video.url, { signal });
  if (!answer.ok) throw new Error(`The recorded film could not be fetched (${answer.status}).`);
  const input = new muxer.Input({ formats: [muxer.WEBM, muxer.MP4], source: new muxer.BlobSource(await answer.blob()) });
  const sink = new muxer.VideoSampleSink(await input.getPrimaryVideoTrack());
  const page = { width: video.width || 1280, height: video.height || 720 };
  const samples = sink.samples();
  const next = async () => (await samples.next()).value ?? null;
  let [frame, waiting] = [null, await next()];
  return {
    shape: async () => page,
    async at(t) {
      const seconds = (t - (video.start ?? 0)) / 1000;
      while (waiting && (!frame || waiting.timestamp <= seconds + 0.0005)) { // before its first picture a film shows that one
        frame?.close();
        frame = waiting.toVideoFrame();
        waiting.close();
        waiting = await next();
      }
      return { picture: frame, page };
    },
    close() {
      frame?.close();
      waiting?.close();
      samples.return?.();
    },
  };
}

/** Lets everything else that waits have the thread. */
function turn() {
  return new Promise((resolve) => setTimeout(resolve));
}
