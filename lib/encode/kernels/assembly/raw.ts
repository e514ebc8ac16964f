/** Raw pixels: the Raw encoding, and what the Zlib encoding compresses. */

import { Conversion, convertRow, packWords } from "./conversion";

/**
 * Writes the wire bytes of a rect, row by row. `words` is room for a row and 64 bytes more.
 * Returns the number of bytes. Writes up to 64 bytes behind them.
 */
export function encodeRaw(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  words: usize,
  output: usize,
): u32 {
  const wireBytes = conversion.wireBytes;
  let at = output;
  for (let y: u32 = 0; y < height; y++) {
    if (wireBytes == 4) {
      convertRow(conversion, surface, width, at);
      at += <usize>width << 2;
    } else {
      convertRow(conversion, surface, width, words);
      at = packWords(wireBytes, words, width, at);
    }
    surface += strideBytes;
  }
  return <u32>(at - output);
}
