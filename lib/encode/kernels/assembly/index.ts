/** What the kernel module exports. No static data and no heap: several threads run it over one memory. */

import { CONTENT_SCRATCH_BYTES } from "./content";
import { HEXTILE_SCRATCH_BYTES } from "./hextile";
import { JPEG_SCRATCH_BYTES } from "./jpeg";
import { PNG_SCRATCH_BYTES } from "./png";
import { RRE_SCRATCH_BYTES } from "./rre";
import { TIGHT_SCRATCH_BYTES } from "./tight";
import { TRLE_SCRATCH_BYTES } from "./trle";
import { ZYWRLE_SCRATCH_BYTES } from "./zywrle";

export { adler32 } from "./adler";
export { compareSurfaces } from "./compare";
export { analyseCells } from "./content";
export {
  deflate,
  deflateInputOffset,
  deflateOutputOffset,
  deflateSegmentsOffset,
  deflateStreamBytes,
  deflateWorkBytes,
  maxDeflateBytes,
  maxDeflateSegments,
  openDeflate,
  resetDeflate,
} from "./deflate";
export { isGrainyRect } from "./grain";
export { encodeHextile } from "./hextile";
export { encodeJpeg } from "./jpeg";
export { pngIndexRows, pngRows, pngRowsOffset } from "./png";
export { encodeRaw } from "./raw";
export { encodeCorre, encodeRre } from "./rre";
export { smoothnessError } from "./smoothness";
export { encodeTight } from "./tight";
export { writeTightRects } from "./tight_rects";
export { encodeTrle } from "./trle";
export { encodeZrle } from "./zrle";
export { encodeZywrle } from "./zywrle";

/** Where the module's own static data ends; 1024 as long as there is none. */
export function dataEndBytes(): usize {
  return __heap_base;
}

/** Scratch memory that is enough for every tile encoder. */
export function scratchBytes(): usize {
  const rects = max(CONTENT_SCRATCH_BYTES, RRE_SCRATCH_BYTES);
  const tiles = max(max(HEXTILE_SCRATCH_BYTES, ZYWRLE_SCRATCH_BYTES), max(rects, TRLE_SCRATCH_BYTES));
  return max(tiles, max(TIGHT_SCRATCH_BYTES, max(PNG_SCRATCH_BYTES, JPEG_SCRATCH_BYTES)));
}
