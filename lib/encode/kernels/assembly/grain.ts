/** Whether pixels hardly ever equal their neighbours, as in photos: what is found again is found close by. */

import { Conversion } from "./conversion";
import { runEnds } from "./palette";

/** Rows looked at: one of so many. */
const ROW_STEP: u32 = 8;
const GROUP_PIXELS: u32 = 16;

/** 1 when more than half of the pixels in some rows of a rect differ from the one at their right, else 0. */
export function isGrainyRect(
  _conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  _scratch: usize,
  _output: usize,
): u32 {
  let pixels: u32 = 0;
  let different: u32 = 0;
  for (let y: u32 = 0; y < height; y += ROW_STEP) {
    const row = surface + <usize>y * strideBytes;
    for (let x: u32 = 0; x + GROUP_PIXELS < width; x += GROUP_PIXELS) {
      different += popcnt<u32>(runEnds(row + (<usize>x << 2)));
      pixels += GROUP_PIXELS;
    }
  }
  return different * 2 > pixels ? 1 : 0;
}
