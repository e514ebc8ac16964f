/** From keysyms to keys: what a client's keysym means on the guest's keyboard. */

import { EN_US_DEAD_KEYS, EN_US_ROWS } from "./en_us_table.ts";
import { ISO_LEFT_TAB, NAMED_KEYS, NUM_LOCK_KEYS } from "./keysym_table.ts";

/** How a keysym is typed. A property that is absent does not matter. */
export interface KeyBinding {
  /** XT scancode, 0x80 added for an E0 prefix. */
  readonly keycode: number;
  /** Whether Shift has to be down; for a letter: while CapsLock is off. */
  readonly shift?: boolean;
  /** CapsLock turns Shift around for this key. */
  readonly isLetter?: boolean;
  /** Whether NumLock has to be on. */
  readonly numLock?: boolean;
}

/** The names of the layouts there are. */
export const LAYOUT_NAMES = ["en-us"] as const;

/** One of {@link LAYOUT_NAMES}. */
export type LayoutName = typeof LAYOUT_NAMES[number];

const SPACE_KEYCODE = 0x39;
/** Keysyms from here on are a Unicode character plus this [X11 protocol, appendix A]. */
const UNICODE_KEYSYM = 0x0100_0000;
const MAX_LATIN_1 = 0xff;

/** A layout of the guest's keyboard. */
export class KeyboardLayout {
  /** What it is called on the command line. */
  readonly name: LayoutName;
  readonly #bindings: ReadonlyMap<number, KeyBinding>;

  /** The layout of that name. */
  constructor(name: LayoutName = "en-us") {
    this.name = name;
    this.#bindings = new Map([...namedBindings(), ...characterBindings(), ...deadKeyBindings()]);
  }

  /** How a keysym is typed, or undefined when this keyboard has no key for it. Latin-1 may come as Unicode keysyms. */
  lookup(keysym: number): KeyBinding | undefined {
    const character = keysym - UNICODE_KEYSYM;
    const isLatin1 = character >= 0x20 && character <= MAX_LATIN_1;
    return this.#bindings.get(isLatin1 ? character : keysym);
  }
}

function* namedBindings(): Generator<[number, KeyBinding]> {
  for (const [, keysym, keycode] of NAMED_KEYS) {
    yield [keysym, keysym === ISO_LEFT_TAB ? { keycode, shift: true } : { keycode }];
  }
  for (const [, digit, , motion, keycode] of NUM_LOCK_KEYS) {
    yield [digit, { keycode, numLock: true }];
    yield [motion, { keycode, numLock: false }];
  }
}

function* characterBindings(): Generator<[number, KeyBinding]> {
  yield [0x20, { keycode: SPACE_KEYCODE }];
  for (const [firstKeycode, plain, shifted] of EN_US_ROWS) {
    for (let i = 0; i < plain.length; i++) {
      const keycode = firstKeycode + i;
      const isLetter = /[a-z]/.test(plain.charAt(i));
      yield [plain.charCodeAt(i), { keycode, shift: false, isLetter }];
      yield [shifted.charCodeAt(i), { keycode, shift: true, isLetter }];
    }
  }
}

function* deadKeyBindings(): Generator<[number, KeyBinding]> {
  const characters = new Map(characterBindings());
  for (const [, keysym, character] of EN_US_DEAD_KEYS) {
    const binding = characters.get(character.charCodeAt(0));
    if (binding !== undefined) yield [keysym, binding];
  }
}
