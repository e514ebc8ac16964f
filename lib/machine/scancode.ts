/** The bytes a PS/2 keyboard sends when a key goes down or up. */

import { SET1_TO_SET2, SET1_TO_SET3, SET2_TO_SET1 } from "./scancode_table.ts";

/** A scancode set: 2 is what keyboards speak after power-on. */
export type ScancodeSet = 1 | 2 | 3;

/** Keys that change what Print and Pause send. */
export interface Modifiers {
  readonly shift: boolean;
  readonly control: boolean;
  readonly leftAlt: boolean;
  readonly rightAlt: boolean;
}

const EXTENDED = 0xe0;
const RELEASE = 0xf0;
/** XT codes that have sequences of their own. */
const PRINT = 0xb7;
const PAUSE = 0xc6;
/** LANG1 and LANG2 are told only when they go down, as F2 and F1 in sets 1 and 2. */
const LANGUAGE_KEYS: Readonly<Record<number, number>> = { 0x72: 0xf2, 0x71: 0xf1 };

/**
 * The bytes of a key in a set, untranslated. `keycode` is an XT scancode with bit 7 for an E0 prefix. Empty for what a
 * keyboard says nothing about: the release of Pause, a key the set does not have.
 */
export function scancodeBytes(
  set: ScancodeSet,
  keycode: number,
  down: boolean,
  modifiers: Modifiers,
): readonly number[] {
  if (set === 3) return set3Bytes(keycode, down);
  if (keycode === PAUSE) return down ? pauseBytes(set, modifiers) : [];
  if (keycode === PRINT) return printBytes(set, down, modifiers);
  const language = LANGUAGE_KEYS[keycode];
  if (language !== undefined) return down ? [language] : [];
  return keyBytes(set, keycode, down);
}

/** What the controller makes of a keyboard's bytes: set 2 becomes set 1, a release prefix becomes bit 7. */
export function translateToSet1(bytes: readonly number[]): number[] {
  const translated: number[] = [];
  let releaseBit = 0;
  for (const byte of bytes) {
    if (byte === RELEASE) {
      releaseBit = 0x80;
      continue;
    }
    translated.push(SET2_TO_SET1[byte]! | releaseBit);
    releaseBit = 0;
  }
  return translated;
}

function keyBytes(set: 1 | 2, keycode: number, down: boolean): number[] {
  const code = keycode & 0x7f;
  if (code === 0) return [];
  const prefix = (keycode & 0x80) !== 0 ? [EXTENDED] : [];
  if (set === 1) return [...prefix, down ? code : code | 0x80];
  return down ? [...prefix, SET1_TO_SET2[code]!] : [...prefix, RELEASE, SET1_TO_SET2[code]!];
}

function set3Bytes(keycode: number, down: boolean): number[] {
  const code = SET1_TO_SET3.get(keycode);
  if (code === undefined) return [];
  return down ? [code] : [RELEASE, code];
}

/** Pause comes and goes in one sequence; with Ctrl it is Break. */
function pauseBytes(set: 1 | 2, { control }: Modifiers): readonly number[] {
  if (set === 1) return control ? [0xe0, 0x46, 0xe0, 0xc6] : [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5];
  return control ? [0xe0, 0x7e, 0xe0, 0xf0, 0x7e] : [0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77];
}

/** Print pretends that Shift is pressed with it, unless it or Ctrl is; with Alt it is SysRq between Alts. */
function printBytes(set: 1 | 2, down: boolean, modifiers: Modifiers): readonly number[] {
  const { shift, control, leftAlt, rightAlt } = modifiers;
  if (leftAlt) return sysRqBytes(set, down, []);
  if (rightAlt) return sysRqBytes(set, down, [EXTENDED]);
  const print = keyBytes(set, 0xb7, down);
  if (shift || control) return print;
  const fakeShift = keyBytes(set, 0xaa, down);
  return down ? [...fakeShift, ...print] : [...print, ...fakeShift];
}

function sysRqBytes(set: 1 | 2, down: boolean, prefix: readonly number[]): readonly number[] {
  const alt = prefix.length > 0 ? 0xb8 : 0x38;
  const around = [...keyBytes(set, alt, false), ...keyBytes(set, alt, true)];
  const sysRq = keyBytes(set, 0x54, down);
  return down ? [...around, ...sysRq] : [...sysRq, ...around];
}
