import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../../lib/base/errors.ts";
import type { PixelTarget, RectDecoder } from "../../lib/decode/decoder.ts";
import { CopyRectDecoder } from "../../lib/decode/copy_rect.ts";
import { HextileDecoder } from "../../lib/decode/hextile.ts";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { RawDecoder } from "../../lib/decode/raw.ts";
import { createRectDecoders } from "../../lib/decode/rect_decoders.ts";
import { RREDecoder } from "../../lib/decode/rre.ts";
import { TRLEDecoder } from "../../lib/decode/trle.ts";
import { ZlibDecoder } from "../../lib/decode/zlib.ts";
import { ZRLEDecoder } from "../../lib/decode/zrle.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import {
  arbitraryPixels,
  concat,
  counted,
  DeflateStream,
  encodeHextile,
  encodeRaw,
  encodeRre,
  encodeTrle,
  firstZlibRect,
  pixelBytes,
  type Pixels,
  zrleTiles,
} from "../helpers/rects.ts";

/** Offset of the rects in the targets, so that positions matter. */
const X = 3;
const Y = 2;

function targetFor(pixels: Pixels): PixelTarget {
  return createPixelTarget(pixels.width + X + 5, pixels.height + Y + 4);
}

/** The colours of the rect, and that nothing was painted around it. */
function paintedPixels(target: PixelTarget, pixels: Pixels): number[] {
  const values: number[] = [];
  for (let y = 0; y < target.height; y++) {
    for (let x = 0; x < target.width; x++) {
      const at = y * target.strideBytes + x * 4;
      const value = target.pixels[at]! | target.pixels[at + 1]! << 8 | target.pixels[at + 2]! << 16;
      const inside = x >= X && x < X + pixels.width && y >= Y && y < Y + pixels.height;
      if (inside) values.push(value);
      else assert.equal(value, 0, `painted outside the rect at ${x},${y}`);
    }
  }
  return values;
}

function rectOf(pixels: Pixels) {
  return { x: X, y: Y, width: pixels.width, height: pixels.height };
}

/** Decodes in pieces of `pieceBytes` and checks that the decoder takes exactly the bytes of the rect. */
function decode(decoder: RectDecoder, bytes: Uint8Array, pixels: Pixels, pieceBytes: number): number[] {
  const target = targetFor(pixels);
  const reader = new ByteReader();
  const trailer = Uint8Array.of(0xaa);
  const all = concat([bytes, trailer]);
  let done = false;
  for (let at = 0; at < all.length; at += pieceBytes) {
    if (at >= bytes.length) assert.equal(done, true, "wants more bytes than the rect has");
    reader.append(all.slice(at, at + pieceBytes));
    if (!done) done = decoder.decodeRect(reader, rectOf(pixels), target);
  }
  assert.equal(done, true);
  assert.equal(reader.available, 1, "bytes of the next rect were taken");
  return paintedPixels(target, pixels);
}

function decodesTo(decoder: () => RectDecoder, bytes: Uint8Array, pixels: Pixels): void {
  for (const pieceBytes of [1, 7, bytes.length + 1]) {
    assert.deepEqual(decode(decoder(), bytes, pixels, pieceBytes), [...pixels.values]);
  }
}

function refuses(decoder: RectDecoder, bytes: Uint8Array, width: number, height: number, message: RegExp): void {
  const target = createPixelTarget(width, height);
  assert.throws(
    () => decoder.decodeRect(new ByteReader(bytes), { x: 0, y: 0, width, height }, target),
    (error) => error instanceof ProtocolError && message.test(error.message),
  );
}

Deno.test("RawDecoder paints what was written, in any pieces", () => {
  fc.assert(fc.property(arbitraryPixels(20), (p) => decodesTo(() => new RawDecoder(), encodeRaw(p), p)), {
    numRuns: 30,
  });
});

