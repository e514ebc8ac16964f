/** The pointer's shape. */

/** A cursor image; `pixels` are straight (not premultiplied) bytes R,G,B,A, row by row, no padding. */
export interface CursorShape {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The pixel that points, from the left. */
  readonly hotX: number;
  /** The pixel that points, from the top. */
  readonly hotY: number;
  /** `width` x `height` pixels of 4 bytes. */
  readonly pixels: Uint8Array;
}

/** A cursor without a pixel: the client's own pointer is hidden. */
export const HIDDEN_CURSOR: CursorShape = { width: 0, height: 0, hotX: 0, hotY: 0, pixels: new Uint8Array(0) };
