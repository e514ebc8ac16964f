/** Driver of the absolute tablet. */

import { ABSOLUTE_MAX } from "../../machine/input_device.ts";
import type { GuestMachine } from "./hardware.ts";
import { Irq, TabletPort } from "./ports.ts";

const TABLET_ID = 0x7ab1;

/** Registers behind {@link TabletPort}. */
const Register = { Id: 0, Control: 1, Status: 2, X: 3, Y: 4, Buttons: 5, Next: 6 } as const;
const CONTROL_ENABLE = 1;

/** A position 0…{@link ABSOLUTE_MAX} on both axes and the buttons that are down. */
export interface TabletEvent {
  readonly x: number;
  readonly y: number;
  readonly buttons: number;
}

/** Whether the machine has a tablet. */
export function probeTablet(machine: GuestMachine): boolean {
  return readTablet(machine, Register.Id) === TABLET_ID;
}

/** Switches the tablet on and hands over its events. Returns how to stop. */
export function startTablet(machine: GuestMachine, onEvent: (event: TabletEvent) => void): () => void {
  const stop = machine.interrupts.onInterrupt(Irq.Tablet, () => {
    while (readTablet(machine, Register.Status) > 0) onEvent(takeEvent(machine));
  });
  writeTablet(machine, Register.Control, CONTROL_ENABLE);
  return stop;
}

/** The pixel a tablet coordinate means on an axis of `size` pixels. */
export function tabletToPixel(coordinate: number, size: number): number {
  return Math.min(size - 1, Math.ceil(coordinate * size / ABSOLUTE_MAX));
}

function takeEvent(machine: GuestMachine): TabletEvent {
  const event = {
    x: readTablet(machine, Register.X),
    y: readTablet(machine, Register.Y),
    buttons: readTablet(machine, Register.Buttons),
  };
  writeTablet(machine, Register.Next, 1);
  return event;
}

function readTablet(machine: GuestMachine, register: number): number {
  machine.io.outw(TabletPort.Index, register);
  return machine.io.inw(TabletPort.Data);
}

function writeTablet(machine: GuestMachine, register: number, value: number): void {
  machine.io.outw(TabletPort.Index, register);
  machine.io.outw(TabletPort.Data, value);
}
