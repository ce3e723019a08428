// What static/player/js/film.js uses of the muxer; the rest of it is left out of the bundle.
export {
  BlobSource,
  BufferTarget,
  CanvasSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  VideoSampleSink,
  WEBM,
  WebMOutputFormat,
  canEncodeVideo,
} from "mediabunny";
