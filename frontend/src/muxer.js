// What static/player/js/export.js and film.js use of the muxer; the rest of it is left out of the bundle.
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
