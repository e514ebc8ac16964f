/** Code page 437: the characters of the PC's own font, from and to Unicode. */

const CONTROL_GLYPHS = "\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";
const ASCII_GLYPHS = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 0x20 + index)) + "⌂";
const UPPER_GLYPHS = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** The character each of the 256 codes shows; code 0 shows nothing. */
export const CP437_CHARACTERS: readonly string[] = [...CONTROL_GLYPHS, ...ASCII_GLYPHS, ...UPPER_GLYPHS];

/** Characters CP437 has under another Unicode name, and the typographer's marks that have a plain form. */
const ALIASES: Readonly<Record<string, string>> = {
  "μ": "µ",
  "β": "ß",
  "Ω": "Ω",
  "∑": "Σ",
  "∏": "π",
  "ϕ": "φ",
  "ø": "φ",
  "∅": "φ",
  "∈": "ε",
  "–": "-",
  "—": "-",
  "−": "-",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "…": ".",
  "×": "x",
  "©": "c",
  "®": "r",
};

const CODES: ReadonlyMap<string, number> = new Map(CP437_CHARACTERS.map((character, code) => [character, code]));

/**
 * The CP437 code that shows `character`. A letter whose accent CP437 lacks becomes the bare letter, anything else it
 * lacks becomes `?`. The codes 0…31 stand for themselves, so that `"\x10"` is the same as `"►"`.
 */
export function toCp437(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0x3f;
  if (codePoint < 0x20) return codePoint;
  const code = CODES.get(character) ?? CODES.get(ALIASES[character] ?? "");
  if (code !== undefined) return code;
  return CODES.get(character.normalize("NFKD").charAt(0)) ?? 0x3f;
}

/** The character that `code` (0…255) shows; a blank for 0. */
export function fromCp437(code: number): string {
  return code === 0 ? " " : CP437_CHARACTERS[code & 0xff] ?? " ";
}
