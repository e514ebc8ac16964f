/** The forms of a tile that TRLE and ZRLE share (RFC 6143 7.7.5 and 7.7.6). Each writer returns the end. */

import { packWords, writeWord } from "./conversion";
import { countRuns, Palette, runEnds, runIndex, runStart } from "./palette";

export const RAW: u8 = 0;
export const SOLID: u8 = 1;
export const PLAIN_RLE: u8 = 128;

/** A tile with more colours than a palette holds: plain RLE or raw. */
export function encodeManyColours(wireBytes: u32, words: usize, count: u32, at: usize): usize {
  const rawBytes = count * wireBytes;
  const runs = countRuns(words, count);
  // A run takes a length of one byte at least.
  if (runs * (wireBytes + 1) >= rawBytes) return writeRaw(wireBytes, words, count, at);
  const end = writePlainRle(wireBytes, words, count, at);
  return end - at <= rawBytes ? end : writeRaw(wireBytes, words, count, at);
}

/** A raw tile. */
export function writeRaw(wireBytes: u32, words: usize, count: u32, at: usize): usize {
  store<u8>(at, RAW);
  return packWords(wireBytes, words, count, at + 1);
}

/** A tile as runs of colours. */
export function writePlainRle(wireBytes: u32, words: usize, count: u32, at: usize): usize {
  store<u8>(at++, PLAIN_RLE);
  let start: u32 = 0;
  for (let group: u32 = 0; group < count; group += 16) {
    for (let ends = runEnds(words + (<usize>group << 2)); ends != 0; ends &= ends - 1) {
      const next = group + ctz<u32>(ends) + 1;
      if (next > count) break;
      at = writeWord(wireBytes, load<u32>(words + (<usize>start << 2)), at);
      at = writeRunLength(next - start, at);
      start = next;
    }
  }
  return at;
}

/** Writes the runs of a scanned tile as palette indices. Returns the end. */
export function writePaletteRuns(palette: Palette, at: usize): usize {
  const runs = palette.runs;
  let start: u32 = 0;
  for (let run: u32 = 0; run < runs; run++) {
    const next = runStart(palette, run + 1);
    const index = runIndex(palette, run);
    if (next - start == 1) {
      store<u8>(at++, <u8>index);
    } else {
      store<u8>(at, <u8>(index | 128));
      at = writeRunLength(next - start, at + 1);
    }
    start = next;
  }
  return at;
}

@inline
function writeRunLength(length: u32, at: usize): usize {
  let rest = length - 1;
  for (; rest >= 255; rest -= 255) store<u8>(at++, 255);
  store<u8>(at, <u8>rest);
  return at + 1;
}

/** Writes the palette index of every word as a byte. Writes up to 15 bytes behind the last. */
export function spreadRuns(palette: Palette, indices: usize): void {
  const runs = palette.runs;
  let start: u32 = 0;
  for (let run: u32 = 0; run < runs; run++) {
    const next = runStart(palette, run + 1);
    const index = i8x16.splat(<i8>runIndex(palette, run));
    for (let at = start; at < next; at += 16) v128.store(indices + at, index);
    start = next;
  }
}
