/** The glyphs that are geometry: box lines, blocks and shades. */

/** Lines that leave the middle of a box glyph: 0 none, 1 single, 2 double. */
interface Arms {
  readonly up: number;
  readonly right: number;
  readonly down: number;
  readonly left: number;
}

/** Each box character with the lines that leave it upwards, to the right, down and to the left. */
const BOX_ARMS = "│1010 ┤1011 ╡1012 ╢2021 ╖0021 ╕0012 ╣2022 ║2020 ╗0022 ╝2002 ╜2001 ╛1002 ┐0011 └1100 ┴1101 ┬0111 " +
  "├1110 ─0101 ┼1111 ╞1210 ╟2120 ╚2200 ╔0220 ╩2202 ╦0222 ╠2220 ═0202 ╬2222 ╧1202 ╨2101 ╤0212 ╥0121 " +
  "╙2100 ╘1200 ╒0210 ╓0120 ╫2121 ╪1212 ┘1001 ┌0110";

/** Columns of the vertical lines: a single one, and the outer edges and the gap of a double one. */
const VERTICAL = { first: 3, last: 4, outerFirst: 1, outerLast: 6 };
/** Rows of the horizontal lines. */
const HORIZONTAL = { first: 7, last: 7, outerFirst: 6, outerLast: 8 };

type Axis = typeof VERTICAL;

/** Sixteen rows of eight dots, the leftmost in bit 7, painted by rectangle. */
class Dots {
  readonly rows: Uint8Array = new Uint8Array(16);

  paint(left: number, top: number, right: number, bottom: number, ink: boolean): void {
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const bit = 0x80 >> x;
        this.rows[y] = ink ? this.rows[y]! | bit : this.rows[y]! & ~bit;
      }
    }
  }
}

/** The glyphs 0xB0…0xDF as [character, 16 rows]. */
export function lineGlyphs(): [string, Uint8Array][] {
  const boxes = BOX_ARMS.split(" ").map((entry): [string, Uint8Array] => [entry.charAt(0), boxGlyph(parseArms(entry))]);
  return [...boxes, ...blockGlyphs(), ...shadeGlyphs()];
}

function parseArms(entry: string): Arms {
  const [up, right, down, left] = [...entry.slice(1)].map(Number);
  return { up: up ?? 0, right: right ?? 0, down: down ?? 0, left: left ?? 0 };
}

/** Double arms first, as bands whose gap is cut out again; single arms then meet them. */
function boxGlyph(arms: Arms): Uint8Array {
  const dots = new Dots();
  paintBands(dots, arms);
  cutGaps(dots, arms);
  paintSingles(dots, arms);
  return dots.rows;
}

/** How far the lines of an axis spread where the other axis crosses them. */
function spread(axis: Axis, first: number, second: number): { near: number; far: number } {
  const double = first === 2 || second === 2;
  return double ? { near: axis.outerFirst, far: axis.outerLast } : { near: axis.first, far: axis.last };
}

function paintBands(dots: Dots, arms: Arms): void {
  const columns = spread(VERTICAL, arms.up, arms.down);
  const rows = spread(HORIZONTAL, arms.left, arms.right);
  const { outerFirst: left, outerLast: right } = VERTICAL;
  const { outerFirst: top, outerLast: bottom } = HORIZONTAL;
  if (arms.up === 2) dots.paint(left, 0, right, rows.far, true);
  if (arms.down === 2) dots.paint(left, rows.near, right, 15, true);
  if (arms.left === 2) dots.paint(0, top, columns.far, bottom, true);
  if (arms.right === 2) dots.paint(columns.near, top, 7, bottom, true);
}

function cutGaps(dots: Dots, arms: Arms): void {
  const rows = spread(HORIZONTAL, arms.left, arms.right);
  const columns = spread(VERTICAL, arms.up, arms.down);
  const { first: left, last: right } = VERTICAL;
  const { first: top, last: bottom } = HORIZONTAL;
  if (arms.up === 2) dots.paint(left, 0, right, gapEnd(arms.down, rows.far), false);
  if (arms.down === 2) dots.paint(left, gapStart(arms.up, rows.near), right, 15, false);
  if (arms.left === 2) dots.paint(0, top, gapEnd(arms.right, columns.far, 2), bottom, false);
  if (arms.right === 2) dots.paint(gapStart(arms.left, columns.near, 2), top, 7, bottom, false);
}

/** Where a gap that comes from the low side ends: it runs into the opposite gap, else stops before the far line. */
function gapEnd(opposite: number, far: number, thickness = 1): number {
  return opposite === 2 ? far : far - thickness;
}

/** The same for a gap that comes from the high side. */
function gapStart(opposite: number, near: number, thickness = 1): number {
  return opposite === 2 ? near : near + thickness;
}

function paintSingles(dots: Dots, arms: Arms): void {
  const rows = meeting(
    spread(HORIZONTAL, arms.left, arms.right),
    arms.left === 2 && arms.right === 2,
    arms.up,
    arms.down,
  );
  const columns = meeting(
    spread(VERTICAL, arms.up, arms.down),
    arms.up === 2 && arms.down === 2,
    arms.left,
    arms.right,
  );
  const { first: left, last: right } = VERTICAL;
  const { first: top, last: bottom } = HORIZONTAL;
  if (arms.up === 1) dots.paint(left, 0, right, rows.lowEnd, true);
  if (arms.down === 1) dots.paint(left, rows.highStart, right, 15, true);
  if (arms.left === 1) dots.paint(0, top, columns.lowEnd, bottom, true);
  if (arms.right === 1) dots.paint(columns.highStart, top, 7, bottom, true);
}

/** A single line stops at the near line of an unbroken double one, unless it goes on behind it. */
function meeting(
  across: { near: number; far: number },
  unbroken: boolean,
  low: number,
  high: number,
): { lowEnd: number; highStart: number } {
  const stops = unbroken && !(low === 1 && high === 1);
  return stops ? { lowEnd: across.near, highStart: across.far } : { lowEnd: across.far, highStart: across.near };
}

function blockGlyphs(): [string, Uint8Array][] {
  const areas: [string, number, number, number, number][] = [
    ["█", 0, 0, 7, 15],
    ["▄", 0, 8, 7, 15],
    ["▌", 0, 0, 3, 15],
    ["▐", 4, 0, 7, 15],
    ["▀", 0, 0, 7, 7],
  ];
  return areas.map(([character, left, top, right, bottom]) => {
    const dots = new Dots();
    dots.paint(left, top, right, bottom, true);
    return [character, dots.rows];
  });
}

/** A quarter, a half and three quarters of the dots, in patterns that join with their neighbours. */
function shadeGlyphs(): [string, Uint8Array][] {
  const patterns: [string, number, number][] = [["░", 0x22, 0x88], ["▒", 0x55, 0xaa], ["▓", 0xdd, 0x77]];
  return patterns.map(([character, even, odd]) => [
    character,
    Uint8Array.from({ length: 16 }, (_, row) => row % 2 === 0 ? even : odd),
  ]);
}
