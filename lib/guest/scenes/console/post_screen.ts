/** What the machine shows when it is switched on: its name, its memory being tested, its devices. */

import { TEXT_COLUMNS, textAttribute, TextColour } from "../../firmware/text_screen.ts";
import { videoMemoryBytes } from "../../firmware/vbe.ts";
import type { GuestContext } from "../../scene.ts";
import { findDevices } from "./devices.ts";

const BRAND = textAttribute(TextColour.White, TextColour.Blue);
const SUBTITLE = "a machine in a program ";
const VALUE = textAttribute(TextColour.White);
const BLOCK_BYTES = 0x10000;
/** Blocks tested between two pictures of the count, and how long a picture stays. */
const BLOCKS_PER_STEP = 16;
const STEP_MS = 25;
const DEVICE_MS = 40;
const PATTERNS: readonly number[] = [0x55aa55aa, 0xaa55aa55];
const LABEL_COLUMNS = 14;

/** Runs the power-on self test on the screen. */
export async function showPost(guest: GuestContext): Promise<void> {
  const { text } = guest.firmware;
  text.write(` vncd${SUBTITLE.padStart(TEXT_COLUMNS - " vncd".length)}`, BRAND);
  text.write("\n");
  await countMemory(guest);
  for (const device of findDevices(guest)) {
    text.write(device.name.padEnd(LABEL_COLUMNS));
    text.writeLine(device.found, VALUE);
    await guest.sleep(DEVICE_MS);
  }
  text.write("\nType help for the list of commands.\n\n");
}

/** Tests the first word of each 64 KiB block and counts up. */
async function countMemory(guest: GuestContext): Promise<void> {
  const { text } = guest.firmware;
  const blocks = videoMemoryBytes(guest.machine) / BLOCK_BYTES;
  text.write("Video memory".padEnd(LABEL_COLUMNS));
  const column = text.cursorColumn;
  let good = 0;
  while (good < blocks && testBlock(guest, good * BLOCK_BYTES)) {
    good++;
    if (good % BLOCKS_PER_STEP !== 0) continue;
    text.put(column, text.cursorRow, `${good * BLOCK_BYTES / 1024} KiB`, VALUE);
    await guest.sleep(STEP_MS);
  }
  const verdict = good === blocks ? "OK" : `BAD at ${(good * BLOCK_BYTES).toString(16)}`;
  text.writeLine(`${good * BLOCK_BYTES / 1024} KiB ${verdict}`, VALUE);
}

/** Writes and reads back both patterns; what was there comes back. The text screen itself lies in these blocks. */
function testBlock({ machine: { vram } }: GuestContext, offset: number): boolean {
  const before = vram.read32(offset);
  const passed = PATTERNS.every((pattern) => {
    vram.write32(offset, pattern);
    return vram.read32(offset) >>> 0 === pattern >>> 0;
  });
  vram.write32(offset, before);
  return passed;
}
