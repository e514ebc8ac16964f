/**
 * A decoder for FramebufferUpdate messages written from the specifications alone, for tests: any pixel format, slow, strict.
 * It shares no code with lib/decode and refuses what a lenient decoder would let pass.
 */

import type { PixelFormat } from "../../lib/rfb/pixel_format.ts";
import { InflateStream } from "./inflate_stream.ts";
import { jpegValues, takeJpeg } from "./jpeg_pictures.ts";
import { ReferenceTight } from "./reference_tight.ts";
import { ReferenceTightPng } from "./reference_tight_png.ts";
import { type FieldBits, synthesise } from "./reference_zywrle.ts";
import { WireBytes as Bytes } from "./wire_bytes.ts";

/** A rect as it came. */
export interface DecodedRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly encoding: number;
}

/** Keeps the picture of one connection: pixel values in the client's format, row by row. */
export class ReferenceDecoder {
  picture: Uint32Array;
  readonly #zlib = new InflateStream();
  readonly #zrle = new InflateStream();
  readonly tight = new ReferenceTight();
  readonly tightPng = new ReferenceTightPng();

  /** The levels of ZYWRLE that the client asked for, and how many tiles came as coefficients. */
  zywrleDepth = 0;
  coefficientTiles = 0;

  constructor(public width: number, public height: number, public format: PixelFormat) {
    this.picture = new Uint32Array(width * height);
  }

  /** Paints a whole message. Throws when a byte is missing, left over or against the RFC. */
  async applyUpdate(message: Uint8Array): Promise<DecodedRect[]> {
    const bytes = new Bytes(message);
    if (bytes.u8() !== 0) throw new Error("not a FramebufferUpdate");
    bytes.u8();
    const rects: DecodedRect[] = [];
    for (let left = bytes.u16(); left > 0; left--) {
      const [x, y, width, height] = [bytes.u16(), bytes.u16(), bytes.u16(), bytes.u16()];
      const rect = { x, y, width, height, encoding: bytes.u32() | 0 };
      if (rect.encoding === -223) this.#resize(width, height);
      if (x + width > this.width || y + height > this.height) throw new Error("a rect outside the picture");
      if (width === 0 || height === 0) throw new Error("a rect of nothing");
      rects.push(rect);
      await this.#decodeRect(bytes, rect);
    }
    bytes.end();
    return rects;
  }

  /** Frees the zlib streams. */
  close(): void {
    this.#zlib.close();
    this.#zrle.close();
    this.tight.close();
  }

  async #decodeRect(bytes: Bytes, rect: DecodedRect): Promise<void> {
    switch (rect.encoding) {
      case -223:
        return;
      case 0:
        return this.#raw(bytes, rect);
      case 1:
        return this.#copyRect(bytes, rect);
      case 2:
        return this.#rre(bytes, rect, () => bytes.u16());
      case 4:
        if (rect.width > 255 || rect.height > 255) throw new Error("a CoRRE rect of more than 255 pixels");
        return this.#rre(bytes, rect, () => bytes.u8());
      case 5:
        return this.#hextile(bytes, rect);
      case 6: {
        const pixels = new Bytes(await this.#zlib.inflate(bytes.take(bytes.u32())));
        this.#raw(pixels, rect);
        return pixels.end();
      }
      case 7: {
        const values = await this.tight.decode(bytes, rect.width, rect.height, this.format);
        return this.#paint(rect, values);
      }
      case -260:
        return this.#paint(rect, this.tightPng.decode(bytes, rect.width, rect.height, this.format));
      case 21:
        return this.#paint(rect, jpegValues(takeJpeg(bytes), rect.width, rect.height, this.format));
      case 15: {
        const last: LastPalette = { colours: undefined };
        for (const tile of tilesOf(rect, 16)) this.#trleTile(bytes, tile, last);
        return;
      }
      case 16: {
        const tiles = new Bytes(await this.#zrle.inflate(bytes.take(bytes.u32())));
        for (const tile of tilesOf(rect, 64)) this.#zrleTile(tiles, tile);
        return tiles.end();
      }
      case 17: {
        const tiles = new Bytes(await this.#zrle.inflate(bytes.take(bytes.u32())));
        for (const tile of tilesOf(rect, 64)) this.#zywrleTile(tiles, tile);
        return tiles.end();
      }
      default:
        throw new Error(`encoding ${rect.encoding}`);
    }
  }

  #pixel(bytes: Bytes): number {
    return bytes.number(this.format.bitsPerPixel / 8, this.format.bigEndianFlag);
  }

  /** RFC 6143 §7.7.5: three bytes when the channels fit into them and depth says so. */
  #compactPixel(bytes: Bytes): number {
    const { bitsPerPixel, depth, bigEndianFlag, redMax, redShift, greenMax, greenShift, blueMax, blueShift } =
      this.format;
    const mask = BigInt(redMax) << BigInt(redShift) | BigInt(greenMax) << BigInt(greenShift) |
      BigInt(blueMax) << BigInt(blueShift);
    if (bitsPerPixel !== 32 || depth > 24) return this.#pixel(bytes);
    if (mask < 1n << 24n) return bytes.number(3, bigEndianFlag);
    if ((mask & 0xffn) === 0n) return bytes.number(3, bigEndianFlag) * 256;
    return this.#pixel(bytes);
  }

