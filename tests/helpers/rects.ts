/** Rects encoded for decoder tests, written from RFC 6143 alone and independent of lib/encode. */

import { deflateSync } from "node:zlib";
import { Deflate, Z_SYNC_FLUSH } from "pako";
import fc from "fast-check";
import type { PixelTarget } from "../../lib/decode/decoder.ts";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";

/** Pixels 0x00RRGGBB, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly values: readonly number[];
}

/** The part of a picture inside a tile. */
export function tilePixels(pixels: Pixels, x: number, y: number, width: number, height: number): number[] {
  const values: number[] = [];
  for (let row = y; row < y + height; row++) {
    values.push(...pixels.values.slice(row * pixels.width + x, row * pixels.width + x + width));
  }
  return values;
}

/** Tiles of a side, left to right and top to bottom. */
export function tilesOf(pixels: Pixels, side: number): { width: number; height: number; values: number[] }[] {
  const tiles = [];
  for (let y = 0; y < pixels.height; y += side) {
    for (let x = 0; x < pixels.width; x += side) {
      const width = Math.min(side, pixels.width - x);
      const height = Math.min(side, pixels.height - y);
      tiles.push({ width, height, values: tilePixels(pixels, x, y, width, height) });
    }
  }
  return tiles;
}

/** A pixel as the bytes B,G,R,0. */
export function pixelBytes(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8 & 255, value >> 16 & 255, 0);
}

function cpixelBytes(value: number): Uint8Array {
  return pixelBytes(value).subarray(0, 3);
}

/** Raw. */
export function encodeRaw(pixels: Pixels): Uint8Array {
  const writer = new ByteWriter();
  for (const value of pixels.values) writer.bytes(pixelBytes(value));
  return writer.finish();
}

/** Hextile; the style of each tile is taken from `styles` in turn: 0 raw, 1 coloured subrects, 2 foreground subrects. */
export function encodeHextile(pixels: Pixels, styles: readonly number[] = [1]): Uint8Array {
  const writer = new ByteWriter();
  tilesOf(pixels, 16).forEach((tile, index) => {
    const colours = [...new Set(tile.values)];
    let style = styles[index % styles.length] ?? 0;
    if (tile.values.length > 255 && colours.length > 1 && style !== 0) style = 0;
    if (style === 2 && colours.length > 2) style = 1;
    if (style === 0) writeRawTile(writer, tile.values);
    else writeSubrectTile(writer, tile, colours, style === 1);
  });
  return writer.finish();
}

function writeRawTile(writer: ByteWriter, values: readonly number[]): void {
  writer.u8(1);
  for (const value of values) writer.bytes(pixelBytes(value));
}

function writeSubrectTile(
  writer: ByteWriter,
  tile: { width: number; values: number[] },
  colours: readonly number[],
  coloured: boolean,
): void {
  const background = colours[0]!;
  const others = tile.values.flatMap((value, at) => value === background ? [] : [{ value, at }]);
  const withForeground = !coloured && others.length > 0;
  writer.u8(2 | (withForeground ? 4 : 0) | (others.length > 0 ? 8 : 0) | (coloured && others.length > 0 ? 16 : 0));
  writer.bytes(pixelBytes(background));
  if (withForeground) writer.bytes(pixelBytes(others[0]!.value));
  if (others.length > 0) writer.u8(others.length);
  for (const { value, at } of others) {
    if (coloured) writer.bytes(pixelBytes(value));
    writer.u8((at % tile.width) << 4 | Math.floor(at / tile.width)).u8(0);
  }
}

/** RRE, or CoRRE: a background with a subrect for every run of other colours in a row. */
export function encodeRre(pixels: Pixels, name: "RRE" | "CoRRE" = "RRE"): Uint8Array {
  const background = pixels.values[0]!;
  const subrects = new ByteWriter();
  let count = 0;
  for (let at = 0; at < pixels.values.length;) {
    const x = at % pixels.width;
    let length = 1;
    while (x + length < pixels.width && pixels.values[at + length] === pixels.values[at]) length++;
    if (pixels.values[at] !== background) {
      const geometry = [x, Math.floor(at / pixels.width), length, 1];
      subrects.bytes(pixelBytes(pixels.values[at]!));
      for (const value of geometry) name === "RRE" ? subrects.u16(value) : subrects.u8(value);
      count++;
    }
    at += length;
  }
  return new ByteWriter().u32(count).bytes(pixelBytes(background)).bytes(subrects.finish()).finish();
}

/**
 * The tiles of a TRLE rect; styles: 0 raw, 1 packed palette, 2 plain runs, 3 palette runs. A palette equal to that of
 * the last tile with one is used again.
 */
export function encodeTrle(pixels: Pixels, styles: readonly number[] = [0]): Uint8Array {
  const writer = new ByteWriter();
  let last = "";
  tilesOf(pixels, 16).forEach((tile, index) => {
    const style = styles[index % styles.length] ?? 0;
    const colours = [...new Set(tile.values)].sort();
    const bytes = tileBytes(tile, style, colours);
    const hasPalette = bytes[0]! > 1 && bytes[0] !== 128;
    if (!hasPalette || last !== colours.join()) writer.bytes(bytes);
    else writer.u8(bytes[0]! < 128 ? 127 : 129).bytes(bytes.subarray(1 + 3 * colours.length));
    if (hasPalette) last = colours.join();
  });
  return writer.finish();
}

