/** Driver of the PS/2 mouse: packets of three bytes, or four when it has a wheel. */

import { PointerButton } from "../../machine/input_device.ts";
import type { Ps2Controller } from "./ps2_controller.ts";

const Command = { ReadId: 0xf2, SetRate: 0xf3, Enable: 0xf4, Reset: 0xff } as const;

/** Sample rates that a mouse with a wheel recognises as the question for it. */
const WHEEL_KNOCK: readonly number[] = [200, 100, 80];
const WHEEL_MOUSE_ID = 3;

/** Bits of a packet's first byte. */
const Packet = { Left: 0x01, Right: 0x02, Middle: 0x04, AlwaysSet: 0x08, XNegative: 0x10, YNegative: 0x20 } as const;

/** Motion in counts, y down, the buttons that are down, and wheel steps, down positive. */
export interface MouseEvent {
  readonly dx: number;
  readonly dy: number;
  readonly buttons: number;
  readonly wheel: number;
}

/** Resets the mouse, asks for its wheel and enables it. Returns how to stop; undefined when no mouse answers. */
export function startPs2Mouse(
  controller: Ps2Controller,
  onEvent: (event: MouseEvent) => void,
): (() => void) | undefined {
  controller.enableMouse();
  if (controller.send("mouse", [Command.Reset], 2) === undefined) return undefined;
  for (const rate of WHEEL_KNOCK) controller.send("mouse", [Command.SetRate, rate]);
  const id = controller.send("mouse", [Command.ReadId], 1)?.[0];
  const assembler = new PacketAssembler(id === WHEEL_MOUSE_ID);
  const stop = controller.listen("mouse", (byte) => {
    const event = assembler.add(byte);
    if (event !== undefined) onEvent(event);
  });
  controller.send("mouse", [Command.Enable]);
  return stop;
}

/** Puts packets together; a byte that cannot be a first one is skipped until the stream is in step again. */
export class PacketAssembler {
  readonly #length: number;
  #bytes: number[] = [];

  constructor(hasWheel: boolean) {
    this.#length = hasWheel ? 4 : 3;
  }

  /** Takes one byte; the event when a packet is complete. */
  add(byte: number): MouseEvent | undefined {
    if (this.#bytes.length === 0 && (byte & Packet.AlwaysSet) === 0) return undefined;
    this.#bytes.push(byte);
    if (this.#bytes.length < this.#length) return undefined;
    const [flags, x, y, wheel] = this.#bytes as [number, number, number, number?];
    this.#bytes = [];
    return {
      dx: flags & Packet.XNegative ? x - 256 : x,
      dy: -(flags & Packet.YNegative ? y - 256 : y) + 0,
      buttons: buttonsOf(flags),
      wheel: ((wheel ?? 0) << 24) >> 24,
    };
  }
}

function buttonsOf(flags: number): number {
  return (flags & Packet.Left ? PointerButton.Left : 0) | (flags & Packet.Middle ? PointerButton.Middle : 0) |
    (flags & Packet.Right ? PointerButton.Right : 0);
}
