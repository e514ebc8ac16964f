/** Set 1 scancodes, byte by byte, into keys. */

/** A key by its XT scancode, bit 7 standing for the E0 prefix. */
export interface DecodedKey {
  readonly keycode: number;
  readonly down: boolean;
}

/** Pause comes as E1 1D 45, and up as E1 9D C5; with Ctrl as E0 46. */
const PAUSE_KEYCODE = 0xc6;

/** The Shift presses a keyboard makes up around Print and the grey keys: E0 2A, E0 36 and their breaks. */
const FAKE_SHIFTS: readonly number[] = [0x2a, 0x36];

/** Keeps what was seen of a key of several bytes. */
export class ScancodeDecoder {
  #prefix: "none" | "e0" | "e1" | "e1-second" = "none";

  /** Takes one byte from the keyboard; the key when one is complete. */
  decode(byte: number): DecodedKey | undefined {
    if (byte === 0xe0) this.#prefix = "e0";
    else if (byte === 0xe1) this.#prefix = "e1";
    else return this.#decodeCode(byte & 0x7f, byte < 0x80);
    return undefined;
  }

  #decodeCode(code: number, down: boolean): DecodedKey | undefined {
    const prefix = this.#prefix;
    this.#prefix = prefix === "e1" ? "e1-second" : "none";
    if (prefix === "e1") return undefined;
    if (prefix === "e1-second") return { keycode: PAUSE_KEYCODE, down };
    if (prefix === "none") return code === 0 ? undefined : { keycode: code, down };
    return FAKE_SHIFTS.includes(code) ? undefined : { keycode: code | 0x80, down };
  }
}