/** The tiles of a ZRLE rect before compression; styles: 0 raw, 1 packed palette, 2 plain runs, 3 palette runs. */
export function zrleTiles(pixels: Pixels, styles: readonly number[] = [0]): Uint8Array {
  const tiles = tilesOf(pixels, 64);
  return concat(tiles.map((tile, at) => tileBytes(tile, styles[at % styles.length] ?? 0, [...new Set(tile.values)])));
}

function tileBytes(tile: { width: number; values: number[] }, style: number, colours: number[]): Uint8Array {
  const writer = new ByteWriter();
  if (colours.length === 1) writer.u8(1).bytes(cpixelBytes(colours[0]!));
  else if (style === 1 && colours.length <= 16) writePackedTile(writer, tile, colours);
  else if (style === 2) writeRuns(writer.u8(128), tile.values, (value) => writer.bytes(cpixelBytes(value)), true);
  else if (style === 3 && colours.length <= 127) writePaletteRuns(writer, tile.values, colours);
  else tile.values.reduce((to, value) => to.bytes(cpixelBytes(value)), writer.u8(0));
  return writer.finish();
}

function writePackedTile(writer: ByteWriter, tile: { width: number; values: number[] }, colours: number[]): void {
  const bits = colours.length <= 2 ? 1 : colours.length <= 4 ? 2 : 4;
  writer.u8(colours.length);
  for (const colour of colours) writer.bytes(cpixelBytes(colour));
  for (let row = 0; row < tile.values.length; row += tile.width) {
    const indices = tile.values.slice(row, row + tile.width).map((value) => colours.indexOf(value));
    for (let at = 0; at < indices.length; at += 8 / bits) {
      let byte = 0;
      for (let i = 0; i < 8 / bits; i++) byte = byte << bits | (indices[at + i] ?? 0);
      writer.u8(byte);
    }
  }
}

function writePaletteRuns(writer: ByteWriter, values: readonly number[], colours: number[]): void {
  writer.u8(128 + colours.length);
  for (const colour of colours) writer.bytes(cpixelBytes(colour));
  writeRuns(writer, values, (value, length) => writer.u8(colours.indexOf(value) | (length > 1 ? 128 : 0)), false);
}

function writeRuns(
  writer: ByteWriter,
  values: readonly number[],
  writeValue: (value: number, length: number) => void,
  alwaysLength: boolean,
): void {
  for (let at = 0; at < values.length;) {
    let length = 1;
    while (values[at + length] === values[at]) length++;
    writeValue(values[at]!, length);
    let left = length - 1;
    if (alwaysLength || length > 1) {
      for (; left >= 255; left -= 255) writer.u8(255);
      writer.u8(left);
    }
    at += length;
  }
}

/** A zlib stream kept over several rects, each ended by a sync flush. */
export class DeflateStream {
  readonly #deflate = new Deflate({ level: 6 });
  #chunks: Uint8Array[] = [];

  constructor() {
    this.#deflate.onData = (chunk) => this.#chunks.push(chunk);
  }

  /** The length and the compressed bytes of a rect. */
  rect(plain: Uint8Array): Uint8Array {
    return counted(this.piece(plain));
  }

  /** The compressed bytes of a rect. */
  piece(plain: Uint8Array): Uint8Array {
    this.#chunks = [];
    this.#deflate.push(plain, Z_SYNC_FLUSH);
    return concat(this.#chunks);
  }
}

/** A u32 length and the bytes. */
export function counted(bytes: Uint8Array): Uint8Array {
  return new ByteWriter().u32(bytes.length).bytes(bytes).finish();
}

/** The first rect of a zlib stream, made by Deno's own zlib. */
export function firstZlibRect(plain: Uint8Array): Uint8Array {
  const finishFlush = 2;
  return counted(deflateSync(plain, { finishFlush }));
}

/** A picture of another size that shows what both sizes share of the old one. */
export function resizePixelTarget(old: PixelTarget, width: number, height: number): PixelTarget {
  const target = createPixelTarget(width, height);
  for (let y = 0; y < Math.min(old.height, height); y++) {
    const start = y * old.strideBytes;
    const row = old.pixels.subarray(start, start + Math.min(old.width, width) * 4);
    target.pixels.set(row, y * target.strideBytes);
  }
  return target;
}

/** All bytes in one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.reduce((writer, chunk) => writer.bytes(chunk), new ByteWriter()).finish();
}

/** Pictures of few or many colours, with runs. */
export function arbitraryPixels(maxSide: number): fc.Arbitrary<Pixels> {
  const side = fc.integer({ min: 1, max: maxSide });
  const palette = fc.array(fc.integer({ min: 0, max: 0xffffff }), { minLength: 1, maxLength: 20 });
  return fc.tuple(side, side, palette, fc.integer({ min: 1, max: 400 }), fc.infiniteStream(fc.nat())).map(
    ([width, height, colours, longestRun, numbers]) => {
      const values: number[] = [];
      while (values.length < width * height) {
        const colour = colours[numbers.next().value! % colours.length]!;
        const run = 1 + numbers.next().value! % longestRun;
        for (let i = 0; i < run && values.length < width * height; i++) values.push(colour);
      }
      return { width, height, values };
    },
  );
}
