import assert from "node:assert/strict";
import { Encoding, PseudoEncoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { featuresOf, NO_FEATURES } from "../../lib/server/client_features.ts";

Deno.test("a client that lists nothing understands Raw and no extension", () => {
  assert.deepEqual(NO_FEATURES, {
    encoding: Encoding.Raw,
    compressLevel: undefined,
    qualityLevel: undefined,
    jpeg: undefined,
    copyRect: false,
    hextile: false,
    desktopSize: false,
    lastRect: false,
    cursor: undefined,
    extendedKeyEvent: false,
  });
});

Deno.test("the first encoding of the list that is served is used", () => {
  const lists: readonly [readonly number[], number][] = [
    [[Encoding.Raw, Encoding.ZRLE], Encoding.Raw],
    [[Encoding.CopyRect, Encoding.Tight, Encoding.TightPNG, Encoding.ZRLE, Encoding.Hextile], Encoding.Tight],
    [[Encoding.RRE, Encoding.Hextile, Encoding.ZRLE], Encoding.RRE],
    [[Encoding.TightPNG, Encoding.CoRRE, Encoding.ZRLE], Encoding.TightPNG],
    [[Encoding.TRLE, Encoding.ZRLE], Encoding.TRLE],
    [[Encoding.JPEG, -317], Encoding.Raw],
    [[Encoding.Zlib, Encoding.Raw], Encoding.Zlib],
  ];
  for (const [list, encoding] of lists) assert.equal(featuresOf(list).encoding, encoding, list.join());
});

Deno.test("Zlib is passed over wherever ZRLE is listed as well", () => {
  assert.equal(featuresOf([Encoding.Zlib, Encoding.ZRLE]).encoding, Encoding.ZRLE);
  assert.equal(featuresOf([Encoding.Zlib, Encoding.Hextile, Encoding.ZRLE]).encoding, Encoding.Hextile);
});

Deno.test("JPEG is what a client gets that sets a quality and lists nothing better that is lossless", () => {
  const quality = QUALITY_LEVEL_0 + 5;
  assert.equal(featuresOf([Encoding.JPEG, Encoding.Raw, quality]).encoding, Encoding.JPEG);
  assert.equal(featuresOf([Encoding.Raw, Encoding.JPEG, quality]).encoding, Encoding.Raw);
  assert.equal(featuresOf([Encoding.JPEG, Encoding.Raw, Encoding.Hextile, quality]).encoding, Encoding.Hextile);
  assert.equal(featuresOf([Encoding.JPEG, Encoding.Raw]).encoding, Encoding.Raw);
});

Deno.test("the quality that a client sets is passed on", () => {
  const { qualityLevel, jpeg } = featuresOf([Encoding.Tight, QUALITY_LEVEL_0 + 6]);
  assert.deepEqual([qualityLevel, jpeg], [6, { quality: 79, subsampling: "4:4:4" }]);
});

Deno.test("extensions count only when they are listed", () => {
  const features = featuresOf([
    Encoding.CopyRect,
    PseudoEncoding.Cursor,
    PseudoEncoding.DesktopSize,
    PseudoEncoding.LastRect,
    PseudoEncoding.QEMUExtendedKeyEvent,
    -254,
    -250,
  ]);
  assert.deepEqual(features, {
    encoding: Encoding.Raw,
    compressLevel: 2,
    qualityLevel: undefined,
    jpeg: undefined,
    copyRect: true,
    hextile: false,
    desktopSize: true,
    lastRect: true,
    cursor: PseudoEncoding.Cursor,
    extendedKeyEvent: true,
  });
});
