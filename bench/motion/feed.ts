/** Feeds a motion to a server's standard input: for each change x, y, width, height as u16 LE and its pixels B,G,R,0. */

import type { Frame, Motion } from "./session_frames.ts";

const HEADER_BYTES = 8;

/** Bytes of a frame, one write. A header of zeros ends it. */
export function frameBytes({ changes }: Frame): Uint8Array<ArrayBuffer> {
  const byteLength = changes.reduce((sum, { pixels }) => sum + HEADER_BYTES + pixels.length, HEADER_BYTES);
  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { rect, pixels } of changes) {
    [rect.x, rect.y, rect.width, rect.height].forEach((value, i) => view.setUint16(at + i * 2, value, true));
    bytes.set(pixels, at + HEADER_BYTES);
    at += HEADER_BYTES + pixels.length;
  }
  return bytes;
}

/** Writes every frame when its time has come; resolves when the last is written. */
export async function feedMotion({ frames }: Motion, input: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  const startMs = performance.now();
  for (const frame of frames) {
    const waitMs = startMs + frame.timeMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    await input.write(frameBytes(frame));
  }
}
