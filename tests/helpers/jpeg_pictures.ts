/** JPEG files for tests: read by a decoder that is not vncd's, and what loss their steps allow. */

import { decode } from "jpeg-js";
import { BASE_STEPS } from "../../lib/encode/jpeg_table.ts";
import type { Subsampling } from "../../lib/encode/job.ts";
import { type PixelFormat, pixelValue } from "../../lib/rfb/pixel_format.ts";
import type { Picture } from "./pictures.ts";
import { paintPicture, type PictureKind, randomNumbers } from "./random_picture.ts";
import type { WireBytes } from "./wire_bytes.ts";

/** Every subsampling. */
export const SUBSAMPLINGS: readonly Subsampling[] = ["4:4:4", "4:2:2", "4:2:0", "grey"];

/** What a JPEG picture may show. */
export const JPEG_KINDS = ["photo", "noise", "flat", "text", "gradient", "blocks"] as const;

/** One of {@link JPEG_KINDS}. */
export type JpegKind = typeof JPEG_KINDS[number];

/** Colours 0xRRGGBB, row by row. */
export function paintJpegPicture(kind: JpegKind, width: number, height: number, seed: number): Uint32Array {
  return kind === "photo" ? paintPhoto(width, height, seed) : paintPicture(kind as PictureKind, width, height, seed);
}

/** Waves of several lengths and a little grain. */
export function paintPhoto(width: number, height: number, seed: number): Uint32Array {
  const random = randomNumbers(seed);
  const waves = Array.from({ length: 12 }, () => ({
    across: (random() % 200 - 100) / 300,
    down: (random() % 200 - 100) / 300,
    phase: random() % 100,
    height: 8 + random() % 24,
    channel: random() % 4,
  }));
  const channelAt = (channel: number, x: number, y: number) => {
    const grain = random() % 9 - 4;
    const sum = waves.reduce((total, wave) => {
      const matters = wave.channel === channel || wave.channel === 3;
      return total + (matters ? wave.height * Math.sin(wave.across * x + wave.down * y + wave.phase) : 0);
    }, 128 + grain);
    return Math.max(0, Math.min(255, Math.round(sum)));
  };
  return Uint32Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return channelAt(0, x, y) << 16 | channelAt(1, x, y) << 8 | channelAt(2, x, y);
  });
}

/** Channels that walk from pixel to pixel, by small steps mostly, as in a photo out of a camera. */
export function paintWalk(width: number, height: number, seed: number): Uint32Array {
  const random = randomNumbers(seed);
  const channels = [128, 128, 128];
  const step = () => -3 * Math.log((random() + 1) / 2 ** 32) * (random() % 2 === 0 ? 1 : -1);
  return Uint32Array.from({ length: width * height }, () => {
    for (let at = 0; at < 3; at++) channels[at] = 128 + (channels[at]! - 128) * 0.98 + step();
    const [red, green, blue] = channels.map((value) => Math.max(0, Math.min(255, Math.round(value))));
    return red! << 16 | green! << 8 | blue!;
  });
}

/** Colours as a picture. */
export function pictureOfColours(colours: Uint32Array, width: number): Picture {
  const rgb = new Uint8Array(colours.length * 3);
  colours.forEach((colour, at) => rgb.set([colour >> 16 & 255, colour >> 8 & 255, colour & 255], at * 3));
  return { width, height: colours.length / width, rgb };
}

/** A file as jpeg-js reads it. */
export function readJpeg(file: Uint8Array): Picture {
  const { width, height, data } = decode(file, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
  return { width, height, rgb: data };
}

/** The pixels of a file as a client with a format has them, row by row. Throws unless it has this size. */
export function jpegValues(file: Uint8Array, width: number, height: number, format: PixelFormat): number[] {
  const shown = readJpeg(file);
  if (shown.width !== width || shown.height !== height) throw new Error(`a JPEG of ${shown.width}x${shown.height}`);
  return Array.from({ length: width * height }, (_, at) => {
    const [red, green, blue] = shown.rgb.subarray(at * 3, at * 3 + 3);
    return pixelValue(format, red!, green!, blue!);
  });
}

/** The bytes of a file that says itself where it ends: segments, and behind the last the scan up to the next marker. */
export function takeJpeg(bytes: WireBytes): Uint8Array {
  const start = bytes.at;
  if (bytes.u16() !== 0xffd8) throw new Error("no SOI");
  for (let marker = bytes.u16(); marker !== 0xffd9; marker = bytes.u16()) {
    if (marker >> 8 !== 0xff) throw new Error(`no marker but ${marker}`);
    bytes.take(bytes.u16() - 2);
    if (marker !== 0xffda) continue;
    while (bytes.u8() !== 0xff || bytes.bytes[bytes.at] === 0) continue;
    bytes.at--;
  }
  return bytes.bytes.subarray(start, bytes.at);
}

/** The steps of both quantization tables as libjpeg's formula has them, written anew. */
export function expectedSteps(quality: number): number[][] {
  const percent = quality < 50 ? Math.trunc(5000 / quality) : 200 - 2 * quality;
  return BASE_STEPS.map((steps) =>
    steps.map((step) => Math.min(255, Math.max(1, Math.trunc((step * percent + 50) / 100))))
  );
}

/**
 * The largest root mean square error of a channel that rounding to whole steps can make: every coefficient is off by half
 * a step, and luminance and chrominance add up. `slack` is for the decoder's own rounding.
 */
export function largestError(quality: number, slack = 2): number {
  const [luminance, chrominance] = expectedSteps(quality).map((steps) =>
    Math.sqrt(steps.reduce((sum, step) => sum + step * step / 4, 0) / 64)
  );
  return luminance! + 1.772 * chrominance! + slack;
}

/** Root mean square error of all channels. */
export function rootMeanSquare(a: Picture, b: Picture): number {
  const sum = a.rgb.reduce((total, value, at) => total + (value - b.rgb[at]!) ** 2, 0);
  return Math.sqrt(sum / a.rgb.length);
}
