import assert from "node:assert/strict";
import { Encoding, PseudoEncoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { featuresOf, NO_FEATURES } from "../../lib/server/client_features.ts";

Deno.test("a client that lists nothing understands Raw and no extension", () => {
  assert.deepEqual(NO_FEATURES, {
    encoding: Encoding.Raw,
    beside: [],
    withBytePixels: { encoding: Encoding.Raw, beside: [] },
    compressLevel: undefined,
    gradients: false,
    qualityLevel: undefined,
    jpeg: undefined,
    zywrleDepth: undefined,
    copyRect: false,
    hextile: false,
    desktopSize: false,
    lastRect: false,
    cursor: undefined,
    extendedKeyEvent: false,
  });
});

Deno.test("the policy decides what is used of the encodings that are listed", () => {
  const list = [Encoding.CopyRect, Encoding.Hextile, Encoding.ZRLE, Encoding.Raw];
  const { encoding, beside } = featuresOf(list);
  assert.deepEqual({ encoding, beside }, { encoding: Encoding.ZRLE, beside: [Encoding.Hextile, Encoding.Raw] });
  assert.deepEqual(featuresOf(list, "best"), featuresOf(list));
  const { encoding: first, beside: none } = featuresOf(list, "qemu");
  assert.deepEqual({ first, none }, { first: Encoding.Hextile, none: [] });
});

Deno.test("what is used without PNG files is decided as well", () => {
  const { encoding, withBytePixels } = featuresOf([Encoding.TightPNG, Encoding.Hextile, Encoding.Raw]);
  assert.equal(encoding, Encoding.TightPNG);
  assert.deepEqual(withBytePixels, { encoding: Encoding.Hextile, beside: [Encoding.Raw] });
});

Deno.test("JPEG is of no use to a client that sets no quality", () => {
  const quality = QUALITY_LEVEL_0 + 5;
  assert.deepEqual(featuresOf([Encoding.ZRLE, Encoding.JPEG, quality]).beside, [Encoding.JPEG]);
  assert.deepEqual(featuresOf([Encoding.ZRLE, Encoding.JPEG]).beside, []);
});

Deno.test("the quality that a client sets is passed on", () => {
  const { qualityLevel, jpeg } = featuresOf([Encoding.Tight, QUALITY_LEVEL_0 + 6]);
  assert.deepEqual([qualityLevel, jpeg], [6, { quality: 79, subsampling: "4:4:4" }]);
});

Deno.test("only what goes out in Tight can be gradients", () => {
  const { LastRect } = PseudoEncoding;
  assert.equal(featuresOf([Encoding.Tight, LastRect]).gradients, true);
  assert.equal(featuresOf([Encoding.ZRLE, Encoding.Tight, LastRect]).gradients, false);
  assert.equal(featuresOf([Encoding.Tight]).gradients, false);
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
    beside: [],
    withBytePixels: { encoding: Encoding.Raw, beside: [] },
    compressLevel: 2,
    gradients: false,
    qualityLevel: undefined,
    jpeg: undefined,
    zywrleDepth: undefined,
    copyRect: true,
    hextile: false,
    desktopSize: true,
    lastRect: true,
    cursor: PseudoEncoding.Cursor,
    extendedKeyEvent: true,
  });
});
