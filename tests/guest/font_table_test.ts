import assert from "node:assert/strict";
import { CP437_CHARACTERS } from "../../lib/guest/cp437.ts";
import { FONT_8X16, FONT_HEIGHT, glyphRows } from "../../lib/guest/font_table.ts";

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index));

/** Box characters by the line that leaves them to each side, as Unicode names them. */
const SIDES = {
  right: { single: "─└┌├┴┬┼╟╓╙╥╨╫", double: "═╚╔╠╩╦╬╞╒╘╤╧╪" },
  left: { single: "─┘┐┤┴┬┼╢╖╜╥╨╫", double: "═╝╗╣╩╦╬╡╕╛╤╧╪" },
  up: { single: "│┘└┤├┴┼╡╞╛╘╧╪", double: "║╝╚╣╠╩╬╢╟╜╙╨╫" },
  down: { single: "│┐┌┤├┬┼╡╞╕╒╤╪", double: "║╗╔╣╠╦╬╢╟╖╓╥╫" },
};

function inkAt(character: string, x: number, y: number): boolean {
  return (glyphRows(character)[y]! & (0x80 >> x)) !== 0;
}

/** The dots of a glyph that touch one side of its cell. */
function edgeOf(character: string, side: keyof typeof SIDES): string {
  const along = side === "left" || side === "right" ? 16 : 8;
  const dots = Array.from({ length: along }, (_, index) => {
    if (side === "left" || side === "right") return inkAt(character, side === "left" ? 0 : 7, index);
    return inkAt(character, index, side === "up" ? 0 : 15);
  });
  return dots.map((ink) => ink ? "#" : ".").join("");
}

/** How many pieces the ink of a glyph falls into; dots that touch at a corner belong together. */
function countPieces(character: string): number {
  const seen = new Set<number>();
  let pieces = 0;
  for (let start = 0; start < 128; start++) {
    if (seen.has(start) || !inkAt(character, start % 8, start >> 3)) continue;
    pieces++;
    flood(character, start, seen);
  }
  return pieces;
}

function flood(character: string, start: number, seen: Set<number>): void {
  const open = [start];
  for (let dot = open.pop(); dot !== undefined; dot = open.pop()) {
    if (seen.has(dot)) continue;
    seen.add(dot);
    for (const [dx, dy] of [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]] as const) {
      const [x, y] = [dot % 8 + dx, (dot >> 3) + dy];
      if (x >= 0 && x < 8 && y >= 0 && y < 16 && inkAt(character, x, y)) open.push(y * 8 + x);
    }
  }
}

Deno.test("the font has 256 glyphs of 16 rows", () => {
  assert.equal(FONT_8X16.length, 256 * FONT_HEIGHT);
});

Deno.test("every glyph but the blanks has ink, and no two look the same", () => {
  const byDots = new Map<string, string>();
  for (const [code, character] of CP437_CHARACTERS.entries()) {
    const dots = FONT_8X16.subarray(code * FONT_HEIGHT, (code + 1) * FONT_HEIGHT).join();
    if ([0x00, 0x20, 0xff].includes(code)) {
      assert.ok(/^[0,]*$/.test(dots), `code ${code} is not blank`);
      continue;
    }
    assert.ok(!/^[0,]*$/.test(dots), `${character} is blank`);
    assert.equal(byDots.get(dots), undefined, `${character} looks like ${byDots.get(dots)}`);
    byDots.set(dots, character);
  }
});

Deno.test("letters and digits stand on row 11 and keep the last column free", () => {
  for (const character of PRINTABLE.filter((printable) => /[A-Za-z0-9]/.test(printable))) {
    const rows = glyphRows(character);
    assert.ok(rows[11]! !== 0, `${character} does not reach the line`);
    const allowed = /[A-Z0-9bdfhklt]/.test(character) ? 2 : 5;
    const top = rows.findIndex((row) => row !== 0);
    assert.ok(/[ijt]/.test(character) || top === allowed, `${character} starts on row ${top}`);
    assert.ok(rows.every((row) => (row & 1) === 0 || /[T]/.test(character)), `${character} touches its neighbour`);
  }
});

Deno.test("letters that are easily mixed up differ in more than a few dots", () => {
  for (const pair of ["0O", "1l", "Il", "1I", "8B", "5S", "2Z", "g9", "rn", "uv", "ce", "6G", ".,", ":;", "'`", "(["]) {
    const [first, second] = [...pair].map(glyphRows) as [Uint8Array, Uint8Array];
    let differing = 0;
    for (let row = 0; row < 16; row++) differing += (first[row]! ^ second[row]!).toString(2).replaceAll("0", "").length;
    assert.ok(differing >= (pair === ".," || pair === ":;" ? 4 : 5), `${pair} differ in ${differing} dots`);
  }
});

Deno.test("box lines meet at the edges of their cells", () => {
  for (const side of ["right", "left", "up", "down"] as const) {
    for (const weight of ["single", "double"] as const) {
      const edges = new Set([...SIDES[side][weight]].map((character) => edgeOf(character, side)));
      assert.equal(edges.size, 1, `${weight} lines to the ${side} end differently: ${[...edges].join(" ")}`);
    }
    const others = [..."│─┌┐└┘├┤┬┴┼║═╔╗╚╝╠╣╦╩╬"].filter((character) =>
      !(SIDES[side].single + SIDES[side].double).includes(character)
    );
    for (const character of others) assert.ok(!edgeOf(character, side).includes("#"), `${character} reaches ${side}`);
  }
});

Deno.test("a line that leaves one cell enters the next in the same dots", () => {
  for (const [side, opposite] of [["right", "left"], ["down", "up"]] as const) {
    for (const weight of ["single", "double"] as const) {
      const leaving = edgeOf(SIDES[side][weight].charAt(0), side);
      assert.equal(leaving, edgeOf(SIDES[opposite][weight].charAt(0), opposite));
    }
  }
});

Deno.test("single box lines are one piece and double ones run beside each other", () => {
  for (const character of "│─┌┐└┘├┤┬┴┼╞╡╪╥╨╒╕╘╛╓╖╙╜") assert.equal(countPieces(character), 1, character);
  for (const character of "║═╔╗╚╝╤╧╟╢") assert.equal(countPieces(character), 2, character);
  for (const character of "╠╣╦╩") assert.equal(countPieces(character), 3, character);
  assert.equal(countPieces("╬"), 4);
});

Deno.test("an accented letter keeps the letter below its accent", () => {
  for (const [accented, base] of ["ée", "üu", "ñn", "àa", "ôo", "ÿy"].map((pair) => [...pair] as [string, string])) {
    assert.deepEqual([...glyphRows(accented).subarray(5)], [...glyphRows(base).subarray(5)], accented);
    assert.ok(glyphRows(accented).subarray(0, 4).some((row) => row !== 0), `${accented} has no accent`);
  }
  assert.ok(glyphRows("É").subarray(0, 3).some((row) => row !== 0), "É has no accent");
});

Deno.test("blocks fill the half they are named for", () => {
  assert.ok(glyphRows("█").every((row) => row === 0xff));
  assert.deepEqual([...glyphRows("▀")], [...Array(8).fill(0xff), ...Array(8).fill(0)]);
  assert.deepEqual([...glyphRows("▌")], Array(16).fill(0xf0));
});
