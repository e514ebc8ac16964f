/** The US keyboard: which key carries which characters. */

/** A row of neighbouring keys: scancode of the first, what they type, what they type with Shift. */
export type LayoutRow = readonly [firstKeycode: number, plain: string, shifted: string];

/** The character keys of the US keyboard (set 1 scancodes run along a row). */
export const EN_US_ROWS: readonly LayoutRow[] = [
  [0x29, "`", "~"],
  [0x02, "1234567890-=", "!@#$%^&*()_+"],
  [0x10, "qwertyuiop[]", "QWERTYUIOP{}"],
  [0x1e, "asdfghjkl;'", 'ASDFGHJKL:"'],
  [0x2b, "\\", "|"],
  [0x2c, "zxcvbnm,./", "ZXCVBNM<>?"],
];

/** Dead keys of other layouts, and the character on this one that comes closest. */
export const EN_US_DEAD_KEYS: readonly (readonly [name: string, keysym: number, character: string])[] = [
  ["dead_grave", 0xfe50, "`"],
  ["dead_acute", 0xfe51, "'"],
  ["dead_circumflex", 0xfe52, "^"],
  ["dead_tilde", 0xfe53, "~"],
  ["dead_diaeresis", 0xfe57, '"'],
];
