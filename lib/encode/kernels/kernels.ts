/** The kernels: AssemblyScript functions that work on pixels in shared memory. */

/** Where an allocator may start: the module's own data lies below. */
export const KERNEL_RESERVED_BYTES = 1024;

/** Bytes behind an output that a kernel may overwrite. */
export const KERNEL_SLACK_BYTES = 64;

/** A kernel that reads a rect of a surface once and writes it in some encoding; returns the number of bytes. */
export type EncodeKernel = (
  conversionPointer: number,
  surfacePointer: number,
  strideBytes: number,
  width: number,
  height: number,
  scratchPointer: number,
  outputPointer: number,
) => number;

/**
 * What `encodeZrle` and `encodeZywrle` leave behind, in u32s: the number of segments, that of tiles with a loss, and for
 * each segment its end in the output and the bytes of its pixels, 1 when it is not plain pixels.
 */
export const ZrleSegments = { maxCount: 127, firstIndex: 2 } as const;

/**
 * What `encodeTight` leaves behind, in u32s: the number of rects and, from `firstIndex` on, `words` for each rect: x, y,
 * width and height in the part, its {@link TightFilter}, the colours of its palette and the end of its bytes in the
 * output: palette, then pixels.
 */
export const TightRects = { firstIndex: 8, words: 7, filterIndex: 4, tileSide: 32 } as const;

/**
 * What `analyseCells` says in the highest byte of a cell; a solid one's colour B,G,R is below. Pixels of noise are
 * hardly ever like the one before.
 */
export const CellKind = { fewColours: 0, solid: 1, manyColours: 2, noise: 3 } as const;

/** How a rect of `encodeTight` is written. */
export const TightFilter = { fill: 0, mono: 1, palette: 2, copy: 3, gradient: 4, jpeg: 5 } as const;