  /** DesktopSize: streams go on, pixels do not. */
  #resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.picture = new Uint32Array(width * height);
  }

  #set(x: number, y: number, value: number): void {
    this.picture[y * this.width + x] = value;
  }

  #paint({ x, y, width }: Tile, values: readonly number[]): void {
    values.forEach((value, at) => this.#set(x + at % width, y + Math.floor(at / width), value));
  }

  #fill(x: number, y: number, width: number, height: number, value: number): void {
    for (let row = y; row < y + height; row++) {
      this.picture.fill(value, row * this.width + x, row * this.width + x + width);
    }
  }

  #raw(bytes: Bytes, { x, y, width, height }: Omit<DecodedRect, "encoding">): void {
    for (let at = 0; at < width * height; at++) {
      this.#set(x + at % width, y + Math.floor(at / width), this.#pixel(bytes));
    }
  }

  #copyRect(bytes: Bytes, { x, y, width, height }: DecodedRect): void {
    const [fromX, fromY] = [bytes.u16(), bytes.u16()];
    if (fromX + width > this.width || fromY + height > this.height) throw new Error("a copy from outside");
    const before = this.picture.slice();
    for (let at = 0; at < width * height; at++) {
      const [dx, dy] = [at % width, Math.floor(at / width)];
      this.#set(x + dx, y + dy, before[(fromY + dy) * this.width + fromX + dx]!);
    }
  }

  #rre(bytes: Bytes, { x, y, width, height }: DecodedRect, coordinate: () => number): void {
    const painted = new Set<number>();
    const count = bytes.u32();
    this.#fill(x, y, width, height, this.#pixel(bytes));
    for (let left = count; left > 0; left--) {
      const colour = this.#pixel(bytes);
      const [subX, subY, subWidth, subHeight] = [coordinate(), coordinate(), coordinate(), coordinate()];
      if (subWidth === 0 || subHeight === 0) throw new Error("a subrect of nothing");
      if (subX + subWidth > width || subY + subHeight > height) throw new Error("a subrect outside its rect");
      for (let at = 0; at < subWidth * subHeight; at++) {
        const position = (subY + Math.floor(at / subWidth)) * width + subX + at % subWidth;
        if (painted.has(position)) throw new Error("a pixel painted twice");
        painted.add(position);
      }
      this.#fill(x + subX, y + subY, subWidth, subHeight, colour);
    }
  }

  /** RFC 6143 §7.7.5; a palette may be used again by the very next tile only. */
  #trleTile(bytes: Bytes, tile: Tile, last: LastPalette): void {
    const kind = bytes.u8();
    if (kind > 16 && kind < 127) throw new Error(`TRLE subencoding ${kind}`);
    const isReused = kind === 127 || kind === 129;
    if (isReused && last.colours === undefined) throw new Error("no palette to use again");
    const own = Array.from({ length: isReused ? 0 : kind & 127 }, () => this.#compactPixel(bytes));
    const palette = isReused ? last.colours! : own;
    last.colours = isReused || kind > 1 && kind !== 128 ? palette : undefined;
    if (kind === 1) return this.#fill(tile.x, tile.y, tile.width, tile.height, palette[0]!);
    if (kind > 1 && kind <= 127) {
      if (palette.length > 16) throw new Error(`a packed palette of ${palette.length}`);
      return this.#packedTile(bytes, tile, palette);
    }
    this.#tileRuns(bytes, tile, kind, palette);
  }

  #hextile(bytes: Bytes, rect: DecodedRect): void {
    let background: number | undefined;
    let foreground: number | undefined;
    for (const tile of tilesOf(rect, 16)) {
      const flags = bytes.u8();
      if (flags > 31) throw new Error(`hextile flags ${flags}`);
      if (flags & 1) {
        this.#raw(bytes, tile);
        background = foreground = undefined;
        continue;
      }
      if (flags & 2) background = this.#pixel(bytes);
      if (background === undefined) throw new Error("no background to go on with");
      this.#fill(tile.x, tile.y, tile.width, tile.height, background);
      if ((flags & 4) && (flags & 16)) throw new Error("a foreground for coloured subrects");
      if (flags & 4) foreground = this.#pixel(bytes);
      if (flags & 16) foreground = undefined;
      if (flags & 8) this.#subrects(bytes, tile, (flags & 16) !== 0, foreground);
    }
  }

  #subrects(bytes: Bytes, tile: Tile, coloured: boolean, foreground: number | undefined): void {
    for (let left = bytes.u8(); left > 0; left--) {
      const colour = coloured ? this.#pixel(bytes) : foreground;
      if (colour === undefined) throw new Error("no foreground to go on with");
      const [position, size] = [bytes.u8(), bytes.u8()];
      const [x, y, width, height] = [position >> 4, position & 15, (size >> 4) + 1, (size & 15) + 1];
      if (x + width > tile.width || y + height > tile.height) throw new Error("a subrect outside its tile");
      this.#fill(tile.x + x, tile.y + y, width, height, colour);
    }
  }

  #zrleTile(bytes: Bytes, tile: Tile): void {
    const kind = bytes.u8();
    if (kind > 16 && kind < 128 || kind === 129) throw new Error(`ZRLE subencoding ${kind}`);
    const palette = Array.from({ length: kind & 127 }, () => this.#compactPixel(bytes));
    if (kind === 1) return this.#fill(tile.x, tile.y, tile.width, tile.height, palette[0]!);
    if (kind >= 2 && kind <= 16) return this.#packedTile(bytes, tile, palette);
    this.#tileRuns(bytes, tile, kind, palette);
  }

  /** A raw tile is followed by a tile of coefficients. */
  #zywrleTile(bytes: Bytes, tile: Tile): void {
    const isRaw = bytes.bytes[bytes.at] === 0;
    if (!isRaw || this.zywrleDepth === 0) return this.#zrleTile(bytes, tile);
    bytes.u8();
    this.coefficientTiles++;
    this.#zrleTile(bytes, tile);
    const { x, y, width, height } = tile;
    const sent = Array.from({ length: width * height }, (_, at) => {
      return this.picture[(y + Math.floor(at / width)) * this.width + x + at % width]!;
    });
    const { greenMax } = this.format;
    const bits: FieldBits = greenMax === 255 ? [8, 8, 8] : greenMax === 63 ? [5, 6, 5] : [5, 5, 5];
    this.#paint(tile, synthesise(sent, width, height, this.zywrleDepth, bits));
  }

  #tileRuns(bytes: Bytes, tile: Tile, kind: number, palette: readonly number[]): void {
    const count = tile.width * tile.height;
    for (let at = 0; at < count;) {
      const [colour, length] = this.#run(bytes, kind, palette);
      if (at + length > count) throw new Error("a run behind the tile's end");
      for (const end = at + length; at < end; at++) {
        this.#set(tile.x + at % tile.width, tile.y + Math.floor(at / tile.width), colour);
      }
    }
  }

  #run(bytes: Bytes, kind: number, palette: readonly number[]): [number, number] {
    if (kind === 0) return [this.#compactPixel(bytes), 1];
    if (kind === 128) return [this.#compactPixel(bytes), runLength(bytes)];
    const index = bytes.u8();
    const colour = palette[index & 127];
    if (colour === undefined) throw new Error(`palette index ${index & 127} of ${palette.length}`);
    return [colour, index & 128 ? runLength(bytes) : 1];
  }

  #packedTile(bytes: Bytes, tile: Tile, palette: readonly number[]): void {
    const bits = palette.length > 4 ? 4 : palette.length > 2 ? 2 : 1;
    for (let y = 0; y < tile.height; y++) {
      const row = bytes.take(Math.ceil(tile.width * bits / 8));
      for (let x = 0; x < tile.width; x++) {
        const index = row[x * bits >> 3]! >> (8 - bits - (x * bits & 7)) & ((1 << bits) - 1);
        const colour = palette[index];
        if (colour === undefined) throw new Error(`palette index ${index} of ${palette.length}`);
        this.#set(tile.x + x, tile.y + y, colour);
      }
    }
  }
}

interface LastPalette {
  colours: readonly number[] | undefined;
}

type Tile = Omit<DecodedRect, "encoding">;

function* tilesOf(rect: DecodedRect, side: number): Generator<Tile> {
  for (let y = 0; y < rect.height; y += side) {
    for (let x = 0; x < rect.width; x += side) {
      const [width, height] = [Math.min(side, rect.width - x), Math.min(side, rect.height - y)];
      yield { x: rect.x + x, y: rect.y + y, width, height };
    }
  }
}

function runLength(bytes: Bytes): number {
  let length = 1;
  for (let byte = 255; byte === 255;) {
    byte = bytes.u8();
    length += byte;
  }
  return length;
}
