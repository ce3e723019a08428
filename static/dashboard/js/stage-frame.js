// A frame as it comes over the socket: 16 bytes of header (u32 number, f64 seconds, u16 width and u16 height of the page
// in CSS pixels), then a JPEG.
const HEAD = 16;

export function frameOf(data) {
  const head = new DataView(data, 0, HEAD);
  return { number: head.getUint32(0), t: head.getFloat64(4) * 1000, width: head.getUint16(12), height: head.getUint16(14), bytes: data.byteLength, data };
}

export function decoded({ data }) {
  return createImageBitmap(new Blob([new Uint8Array(data, HEAD)], { type: "image/jpeg" }));
}
