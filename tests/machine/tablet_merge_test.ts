import assert from "node:assert/strict";
import fc from "fast-check";
import { InterruptLines } from "../../lib/machine/interrupt_lines.ts";
import { IoBus } from "../../lib/machine/io_bus.ts";
import { Tablet } from "../../lib/machine/tablet.ts";

const INDEX = 0x1e0;
const DATA = 0x1e2;

interface TabletState {
  readonly x: number;
  readonly y: number;
  readonly buttons: number;
}

function enabledTablet(): { io: IoBus; tablet: Tablet } {
  const io = new IoBus();
  const tablet = new Tablet(new InterruptLines(), () => {});
  tablet.attach(io);
  io.outw(INDEX, 1);
  io.outw(DATA, 1);
  return { io, tablet };
}

function readRegister(io: IoBus, index: number): number {
  io.outw(INDEX, index);
  return io.inw(DATA);
}

/** Everything that waits, as a guest reads it. */
function drain(io: IoBus): TabletState[] {
  const events: TabletState[] = [];
  while (readRegister(io, 2) > 0) {
    events.push({ x: readRegister(io, 3), y: readRegister(io, 4), buttons: readRegister(io, 5) });
    io.outw(INDEX, 6);
    io.outw(DATA, 1);
  }
  return events;
}

/** Where buttons change, and the last of all. */
function clicks(events: readonly TabletState[]): TabletState[] {
  return events.filter((event, i) => event.buttons !== (events[i - 1]?.buttons ?? 0) || i === events.length - 1);
}

Deno.test("a press keeps its position however much motion follows before the guest looks", () => {
  const { io, tablet } = enabledTablet();
  tablet.putAbsolute(100, 200, 0);
  tablet.putAbsolute(100, 200, 1);
  for (let i = 1; i <= 50; i++) tablet.putAbsolute(100 + i, 200 + i, 1);
  tablet.putAbsolute(150, 250, 0);
  tablet.putAbsolute(7, 8, 0);
  assert.deepEqual(drain(io), [
    { x: 100, y: 200, buttons: 0 },
    { x: 100, y: 200, buttons: 1 },
    { x: 150, y: 250, buttons: 1 },
    { x: 150, y: 250, buttons: 0 },
    { x: 7, y: 8, buttons: 0 },
  ]);
});

Deno.test("merging loses no place where a button changed and not the last position", () => {
  const anyEvent = fc.record({ x: fc.nat(0x7fff), y: fc.nat(0x7fff), buttons: fc.nat(3) }, { noNullPrototype: true });
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
    const { io, tablet } = enabledTablet();
    for (const { x, y, buttons } of events) tablet.putAbsolute(x, y, buttons);
    assert.deepEqual(clicks(drain(io)), clicks(events));
  }));
});
