/** The keys that the input layer itself has to know. */

/** XT scancodes; 0x80 added for an E0 prefix. */
export const Keycode = {
  CapsLock: 0x3a,
  LeftShift: 0x2a,
  RightShift: 0x36,
  NumLock: 0x45,
  SysRq: 0x54,
  Print: 0xb7,
} as const;

/** Both Shift keys. */
export const SHIFT_KEYCODES: readonly number[] = [Keycode.LeftShift, Keycode.RightShift];

/** Control, Alt and Super: with one of them down a letter is a command, not a character. */
export const COMMAND_KEYCODES: readonly number[] = [0x1d, 0x9d, 0x38, 0xb8, 0xdb, 0xdc];

const EXTENDED = 0x80;
const E0_PREFIX = 0xe000;

/**
 * The keycode of a QEMU extended key event, or undefined when there is no such key. Some clients send the E0 prefix as
 * a byte of its own; Alt+Print has a scancode of its own on a real keyboard, which the keyboard makes, not the client.
 */
export function parseExtendedKeycode(keycode: number): number | undefined {
  const plain = keycode >= E0_PREFIX && keycode <= E0_PREFIX + 0xff ? keycode - E0_PREFIX | EXTENDED : keycode;
  if (plain < 1 || plain > 0xff || plain === EXTENDED) return undefined;
  return plain === Keycode.SysRq ? Keycode.Print : plain;
}
