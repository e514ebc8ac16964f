/** What the keyboard driver tells a guest. */

/** One key going down (again, when held) or up. */
export interface GuestKeyEvent {
  /** The XT scancode; bit 7 set for keys with an E0 prefix (arrow up is 0xc8). */
  readonly keycode: number;
  /** Whether it went down. */
  readonly down: boolean;
  /** The key was down already: the keyboard repeats it. */
  readonly repeat: boolean;
  /** What the key means, by the words of the DOM's KeyboardEvent.key: "a", "A", "Enter", "ArrowUp", "F1", "Shift". */
  readonly name: string;
  /** The character it types in the US layout; absent for keys that type nothing, and with Ctrl or Alt held. */
  readonly character?: string;
  /** Whether a Shift key is down. */
  readonly shift: boolean;
  /** Whether a Ctrl key is down. */
  readonly control: boolean;
  /** Whether an Alt key is down. */
  readonly alt: boolean;
  /** Whether CapsLock is on. */
  readonly capsLock: boolean;
  /** Whether NumLock is on. */
  readonly numLock: boolean;
}