Deno.test("HextileDecoder paints what was written, in any pieces", () => {
  const styles = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1 });
  fc.assert(
    fc.property(arbitraryPixels(40), styles, (p, s) => decodesTo(() => new HextileDecoder(), encodeHextile(p, s), p)),
    { numRuns: 40 },
  );
});

Deno.test("HextileDecoder keeps the colours of the tile before", () => {
  const bytes = concat([
    Uint8Array.of(2 | 4 | 8),
    pixelBytes(0x112233),
    pixelBytes(0x445566),
    Uint8Array.of(1, 0x00, 0xff),
    Uint8Array.of(0),
    Uint8Array.of(8, 1, 0x00, 0x00),
  ]);
  const values = Array.from({ length: 16 * 48 }, (_, at) => {
    const x = at % 48;
    return x < 16 || at === 32 ? 0x445566 : 0x112233;
  });
  decodesTo(() => new HextileDecoder(), bytes, { width: 48, height: 16, values });
});

Deno.test("HextileDecoder refuses a rect outside its tile", () => {
  const head = concat([Uint8Array.of(2 | 4 | 8), pixelBytes(0), pixelBytes(1), Uint8Array.of(1)]);
  refuses(new HextileDecoder(), concat([head, Uint8Array.of(0x10, 0x40)]), 5, 5, /5x1 at 1,0/);
  refuses(new HextileDecoder(), concat([head, Uint8Array.of(0x05, 0x00)]), 5, 5, /1x1 at 0,5/);
});

Deno.test("HextileDecoder refuses flags that there are not", () => {
  refuses(new HextileDecoder(), Uint8Array.of(32), 5, 5, /flags are 32/);
});

Deno.test("HextileDecoder remembers how far it came in a large rect", () => {
  const pixels = { width: 160, height: 160, values: Array.from({ length: 160 * 160 }, (_, i) => i * 7919 & 0xffffff) };
  const bytes = encodeHextile(pixels, [0]);
  const reader = new ByteReader();
  const decoder = new HextileDecoder();
  const target = targetFor(pixels);
  for (let at = 0; at < bytes.length; at += 500) {
    reader.append(bytes.slice(at, at + 500));
    decoder.decodeRect(reader, rectOf(pixels), target);
    assert.ok(reader.available <= 1 + 16 * 16 * 4, "bytes of finished tiles are still waiting");
  }
  assert.deepEqual(paintedPixels(target, pixels), [...pixels.values]);
});

Deno.test("RREDecoder paints what was written in RRE and CoRRE, in any pieces", () => {
  for (const name of ["RRE", "CoRRE"] as const) {
    const decoder = () => new RREDecoder(name);
    fc.assert(fc.property(arbitraryPixels(30), (p) => decodesTo(decoder, encodeRre(p, name), p)), { numRuns: 30 });
  }
});

Deno.test("RREDecoder paints a subrect over the ones before it", () => {
  const subrects = [pixelBytes(1), Uint8Array.of(0, 0, 3, 3), pixelBytes(2), Uint8Array.of(1, 1, 1, 2)];
  const bytes = concat([Uint8Array.of(0, 0, 0, 2), pixelBytes(7), ...subrects]);
  const values = [1, 1, 1, 7, 1, 2, 1, 7, 1, 2, 1, 7];
  decodesTo(() => new RREDecoder("CoRRE"), bytes, { width: 4, height: 3, values });
});

Deno.test("RREDecoder refuses a subrect outside its rect", () => {
  const head = concat([Uint8Array.of(0, 0, 0, 1), pixelBytes(0), pixelBytes(1)]);
  const [rre, corre] = [new RREDecoder("RRE"), new RREDecoder("CoRRE")];
  refuses(corre, concat([head, Uint8Array.of(3, 0, 3, 1)]), 5, 5, /CoRRE rect of 5x5: it has a subrect 3x1 at 3,0/);
  refuses(rre, concat([head, Uint8Array.of(0, 0, 0, 5, 0, 1, 0, 1)]), 5, 5, /RRE rect of 5x5: .* 1x1 at 0,5/);
  refuses(new RREDecoder("RRE"), concat([head, new Uint8Array(8).fill(255)]), 5, 5, /65535x65535 at 65535,65535/);
});

