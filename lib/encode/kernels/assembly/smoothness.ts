/** How much neighbouring pixels of a rect differ, as QEMU tells what JPEG is good for [QEMU tight_detect_smooth_image]. */

import { Conversion } from "./conversion";

/** What stands for a rect that is flat, or whose differences are those of drawings. */
const NOT_SMOOTH: u32 = 0xffff_ffff;
/** Differences that are looked at along each row of a diagonal. */
const SUBROW: u32 = 7;
/** Smaller differences than this are most of what a smooth rect has, fewer the larger they are. */
const FEW: u32 = 8;
const MAX_DIFFERENCE: u32 = 255;

/**
 * The mean square of the differences that are not 0, along diagonals of a rect; 2^32 - 1 when that says nothing. Where
 * pixels have three bytes the differences are those of each channel, else the sum of a pixel's. Uses 1 KiB of scratch.
 */
export function smoothnessError(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  _output: usize,
): u32 {
  memory.fill(scratch, 0, <usize>(MAX_DIFFERENCE + 1) << 2);
  let samples: u32 = 0;
  for (let x: u32 = 0, y: u32 = 0; x < width && y < height;) {
    for (let d: u32 = 0; d < height - y && d + SUBROW < width - x; d++) {
      countSubrow(conversion, surface + <usize>(y + d) * strideBytes + (<usize>(x + d) << 2), scratch);
      samples += SUBROW;
    }
    if (width > height) x += height;
    else y += width;
  }
  if (samples == 0) return NOT_SMOOTH;
  if (conversion.wireBytes == 3) samples *= 3;
  return isFlat(conversion, scratch, samples) ? NOT_SMOOTH : meanSquare(scratch, samples);
}

@inline
function differences(histogram: usize, size: u32): u32 {
  return load<u32>(histogram + (<usize>size << 2));
}

@inline
function count(histogram: usize, size: u32): void {
  const at = histogram + (<usize>size << 2);
  store<u32>(at, load<u32>(at) + 1);
}

function countSubrow(conversion: Conversion, from: usize, histogram: usize): void {
  let left = load<u32>(from);
  for (let at: usize = 1; at <= SUBROW; at++) {
    const pixel = load<u32>(from + (at << 2));
    const red = difference(left, pixel, conversion.redRight, conversion.redMax);
    const green = difference(left, pixel, conversion.greenRight, conversion.greenMax);
    const blue = difference(left, pixel, conversion.blueRight, conversion.blueMax);
    if (conversion.wireBytes == 3) {
      count(histogram, red);
      count(histogram, green);
      count(histogram, blue);
    } else count(histogram, min(red + green + blue, MAX_DIFFERENCE));
    left = pixel;
  }
}

/** Of one channel, as the client sees it. */
@inline
function difference(left: u32, right: u32, shift: u32, most: u32): u32 {
  return abs<i32>(<i32>(left >> shift & most) - <i32>(right >> shift & most));
}

/** QEMU counts the channels' differences of 24 bits in 33rds: from 96 % on. */
function isFlat(conversion: Conversion, histogram: usize, samples: u32): bool {
  const none = differences(histogram, 0);
  if (conversion.wireBytes == 3) return none * 33 / (samples / 3) >= 95;
  return (none + differences(histogram, 1)) * 100 / samples >= 90;
}

function meanSquare(histogram: usize, samples: u32): u32 {
  let squares: u64 = 0;
  for (let size: u32 = 1; size <= MAX_DIFFERENCE; size++) {
    const found = differences(histogram, size);
    if (size < FEW && (found == 0 || found > differences(histogram, size - 1) * 2)) return NOT_SMOOTH;
    squares += <u64>found * (size * size);
  }
  return <u32>(squares / (samples - differences(histogram, 0)));
}
