/** The subrects of a tile of Hextile. */

import { DOWN, PENDING, RIGHT, ROW_BYTES, Tile, WORDS } from "./hextile_tile";

/** Rows whose masks are taken together: a u64. Behind the last row of a tile as many are marked as painted. */
const GROUP_ROWS: u32 = 4;

/** Covers what is marked with subrects, `colourBytes` of colour in each. Returns their end, 0 when behind `limit`. */
export function paintSubrects(tile: Tile, colourBytes: u32, at: usize, limit: usize): usize {
  const base = changetype<usize>(tile);
  const count = at++;
  const subrectBytes = colourBytes + 2;
  const colourBits = <u64>colourBytes << 3;
  const colourMask: u32 = colourBytes == 0 ? 0 : 0xffffffff;
  // Of the next subrect no byte may be behind the limit: at most 171 of several colours. Of one colour there are 128.
  const lastStart = limit - subrectBytes;
  let painted: u32 = 0;
  for (let y: u32 = 0; y < tile.height; y += GROUP_ROWS) {
    const masks = base + (<usize>y << 1);
    const words = base + WORDS + y * ROW_BYTES;
    const right = load<u64>(masks, RIGHT);
    const down = load<u64>(masks, DOWN);
    for (let left = load<u64>(masks, PENDING); left != 0;) {
      if (at > lastStart) return 0;
      const corner = ctz<u64>(left);
      let width = <u32>ctz<u64>(~(right >> corner)) + 1;
      let height: u32 = 1;
      if ((down >> corner) & 1) {
        const size = growSubrect(masks + (<usize>(corner >> 4) << 1), <u32>corner & 15, width);
        width = size >> 8;
        height = size & 255;
        left = load<u64>(masks, PENDING);
      }
      // What is before the end of this run is painted.
      left &= <u64>-2 << (corner + width - 1);
      const place = (<u32>corner & 15) << 4 | (y + (<u32>corner >> 4));
      const colour = load<u32>(words + (<usize>corner << 2)) & colourMask;
      store<u64>(at, <u64>colour | <u64>(place | (width - 1) << 12 | (height - 1) << 8) << colourBits);
      at += subrectBytes;
      painted++;
    }
  }
  store<u8>(count, <u8>painted);
  return at;
}

/**
 * Finds the largest subrect of one colour with a given corner, in the row of `masks` where `width` words are of that
 * colour, and marks it as painted in the rows below. Returns its width << 8 | height.
 */
@inline
function growSubrect(masks: usize, x: u32, width: u32): u32 {
  let bestWidth = width;
  let bestHeight: u32 = 1;
  let row = masks;
  for (let height: u32 = 2;; height++, row += 2) {
    width = min(width, ctz<u32>(~(<u32>load<u16>(row, DOWN) >> x)));
    if (width == 0) break;
    if (width * height <= bestWidth * bestHeight) continue;
    bestWidth = width;
    bestHeight = height;
  }
  const painted: u32 = ~(((1 << bestWidth) - 1) << x);
  const end = masks + (<usize>bestHeight << 1);
  for (row = masks + 2; row < end; row += 2) store<u16>(row, <u16>(load<u16>(row, PENDING) & painted), PENDING);
  return bestWidth << 8 | bestHeight;
}
