/** Driver of the absolute tablet. */

import { ABSOLUTE_MAX } from "../../machine/input_device.ts";
import { IrqLine } from "../../machine/interrupt_lines.ts";
import { TABLET_ID, TabletRegister } from "../../machine/tablet.ts";
import type { GuestMachine } from "./hardware.ts";
import { TabletPort } from "./ports.ts";

const CONTROL_ENABLE = 1;

/** A position 0…{@link ABSOLUTE_MAX} on both axes and the buttons that are down. */
export interface TabletEvent {
  readonly x: number;
  readonly y: number;
  readonly buttons: number;
}

/** Whether the machine has a tablet. */
export function probeTablet(machine: GuestMachine): boolean {
  return readTablet(machine, TabletRegister.Id) === TABLET_ID;
}

/** Switches the tablet on and hands over its events. Returns how to stop. */
export function startTablet(machine: GuestMachine, onEvent: (event: TabletEvent) => void): () => void {
  const stop = machine.interrupts.onInterrupt(IrqLine.Tablet, () => {
    while (readTablet(machine, TabletRegister.Status) > 0) onEvent(takeEvent(machine));
  });
  writeTablet(machine, TabletRegister.Control, CONTROL_ENABLE);
  return stop;
}

/** The pixel a tablet coordinate means on an axis of `size` pixels. */
export function tabletToPixel(coordinate: number, size: number): number {
  return Math.min(size - 1, Math.ceil(coordinate * size / ABSOLUTE_MAX));
}

function takeEvent(machine: GuestMachine): TabletEvent {
  const event = {
    x: readTablet(machine, TabletRegister.X),
    y: readTablet(machine, TabletRegister.Y),
    buttons: readTablet(machine, TabletRegister.Buttons),
  };
  writeTablet(machine, TabletRegister.Next, 1);
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
