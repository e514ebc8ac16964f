/** The commands that look at the hardware. */

import { devicePorts, findDevices } from "./devices.ts";
import { videoMemoryBytes } from "../../firmware/vbe.ts";
import type { ConsoleCommand, Session } from "./session.ts";

const LEGACY_START = 0xa0000;
const LEGACY_END = 0xc0000;
const DUMP_ROW_BYTES = 16;
const DUMP_ROWS = 8;

/** Says what memory there is and where. */
export const memCommand: ConsoleCommand = { name: "mem", usage: "", summary: "tell what memory there is", run: runMem };

/** Lists the devices found. */
export const portsCommand: ConsoleCommand = {
  name: "ports",
  usage: "",
  summary: "list the devices and their ports",
  run: runPorts,
};

/** Shows bytes of the legacy window. */
export const dumpCommand: ConsoleCommand = {
  name: "dump",
  usage: "[ADDRESS]",
  summary: "show bytes of a0000 to bffff",
  run: runDump,
};

function runMem({ guest }: Session): void {
  const { text } = guest.firmware;
  const totalKiB = videoMemoryBytes(guest.machine) / 1024;
  text.writeLine(`  a0000-affff  ${"64 KiB".padStart(10)}  legacy window, graphics and fonts`);
  text.writeLine(`  b8000-bffff  ${"32 KiB".padStart(10)}  legacy window, text`);
  text.writeLine(`  linear       ${`${totalKiB} KiB`.padStart(10)}  video memory`);
}

function runPorts({ guest }: Session): void {
  for (const device of findDevices(guest)) {
    guest.firmware.text.writeLine(`  ${devicePorts(device).padEnd(16)} ${device.name.padEnd(10)} ${device.found}`);
  }
}

function runDump({ guest }: Session, [word = "b8000"]: readonly string[]): string | void {
  const start = /^[0-9a-f]{1,6}$/i.test(word) ? parseInt(word, 16) & ~(DUMP_ROW_BYTES - 1) : -1;
  if (start < LEGACY_START || start >= LEGACY_END) return `${word}: addresses are a0000 to bffff`;
  for (let row = 0; row < DUMP_ROWS && start + row * DUMP_ROW_BYTES < LEGACY_END; row++) {
    dumpRow(guest, start + row * DUMP_ROW_BYTES);
  }
}

/** Read before it is written: the row may be the one it is written to. */
function dumpRow({ machine, firmware: { text } }: Session["guest"], address: number): void {
  const bytes = Array.from({ length: DUMP_ROW_BYTES }, (_, index) => machine.legacyMemory.read8(address + index));
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  text.write(`  ${address.toString(16)}  ${hex}  `);
  bytes.forEach((byte, index) => text.putCode(text.cursorColumn + index, text.cursorRow, byte));
  text.write("\n");
}