/** The functions of the module. Every pointer and stride is in bytes, in the memory the kernels were made for. */
export interface Kernels {
  /**
   * For each set bit of the guest map: clears it and compares the block of 16 pixels (the last one of a row may be
   * shorter). A block that differs in B, G or R is copied to the server surface, its X bytes zero, and its bit set in
   * the changed map. Bit k of row y is bit (k & 31) of the little-endian u32 k >> 5 of the row; rows of both maps are
   * `mapStrideBytes` apart, a multiple of 8. Returns the number of changed blocks.
   */
  compareSurfaces(
    guestPointer: number,
    guestStrideBytes: number,
    serverPointer: number,
    serverStrideBytes: number,
    width: number,
    height: number,
    guestMapPointer: number,
    changedMapPointer: number,
    mapStrideBytes: number,
  ): number;
  /**
   * Writes the wire bytes of a rect whose first pixel is at `surfacePointer`, row by row. The conversion is that of
   * lib/encode/pixel_conversion.ts. Returns the number of bytes; up to {@link KERNEL_SLACK_BYTES} more are overwritten.
   */
  encodeRaw: EncodeKernel;
  /** The same for the tiles of a Hextile rect: at most a byte a tile and the wire bytes of its pixels. */
  encodeHextile: EncodeKernel;
  /**
   * The same for the tiles of a ZRLE rect, before zlib: at most a byte a tile and the wire bytes of its pixels. Leaves
   * {@link ZrleSegments} at the start of the scratch memory.
   */
  encodeZrle: EncodeKernel;
  /**
   * The same for the tiles of a ZYWRLE rect, for a client that takes a raw tile for `depth` levels of coefficients, 1 to
   * 3; when not `isLossy` there are none. The layout is that of lib/encode/zywrle.ts. At most two bytes a tile and for
   * each pixel its wire bytes, 2 or 3, and one more.
   */
  encodeZywrle(
    ...parameters: [...Parameters<EncodeKernel>, depth: number, isLossy: boolean, layout: number, bigEndian: boolean]
  ): number;
  /** The same for the tiles of a TRLE rect: at most a byte a tile and the wire bytes of its pixels. */
  encodeTrle: EncodeKernel;
  /**
   * The same for an RRE rect of at most 4096 pixels, or its Raw pixels where those are fewer bytes. Leaves 1 for Raw, 0
   * for RRE in the first u32 of the scratch memory.
   */
  encodeRre: EncodeKernel;
  /** The same for a CoRRE rect of at most 4096 pixels, 255 a side. */
  encodeCorre: EncodeKernel;
  /**
   * The same for the rects that a part becomes in Tight, before zlib: at most a byte a tile and the wire bytes of its
   * pixels. Pixels of three bytes are 8 bits each of red, green, blue. Leaves {@link TightRects} at the start of the
   * scratch memory.
   */
  encodeTight: EncodeKernel;
  /**
   * The same for a whole JPEG; in place of a conversion it takes the tables of lib/encode/jpeg_tables.ts. Returns 0 when
   * it is more bytes than the pixels of the largest part are.
   */
  encodeJpeg: EncodeKernel;
  /**
   * Writes rows of a PNG into the scratch memory, from `pngRowsOffset()` on: each a filter's number and `rowBytes`
   * bytes, not filtered; or, when `isAdaptive`, pixels of three bytes behind the filter that leaves the smallest
   * differences. Returns the number of bytes. What encoders left in the scratch memory is gone then.
   */
  pngRows(fromPointer: number, rowBytes: number, height: number, isAdaptive: boolean, scratchPointer: number): number;
  /** The same, without a filter, for palette indices of one byte, packed into `bits`: 2 or 4. */
  pngIndexRows(fromPointer: number, width: number, height: number, bits: number, scratchPointer: number): number;
  /** Where those rows begin in the scratch memory. */
  pngRowsOffset(): number;
  /** The Adler-32 checksum of bytes, as the signed number of its 32 bits. */
  adler32(pointer: number, byteLength: number): number;
  /** Writes a {@link CellKind} for each cell of 64x64 pixels of a rect of any size, row by row: a u32 each. */
  analyseCells: EncodeKernel;
  /** 1 when most pixels of the rect differ from the one at their right, else 0. Writes nothing. */
  isGrainyRect: EncodeKernel;
  /**
   * The mean square of the differences between neighbours in a rect, as the signed number of its 32 bits: -1 when it is
   * flat or a drawing. Writes nothing.
   */
  smoothnessError: EncodeKernel;
  /** Makes memory of `deflateWorkBytes()` ready to deflate in, for any number of streams one after the other. */
  openDeflate(workPointer: number): void;
  /** Starts a stream in `deflateStreamBytes()` of memory: what comes next needs nothing that came before. */
  resetDeflate(streamPointer: number): void;
  /**
   * Compresses the input, which lies at `deflateInputOffset()` of the work memory, and flushes: a decoder can have all
   * of it. The segments lie at `deflateSegmentsOffset()`: u32s, an end in the input and the bytes of a pixel (1 to 4)
   * for each. Returns the number of bytes at `deflateOutputOffset()`: no more than stored blocks would be.
   */
  deflate(workPointer: number, streamPointer: number, segments: number, level: number): number;
  /**
   * Writes the rects that `encodeTight` has found as they go on the wire, but for those left to JPEG: headers, palettes
   * and deflated pixels, whose slots have to be there for every filter but a fill. The bytes of `encodeTight` lie at
   * `deflateInputOffset()` of the work memory and are lost; the part is that of lib/encode/tight_streams.ts. Returns the
   * number of bytes at `deflateOutputOffset()`.
   */
  writeTightRects(workPointer: number, partPointer: number): number;
  /** Bytes of the work memory. */
  deflateWorkBytes(): number;
  /** Bytes of a stream; its address is a multiple of 64. */
  deflateStreamBytes(): number;
  /** Where the input goes in the work memory. */
  deflateInputOffset(): number;
  /** Where the output is in the work memory. */
  deflateOutputOffset(): number;
  /** Where the segments go in the work memory. */
  deflateSegmentsOffset(): number;
  /** Input that one call takes. */
  maxDeflateBytes(): number;
  /** Segments that one call takes. */
  maxDeflateSegments(): number;
  /** Bytes of scratch memory that every {@link EncodeKernel} gets. */
  scratchBytes(): number;
  /** Where the module's own data ends: at most {@link KERNEL_RESERVED_BYTES}. */
  dataEndBytes(): number;
}

let compiledModule: WebAssembly.Module | undefined;

/** The kernels over a shared memory. Any number of instances, in any number of threads, may work on one memory. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  // The name does not end in .wasm: `deno compile` would resolve an included .wasm as a module.
  compiledModule ??= new WebAssembly.Module(Deno.readFileSync(new URL("./kernels.wasm.bin", import.meta.url)));
  const instance = new WebAssembly.Instance(compiledModule, { env: { memory } });
  return instance.exports as unknown as Kernels;
}
