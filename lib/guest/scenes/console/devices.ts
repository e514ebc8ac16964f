/** The devices of the machine, found by asking their ports. */

import { readCursorId } from "../../firmware/pointer_shape.ts";
import { ControllerPort, CursorPort, TabletPort, VbePort, VgaPort } from "../../firmware/ports.ts";
import { probeTablet } from "../../firmware/tablet.ts";
import { probeVbe } from "../../firmware/vbe.ts";
import type { GuestContext } from "../../scene.ts";

/** A device the firmware asked for. */
export interface FoundDevice {
  readonly name: string;
  readonly firstPort: number;
  readonly lastPort: number;
  /** What answered. */
  readonly found: string;
}

const NOT_FOUND = "not found";

/** Asks for each device a console can have. */
export function findDevices({ machine, firmware }: GuestContext): FoundDevice[] {
  const { controller, keyboard } = firmware;
  const { Data, StatusCommand } = ControllerPort;
  const vbe = probeVbe(machine);
  const cursorId = readCursorId(machine);
  const candidates: [name: string, firstPort: number, lastPort: number, found: string | undefined][] = [
    ["Display", 0x3b0, 0x3df, probeVga(machine) ? "VGA, 80x25 text, 16 colours" : undefined],
    ["VBE", VbePort.Index, VbePort.Data, vbe === undefined ? undefined : `Bochs extension ${hex(vbe)}, linear modes`],
    [
      "Pointer",
      CursorPort.Index,
      CursorPort.Data + 3,
      cursorId === 0xffff_ffff ? undefined : `shape device ${hex(cursorId)}`,
    ],
    ["Controller", Data, StatusCommand, controller.selfTestPassed ? "i8042, self test passed" : undefined],
    ["Keyboard", Data, StatusCommand, keyboard.id && `PS/2, id ${keyboard.id.map(hex).join(" ")}`],
    ["Mouse", Data, StatusCommand, controller.testMouse() ? "PS/2, interface test passed" : undefined],
    ["Tablet", TabletPort.Index, TabletPort.Data + 1, probeTablet(machine) ? "absolute positions" : undefined],
  ];
  return candidates.map(([name, firstPort, lastPort, found]) => ({
    name,
    firstPort,
    lastPort,
    found: found ?? NOT_FOUND,
  }));
}

/** A VGA's sequencer remembers which of its registers was asked for. */
function probeVga({ io }: GuestContext["machine"]): boolean {
  return [0, 2].every((index) => {
    io.outb(VgaPort.Sequencer, index);
    return io.inb(VgaPort.Sequencer) === index;
  });
}

/** The range of a device's ports, as `3b0-3df`. */
export function devicePorts(device: FoundDevice): string {
  return `${hex(device.firstPort)}-${hex(device.lastPort)}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}
