/** Painting one character cell: dots of a font that lies in plane 2 of video memory. */

/** Bytes of the four planes at one address: plane p of address a lies at 4·a + p of video memory. */
export const PLANES = 4;
/** Addresses of a plane. */
export const PLANE_BYTES = 0x1_0000;
/** Bytes between two characters in the font plane. */
export const GLYPH_BYTES = 32;

/** A surface as words 0x00RRGGBB. */
export interface PixelWords {
  readonly words: Uint32Array;
  readonly strideWords: number;
}

/** How large a cell is and how its ninth dot is found. */
export interface CellShape {
  /** 8, 9 or 16 dots; 16 are 8 drawn double. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** What a glyph is painted with. */
export interface GlyphPaint {
  /** Video memory. */
  readonly memory: Uint8Array;
  /** Where in it the glyph's first line lies. */
  readonly offset: number;
  /** Whether the ninth dot repeats the eighth, as characters do that draw lines. */
  readonly joinsLines: boolean;
  readonly foreground: number;
  readonly background: number;
}

/** Paints a glyph with its upper left dot at word `at`. */
export function paintGlyph(target: PixelWords, at: number, shape: CellShape, paint: GlyphPaint): void {
  const { memory, offset, foreground, background } = paint;
  const dotShift = shape.cellWidth === 16 ? 1 : 0;
  for (let line = 0; line < shape.cellHeight; line++) {
    const bits = memory[offset + line * PLANES]!;
    const dots = (bits << 1) | (paint.joinsLines ? bits & 1 : 0);
    const from = at + line * target.strideWords;
    for (let x = 0; x < shape.cellWidth; x++) {
      target.words[from + x] = ((dots >>> (8 - (x >>> dotShift))) & 1) !== 0 ? foreground : background;
    }
  }
}

/** Paints lines `first` to `last` of a cell in one colour. */
export function paintLines(
  target: PixelWords,
  at: number,
  width: number,
  first: number,
  last: number,
  colour: number,
): void {
  for (let line = first; line <= last; line++) {
    const from = at + line * target.strideWords;
    target.words.fill(colour, from, from + width);
  }
}