Deno.test("RREDecoder refuses more subrects than pixels, before they are there", () => {
  refuses(new RREDecoder("RRE"), Uint8Array.of(0, 0, 0, 26, 0, 0, 0, 0), 5, 5, /5x5: it has 26 subrects/);
  refuses(new RREDecoder("CoRRE"), new Uint8Array(8).fill(255), 5, 5, /4294967295 subrects/);
});

Deno.test("RREDecoder refuses subrects that cover the rect over and over", () => {
  const whole = concat([pixelBytes(1), Uint8Array.of(0, 0, 5, 5)]);
  const bytes = concat([Uint8Array.of(0, 0, 0, 5), pixelBytes(0), ...Array<Uint8Array>(5).fill(whole)]);
  const four = bytes.slice(0, 8 + 4 * 8);
  four[3] = 4;
  assert.deepEqual(decode(new RREDecoder("CoRRE"), four, { width: 5, height: 5, values: [] }, 9), Array(25).fill(1));
  refuses(new RREDecoder("CoRRE"), bytes, 5, 5, /cover it more than 4 times/);
});

Deno.test("TRLEDecoder paints what was written, in any pieces", () => {
  const styles = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 });
  fc.assert(
    fc.property(arbitraryPixels(50), styles, (p, s) => decodesTo(() => new TRLEDecoder(), encodeTrle(p, s), p)),
    { numRuns: 100 },
  );
});

Deno.test("TRLEDecoder uses the palette of a tile before, packed and in runs", () => {
  const palette = [1, 0, 0, 2, 0, 0];
  const rows = new Array(32).fill(0);
  const bytes = Uint8Array.of(
    2,
    ...palette,
    ...rows,
    127,
    ...rows.fill(255),
    129,
    128,
    254,
    1,
    130,
    ...palette,
    1 | 128,
    255,
    0,
  );
  const tile = (value: number) => Array<number>(256).fill(value);
  const values = [...tile(1), ...tile(2), ...tile(1).fill(2, 255), ...tile(2)];
  decodesTo(() => new TRLEDecoder(), bytes, { width: 16, height: 64, values });
});

Deno.test("TRLEDecoder refuses a palette used again where there is none, of the rect before as well", () => {
  refuses(new TRLEDecoder(), Uint8Array.of(127, 0), 2, 1, /there is no palette to use again/);
  refuses(new TRLEDecoder(), Uint8Array.of(129, 0, 0), 2, 1, /there is no palette to use again/);
  const decoder = new TRLEDecoder();
  const rect = { x: 0, y: 0, width: 2, height: 1 };
  const packed = new ByteReader(Uint8Array.of(2, 1, 1, 1, 2, 2, 2, 0));
  assert.equal(decoder.decodeRect(packed, rect, createPixelTarget(2, 1)), true);
  refuses(decoder, Uint8Array.of(127, 0), 2, 1, /there is no palette to use again/);
  const many = Uint8Array.of(128 + 17, ...new Uint8Array(51), 128, 255, 0, 127, 0);
  refuses(new TRLEDecoder(), many, 16, 17, /a palette of 17 is not packed/);
});

Deno.test("TRLEDecoder refuses a colour outside the palette, an endless run and unknown subencodings", () => {
  const palette = [1, 1, 1, 2, 2, 2, 3, 3, 3];
  refuses(new TRLEDecoder(), Uint8Array.of(3, ...palette, 0b11000000), 1, 1, /TRLE tile: colour 3 of a palette of 3/);
  refuses(new TRLEDecoder(), Uint8Array.of(131, ...palette, 3), 1, 1, /colour 3 of a palette of 3/);
  refuses(new TRLEDecoder(), Uint8Array.of(128, 1, 1, 1, 4), 2, 2, /a run passes its last 4 pixels/);
  refuses(new TRLEDecoder(), Uint8Array.of(130, ...palette.slice(3), 129, 255, 255), 2, 2, /a run passes/);
  for (const kind of [17, 126]) refuses(new TRLEDecoder(), Uint8Array.of(kind), 2, 2, /no subencoding/);
});

