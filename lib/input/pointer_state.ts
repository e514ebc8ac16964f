/** Where the clients' pointers are, and which buttons are down. */

import { ABSOLUTE_MAX, type InputDevice } from "../machine/input_device.ts";

/** What a client that was told of relative motion sends for no motion [QEMU pointer motion change]. */
const RELATIVE_CENTRE = 0x7fff;

interface ClientPointer {
  /** The last position it sent, in pixels; undefined before the first. */
  x: number | undefined;
  y: number | undefined;
  buttonMask: number;
}

/** One PointerEvent as it came. */
export interface PointerInput {
  /** Pixels from the left, or motion. */
  readonly x: number;
  /** Pixels from the top, or motion. */
  readonly y: number;
  /** The buttons the client has down. */
  readonly buttonMask: number;
  /** Of the surface the client sees, in pixels. */
  readonly width: number;
  /** The same, in height. */
  readonly height: number;
  /** Whether the client was told that motion is wanted: x and y are 0x7fff plus the motion then. */
  readonly clientIsRelative: boolean;
}

/** The pointers of all clients. A button is down while any client has it down. */
export class PointerState {
  readonly #device: InputDevice;
  readonly #clients: Map<number, ClientPointer> = new Map();
  /** The last position the device was given. */
  #absoluteX: number = ABSOLUTE_MAX >> 1;
  #absoluteY: number = ABSOLUTE_MAX >> 1;

  /** Nobody points at anything yet. */
  constructor(device: InputDevice) {
    this.#device = device;
  }

  /** Hands a client's event to the device. */
  pointerEvent(client: number, input: PointerInput): void {
    const pointer = this.#pointerOf(client);
    pointer.buttonMask = input.buttonMask;
    if (input.clientIsRelative) this.#putMotion(input.x - RELATIVE_CENTRE, input.y - RELATIVE_CENTRE);
    else this.#putPosition(pointer, input);
  }

  /** Releases the buttons that only this client had down. */
  releaseClient(client: number): void {
    const before = this.#buttonMask;
    this.#clients.delete(client);
    if (this.#buttonMask !== before) this.#putMotion(0, 0);
  }

  /** The buttons any client has down. */
  get #buttonMask(): number {
    let mask = 0;
    for (const pointer of this.#clients.values()) mask |= pointer.buttonMask;
    return mask;
  }

  #pointerOf(client: number): ClientPointer {
    const pointer = this.#clients.get(client) ?? { x: undefined, y: undefined, buttonMask: 0 };
    this.#clients.set(client, pointer);
    return pointer;
  }

  #putPosition(pointer: ClientPointer, { x, y, width, height }: PointerInput): void {
    const dx = x - (pointer.x ?? x);
    const dy = y - (pointer.y ?? y);
    pointer.x = x;
    pointer.y = y;
    if (!this.#device.pointerIsAbsolute) {
      this.#device.putRelative(dx, dy, this.#buttonMask);
      return;
    }
    this.#absoluteX = scaleAxis(x, width);
    this.#absoluteY = scaleAxis(y, height);
    this.#device.putAbsolute(this.#absoluteX, this.#absoluteY, this.#buttonMask);
  }

  /** A motion cannot move a device that has just become absolute; the buttons still count. */
  #putMotion(dx: number, dy: number): void {
    if (this.#device.pointerIsAbsolute) this.#device.putAbsolute(this.#absoluteX, this.#absoluteY, this.#buttonMask);
    else this.#device.putRelative(dx, dy, this.#buttonMask);
  }
}

/** 0 … `size` pixels to 0 … {@link ABSOLUTE_MAX}, rounded down [QEMU qemu_input_scale_axis]. */
function scaleAxis(value: number, size: number): number {
  return Math.floor(Math.min(Math.max(value, 0), size - 1) * ABSOLUTE_MAX / size);
}
