/** What the pointer driver tells a guest. */

/** Where the pointer is and which buttons are down. */
export interface GuestPointerEvent {
  /** Pixels of the current mode, 0 … width − 1. */
  readonly x: number;
  /** Pixels of the current mode, 0 … height − 1. */
  readonly y: number;
  /** Bits of {@link PointerButton}; a wheel step is one event with its bit set and one without. */
  readonly buttons: number;
}
