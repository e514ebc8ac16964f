/** What a machine lets the input layer press and move. A library user's own display implements it as well. */

/** Buttons of a pointer event, the bits of an RFB PointerEvent mask. */
export const PointerButton = {
  Left: 0x01,
  Middle: 0x02,
  Right: 0x04,
  WheelUp: 0x08,
  WheelDown: 0x10,
  WheelLeft: 0x20,
  WheelRight: 0x40,
} as const;

/** Bits of the keyboard's LED byte, as PS/2 and the QEMU LED extension number them. */
export const LedBit = { ScrollLock: 1, NumLock: 2, CapsLock: 4 } as const;

/** The largest coordinate of an absolute pointer, as the tablets of QEMU use. */
export const ABSOLUTE_MAX = 0x7fff;

/** A machine's keyboard and pointer as the input layer sees them. */
export interface InputDevice {
  /** Presses or releases a key by its XT scancode; keys with an E0 prefix have bit 7 set (0xe0 0x48 is 0xc8). */
  putKeycode(keycode: number, down: boolean): void;
  /** Whether pointer motion is wanted as a position. May change while the guest runs. */
  readonly pointerIsAbsolute: boolean;
  /** Position 0…{@link ABSOLUTE_MAX} on both axes and the buttons that are down. */
  putAbsolute(x: number, y: number, buttonMask: number): void;
  /** Motion in pixels (y down) and the buttons that are down. */
  putRelative(dx: number, dy: number, buttonMask: number): void;
  /** The LED bits the guest has set. */
  readonly ledState: number;
  /** Calls back when the guest changes LEDs or the kind of pointer it wants. Returns how to stop. */
  onChange(listener: () => void): () => void;
}