Deno.test("ZlibDecoder paints what was written, in any pieces", () => {
  const decoder = () => new ZlibDecoder();
  fc.assert(fc.property(arbitraryPixels(30), (p) => decodesTo(decoder, firstZlibRect(encodeRaw(p)), p)), {
    numRuns: 30,
  });
});

Deno.test("ZRLEDecoder paints what was written, in any pieces", () => {
  const styles = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 });
  const decoder = () => new ZRLEDecoder();
  fc.assert(
    fc.property(arbitraryPixels(80), styles, (p, s) => decodesTo(decoder, firstZlibRect(zrleTiles(p, s)), p)),
    { numRuns: 60 },
  );
});

Deno.test("zlib decoders keep one stream over all rects of a connection", () => {
  fc.assert(
    fc.property(fc.array(arbitraryPixels(70), { minLength: 2, maxLength: 6 }), (pictures) => {
      const [zlib, zrle] = [new ZlibDecoder(), new ZRLEDecoder()];
      const [zlibStream, zrleStream] = [new DeflateStream(), new DeflateStream()];
      for (const p of pictures) {
        assert.deepEqual(decode(zlib, zlibStream.rect(encodeRaw(p)), p, 100), [...p.values]);
        assert.deepEqual(decode(zrle, zrleStream.rect(zrleTiles(p, [0, 1, 2, 3])), p, 100), [...p.values]);
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("zlib decoders decode a rect larger than their buffer", () => {
  const values = Array.from({ length: 1_000 * 300 }, (_, i) => i * 2654435761 >>> 8 & 0xffffff);
  const pixels = { width: 1_000, height: 300, values };
  assert.deepEqual(decode(new ZlibDecoder(), firstZlibRect(encodeRaw(pixels)), pixels, 64 * 1024), values);
  assert.deepEqual(decode(new ZRLEDecoder(), firstZlibRect(zrleTiles(pixels)), pixels, 64 * 1024), values);
});

Deno.test("zlib decoders refuse a rect that inflates to more or less than its pixels", () => {
  for (const [decoder, bytesOf] of [[ZlibDecoder, 4], [ZRLEDecoder, 3]] as const) {
    const start = bytesOf === 3 ? [0] : [];
    const exact = new Uint8Array([...start, ...new Uint8Array(bytesOf * 100)]);
    const target = createPixelTarget(10, 10);
    const rect = { x: 0, y: 0, width: 10, height: 10 };
    assert.equal(new decoder().decodeRect(new ByteReader(firstZlibRect(exact)), rect, target), true);
    refuses(new decoder(), firstZlibRect(concat([exact, Uint8Array.of(0)])), 10, 10, /more than its pixels/);
    refuses(new decoder(), firstZlibRect(exact.subarray(1)), 10, 10, /less than its pixels/);
    refuses(new decoder(), counted(new Uint8Array(0)), 10, 10, /less than its pixels/);
  }
});

Deno.test("zlib decoders stop a bomb at the bytes they need", () => {
  const bomb = firstZlibRect(new Uint8Array(12_000_000));
  refuses(new ZlibDecoder(), bomb, 64, 64, /more than its pixels/);
  refuses(new ZRLEDecoder(), bomb, 64, 64, /more than its pixels/);
});

Deno.test("zlib decoders refuse a length that the pixels cannot take, before the bytes are there", () => {
  const claim = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
  refuses(new ZlibDecoder(), claim, 64, 64, /4294967295 bytes/);
  refuses(new ZRLEDecoder(), claim, 64, 64, /4294967295 bytes/);
});

Deno.test("zlib decoders refuse bytes that are no zlib stream", () => {
  refuses(new ZlibDecoder(), counted(Uint8Array.of(1, 2, 3, 4)), 2, 2, /Cannot decode a Zlib rect/);
  refuses(new ZRLEDecoder(), counted(Uint8Array.of(1, 2, 3, 4)), 2, 2, /Cannot decode a ZRLE rect/);
});

Deno.test("ZRLEDecoder refuses a colour outside the palette", () => {
  const palette = [1, 1, 1, 2, 2, 2, 3, 3, 3];
  refuses(new ZRLEDecoder(), firstZlibRect(Uint8Array.of(3, ...palette, 0b11000000)), 1, 1, /colour 3 of a palette/);
  refuses(new ZRLEDecoder(), firstZlibRect(Uint8Array.of(131, ...palette, 3)), 1, 1, /colour 3 of a palette/);
});

Deno.test("ZRLEDecoder refuses a run that passes the tile", () => {
  refuses(new ZRLEDecoder(), firstZlibRect(Uint8Array.of(128, 1, 1, 1, 4)), 2, 2, /a run passes its last 4 pixels/);
  const endless = Uint8Array.of(128, 1, 1, 1, ...new Uint8Array(1_000).fill(255));
  refuses(new ZRLEDecoder(), firstZlibRect(endless), 64, 64, /a run passes/);
});

Deno.test("ZRLEDecoder refuses subencodings that there are not", () => {
  for (const subencoding of [17, 127, 129]) {
    refuses(new ZRLEDecoder(), firstZlibRect(new Uint8Array(99).fill(subencoding, 0, 1)), 2, 2, /no subencoding/);
  }
});

Deno.test("CopyRectDecoder moves pixels, overlapping or not", () => {
  const side = 12;
  const position = fc.record({ x: fc.nat(6), y: fc.nat(6) });
  fc.assert(fc.property(position, position, fc.integer({ min: 1, max: 6 }), (from, to, size) => {
    const target = createPixelTarget(side, side);
    target.pixels.forEach((_, i) => target.pixels[i] = i * 7 & 255);
    const before = target.pixels.slice();
    const rect = { ...to, width: size, height: size };
    const bytes = Uint8Array.of(0, from.x, 0, from.y);
    assert.equal(new CopyRectDecoder().decodeRect(new ByteReader(bytes), rect, target), true);
    for (let i = 0; i < before.length; i++) {
      const x = (i >> 2) % side;
      const y = Math.floor((i >> 2) / side);
      const inside = x >= to.x && x < to.x + size && y >= to.y && y < to.y + size;
      const source = inside ? ((y - to.y + from.y) * side + x - to.x + from.x) * 4 + (i & 3) : i;
      assert.equal(target.pixels[i], before[source]);
    }
  }));
});

Deno.test("CopyRectDecoder refuses a source outside the framebuffer", () => {
  const target = createPixelTarget(10, 10);
  const rect = { x: 0, y: 0, width: 4, height: 4 };
  for (const [x, y] of [[7, 0], [0, 7], [255, 255]]) {
    const bytes = Uint8Array.of(0, x!, 0, y!);
    assert.throws(() => new CopyRectDecoder().decodeRect(new ByteReader(bytes), rect, target), ProtocolError);
  }
});

Deno.test("decoders give true, false or a ProtocolError for any bytes", () => {
  const rect = { x: 0, y: 0, width: 20, height: 20 };
  const noise = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(noise, fc.boolean(), (bytes, asZlib) => {
    for (const [encoding, decoder] of createRectDecoders(true)) {
      const fed = asZlib && (encoding === 6 || encoding === 16) ? firstZlibRect(bytes) : bytes;
      try {
        assert.equal(typeof decoder.decodeRect(new ByteReader(fed), rect, createPixelTarget(20, 20)), "boolean");
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
  }));
});
