/** The pointer's shape. */

/** A cursor image; `pixels` are straight (not premultiplied) bytes R,G,B,A, row by row, no padding. */
export interface CursorShape {
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
  readonly pixels: Uint8Array;
}

/** A cursor without a pixel: the client's own pointer is hidden. */
export const HIDDEN_CURSOR: CursorShape = { width: 0, height: 0, hotX: 0, hotY: 0, pixels: new Uint8Array(0) };
