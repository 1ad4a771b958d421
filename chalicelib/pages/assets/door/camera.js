/**
 * The camera as a scanner: it looks for a QR code about ten times a second.
 */

const LOOK_MS = 100;
const WIDTH_PX = 1280;

/**
 * Show what the camera sees in a video element, and call `onCode(text)` for each look that finds a code: the same one
 * again and again while it is there. Promises a function that ends it.
 *
 * Throws the browser's error where there is no camera or it may not be used: `NotFoundError`, `NotAllowedError` ...
 */
export async function scan(video, onCode) {
  if (!navigator.mediaDevices) throw new DOMException("only a secure page has a camera", "NotFoundError");
  const wanted = { facingMode: "environment", width: { ideal: WIDTH_PX } };
  const [stream, detector] = await Promise.all([navigator.mediaDevices.getUserMedia({ video: wanted }), makeDetector()]);
  let timer = null;
  let isOver = false;
  async function look() {
    const found = await detector.detect(video);
    if (isOver) return;
    for (const { rawValue } of found) onCode(rawValue);
    timer = setTimeout(look, LOOK_MS);
  }
  video.srcObject = stream;
  await video.play();
  await look();
  return () => {
    isOver = true;
    clearTimeout(timer);
    video.srcObject = null;
    for (const track of stream.getTracks()) track.stop();
  };
}

async function makeDetector() {
  const formats = ["qr_code"];
  const native = globalThis.BarcodeDetector;
  if (native && (await native.getSupportedFormats()).includes(formats[0])) return new native({ formats });
  const { BarcodeDetector } = await import("../vendor/decode.js");
  return new BarcodeDetector({ formats });
}
