/** Recordings for tests: made, and played into a display that remembers. */

import type { CursorImage } from "../../lib/decode/cursor.ts";
import { createPixelTarget, movePixels } from "../../lib/decode/pixel_target.ts";
import type { Rect } from "../../lib/base/rect.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import type { PlayerDisplay } from "../../lib/session/player.ts";
import { SessionWriter, type SessionWriterOptions } from "../../lib/session/writer.ts";
import { updateMessage } from "./fake_server.ts";
import { encodeHextile, encodeRaw } from "./rects.ts";

/** A message and its time. */
export type TimedMessage = readonly [message: Uint8Array, timeMs: number];

/** Runs `use` with a folder of its own. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "vncd-session-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a recording of 8x6 and gives its bytes. */
export async function writeSession(
  path: string,
  messages: readonly TimedMessage[],
  options: Partial<SessionWriterOptions> = {},
): Promise<Uint8Array> {
  const writer = await SessionWriter.create(path, { width: 8, height: 6, name: "test", ...options });
  for (const [message, timeMs] of messages) await writer.append(message, timeMs);
  await writer.close();
  return await Deno.readFile(path);
}

/** An update of one solid Raw rect. */
export function rawUpdate(width: number, height: number, value: number, x = 0, y = 0): Uint8Array {
  const payload = encodeRaw({ width, height, values: new Array<number>(width * height).fill(value) });
  return updateMessage([{ x, y, width, height, encoding: Encoding.Raw, payload }]);
}

/** An update of one solid Hextile rect. */
export function hextileUpdate(width: number, height: number, value: number, x = 0, y = 0): Uint8Array {
  const payload = encodeHextile({ width, height, values: new Array<number>(width * height).fill(value) });
  return updateMessage([{ x, y, width, height, encoding: Encoding.Hextile, payload }]);
}

/** An update of one CopyRect. */
export function copyUpdate(source: { x: number; y: number }, destination: Rect): Uint8Array {
  const payload = Uint8Array.of(0, source.x, 0, source.y);
  return updateMessage([{ ...destination, encoding: Encoding.CopyRect, payload }]);
}

/** An update that sets the size. */
export function sizeUpdate(width: number, height: number): Uint8Array {
  return updateMessage([{ width, height, encoding: PseudoEncoding.DesktopSize }]);
}

/** A Bell. */
export const BELL: Uint8Array = Uint8Array.of(2);

/** A display that keeps the calls. */
export class FakeDisplay implements PlayerDisplay {
  #target = createPixelTarget(3, 3);
  readonly calls: string[] = [];
  readonly cursors: CursorImage[] = [];

  get width(): number {
    return this.#target.width;
  }

  get height(): number {
    return this.#target.height;
  }

  get strideBytes(): number {
    return this.#target.strideBytes;
  }

  get pixels(): Uint8Array {
    return this.#target.pixels;
  }

  update({ x, y, width, height }: Rect): void {
    this.calls.push(`update ${width}x${height}+${x}+${y}`);
  }

  copy(source: Rect, x: number, y: number): void {
    this.calls.push(`copy ${source.width}x${source.height}+${source.x}+${source.y} to ${x},${y}`);
    movePixels(this.#target, source, { x, y, width: source.width, height: source.height });
  }

  resize(width: number, height: number): void {
    this.calls.push(`resize ${width}x${height}`);
    this.#target = createPixelTarget(width, height);
  }

  bell(): void {
    this.calls.push("bell");
  }

  setCursor(image: CursorImage): void {
    this.cursors.push(image);
  }

  /** The colour 0xRRGGBB of a pixel. */
  colourAt(x: number, y: number): number {
    const at = y * this.strideBytes + x * 4;
    return this.pixels[at]! | this.pixels[at + 1]! << 8 | this.pixels[at + 2]! << 16;
  }
}
