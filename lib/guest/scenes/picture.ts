/** The scene of a picture: a PNG file at its own size, pixel for pixel. */

import { LimitError, UsageError } from "../../base/errors.ts";
import { Canvas } from "../drawing/canvas.ts";
import { drawImage, type RgbaImage } from "../drawing/image.ts";
import { decodePng } from "../drawing/png.ts";
import type { GuestContext } from "../scene.ts";
import { isModeSize, requiredVramBytes, type SizedScene } from "./sized_scene.ts";

export { requiredVramBytes };

/**
 * A scene that shows a picture over black. `source` is a PNG file's path or a decoded picture, `name` what viewers see
 * as the desktop's name (by default the file's). A UsageError says why a file cannot be shown; a LimitError that a
 * decoded picture is larger than a framebuffer may be.
 *
 * @example
 * ```ts
 * import { picture, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const pixels = new Uint8Array(200 * 100 * 4).fill(0xff);
 * const running = await serveScene({ scene: picture({ width: 200, height: 100, pixels }, "white") });
 * assert(running.display.width === 200 && running.name === "white");
 * await running.stop();
 * ```
 */
export function picture(source: string | RgbaImage, name?: string): SizedScene {
  const image = typeof source === "string" ? readPng(source) : checkSize(source);
  const { width, height } = image;
  return {
    name: name ?? (typeof source === "string" ? fileName(source) : "picture"),
    width,
    height,
    vramBytes: requiredVramBytes(width, height),
    start(guest: GuestContext): void {
      const mode = guest.firmware.setLinearMode(width, height, 32);
      drawImage(new Canvas(guest.machine.vram, mode), 0, 0, image);
    },
  };
}

function checkSize(image: RgbaImage): RgbaImage {
  const { width, height, pixels } = image;
  const fits = isModeSize(width, height) && pixels.length >= width * height * 4;
  if (!fits) {
    throw new LimitError(`Cannot show a picture of ${width}x${height} pixels: no screen has that size, or bytes miss`);
  }
  return image;
}

function readPng(path: string): RgbaImage {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    throw new UsageError(`Cannot show ${path}: ${readFailure(error)}`, { cause: error });
  }
  return decodePng(bytes, path);
}

function readFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  return "the file cannot be read";
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
