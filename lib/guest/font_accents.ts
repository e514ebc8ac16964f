/** The accented letters: a base letter of the font and an accent over or under it. */

type Glyph = Uint8Array;

/** Accents over letters of seven columns, whose middle is column 3, from row 2 down. */
const ACCENTS: Readonly<Record<string, readonly string[]>> = {
  "´": ["....##..", "...##..."],
  "`": ["..##....", "...##..."],
  "^": ["..###...", ".##.##.."],
  "¨": [".##.##..", ".##.##.."],
  "~": [".###.##.", "##.###.."],
  "°": ["..###...", ".##.##..", "..###..."],
  "¸": ["...##...", "....##..", "..###..."],
};

/** The same over the i, whose stem is in columns 3 and 4. */
const ACCENTS_OVER_I: Readonly<Record<string, readonly string[]>> = {
  ...ACCENTS,
  "^": ["..####..", ".##..##."],
  "¨": [".##..##.", ".##..##."],
};

/** Accented letter, base letter, accent. */
const COMPOSED =
  "Çc¸ üu¨ ée´ âa^ äa¨ àa` åa° çc¸ êe^ ëe¨ èe` ïi¨ îi^ ìi` ÄA¨ ÅA° ÉE´ ôo^ öo¨ òo` ûu^ ùu` ÿy¨ ÖO¨ ÜU¨ " +
  "áa´ íi´ óo´ úu´ ñn~ ÑN~";

/** Rows a capital gives up to make room above it: each has its twin beside it. */
const CAPITAL_TWINS: Readonly<Record<string, readonly number[]>> = {
  A: [5, 9],
  E: [4, 9],
  N: [3, 10],
  O: [5, 8],
  U: [5, 8],
};

/** Row a cedilla starts on, just under the line. */
const CEDILLA_ROW = 12;

/** The accented letters as [character, 16 rows], made from the letters `glyphOf` gives. */
export function accentedGlyphs(glyphOf: (character: string) => Glyph): [string, Glyph][] {
  return COMPOSED.split(" ").map((entry) => {
    const [composed, base, accent] = [...entry.normalize("NFC")] as [string, string, string];
    return [composed, compose(glyphOf, composed === "Ç" ? "C" : base, accent)];
  });
}

function compose(glyphOf: (character: string) => Glyph, base: string, accent: string): Glyph {
  const glyph = glyphOf(base).slice();
  if (accent === "¸") return paintRows(glyph, ACCENTS[accent]!, CEDILLA_ROW);
  const capital = CAPITAL_TWINS[base];
  if (capital !== undefined) return paintRows(lowerCapital(glyph, capital), ACCENTS[accent]!, accent === "°" ? 0 : 1);
  if (base === "i") return paintRows(glyph.fill(0, 0, 5), ACCENTS_OVER_I[accent]!, 2);
  return paintRows(glyph, ACCENTS[accent]!, accent === "°" ? 1 : 2);
}

/** The capital without the given rows, still standing on its line. */
function lowerCapital(glyph: Glyph, withoutRows: readonly number[]): Glyph {
  const kept = [...glyph].filter((_, row) => !withoutRows.includes(row));
  return Uint8Array.from([...withoutRows.map(() => 0), ...kept]);
}

function paintRows(glyph: Glyph, rows: readonly string[], top: number): Glyph {
  rows.forEach((row, index) => glyph[top + index] = glyph[top + index]! | parseDots(row));
  return glyph;
}

/** Eight characters, `#` for ink, as one byte with the leftmost in bit 7. */
export function parseDots(row: string): number {
  return [...row].reduce((bits, dot) => bits << 1 | (dot === "#" ? 1 : 0), 0);
}
