/** VGA mode 3: 80x25 characters of 9x16 dots, 16 colours, through the registers. */

import { FONT_8X16, FONT_HEIGHT } from "../font_table.ts";
import type { GuestMachine } from "./hardware.ts";
import { VgaPort } from "./ports.ts";
import { disableVbe, writePaletteEntry } from "./vbe.ts";

/** 720x400, 28 MHz clock, colour addresses. */
const MISC_OUTPUT = 0x67;
const SEQUENCER: readonly number[] = [0x03, 0x00, 0x03, 0x00, 0x02];
const CRTC: readonly number[] = [
  [0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f],
  [0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00],
  [0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3],
  [0xff],
].flat();
const GRAPHICS: readonly number[] = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff];
/** Sixteen colours, then line graphics without blinking: all sixteen serve as background. */
const ATTRIBUTE: readonly number[] = [
  [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07],
  [0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f],
  [0x04, 0x00, 0x0f, 0x08, 0x00],
].flat();
/** Attribute index bit that shows the picture. */
const SHOW_PICTURE = 0x20;

/** Where fonts are loaded, and the bytes from one glyph to the next there. */
const FONT_WINDOW = 0xa0000;
const FONT_STRIDE_BYTES = 32;

/** Pixels of the mode. */
export const TEXT_MODE_WIDTH = 720;
/** Pixels of the mode. */
export const TEXT_MODE_HEIGHT = 400;

/** The sixteen colours of text as [red, green, blue]; brown is the dark yellow of every PC screen. */
export const TEXT_PALETTE: readonly (readonly [number, number, number])[] = Array.from(
  { length: 16 },
  (_, colour) => colour === 6 ? [0xaa, 0x55, 0x00] : rgbOfBits(colour),
);

/** Programs mode 3, the palette and the font. What the text memory holds stays. */
export function enterTextMode(machine: GuestMachine): void {
  disableVbe(machine);
  const { io } = machine;
  io.outb(VgaPort.MiscOutput, MISC_OUTPUT);
  writeIndexed(machine, VgaPort.Sequencer, SEQUENCER);
  writeCrtc(machine);
  writeIndexed(machine, VgaPort.Graphics, GRAPHICS);
  writeAttributes(machine);
  writePalette(machine);
  loadFont(machine);
}

/** Loads 256 glyphs of 16 rows into plane 2, then makes the planes text memory again. */
export function loadFont(machine: GuestMachine, font: Uint8Array = FONT_8X16): void {
  openFontPlane(machine);
  for (let glyph = 0; glyph < 256; glyph++) {
    for (let row = 0; row < FONT_HEIGHT; row++) {
      machine.legacyMemory.write8(FONT_WINDOW + glyph * FONT_STRIDE_BYTES + row, font[glyph * FONT_HEIGHT + row] ?? 0);
    }
  }
  closeFontPlane(machine);
}

/** Only plane 2 is written, address by address, through 64 KiB from A0000. */
function openFontPlane(machine: GuestMachine): void {
  writeRegister(machine, VgaPort.Sequencer, 2, 0x04);
  writeRegister(machine, VgaPort.Sequencer, 4, 0x07);
  writeRegister(machine, VgaPort.Graphics, 4, 0x02);
  writeRegister(machine, VgaPort.Graphics, 5, 0x00);
  writeRegister(machine, VgaPort.Graphics, 6, 0x04);
}

function closeFontPlane(machine: GuestMachine): void {
  writeRegister(machine, VgaPort.Sequencer, 2, SEQUENCER[2]!);
  writeRegister(machine, VgaPort.Sequencer, 4, SEQUENCER[4]!);
  writeRegister(machine, VgaPort.Graphics, 4, GRAPHICS[4]!);
  writeRegister(machine, VgaPort.Graphics, 5, GRAPHICS[5]!);
  writeRegister(machine, VgaPort.Graphics, 6, GRAPHICS[6]!);
}

/** Registers 0-7 are locked by bit 7 of register 17. */
function writeCrtc(machine: GuestMachine): void {
  writeRegister(machine, VgaPort.Crtc, 0x11, 0x0e);
  writeIndexed(machine, VgaPort.Crtc, CRTC);
}

function writeAttributes(machine: GuestMachine): void {
  machine.io.inb(VgaPort.InputStatus1);
  for (const [index, value] of ATTRIBUTE.entries()) {
    machine.io.outb(VgaPort.AttributeController, index);
    machine.io.outb(VgaPort.AttributeController, value);
  }
  machine.io.outb(VgaPort.AttributeController, SHOW_PICTURE);
}

/** The 64 colours of EGA, which the attribute controller picks sixteen from. */
function writePalette(machine: GuestMachine): void {
  machine.io.outb(VgaPort.DacMask, 0xff);
  for (let index = 0; index < 64; index++) {
    const component = (primary: number): number => (index >> primary & 1) * 0xaa + (index >> (primary + 3) & 1) * 0x55;
    writePaletteEntry(machine, index, component(2), component(1), component(0));
  }
}

/** A text colour from its bits: blue, green, red, bright. */
function rgbOfBits(colour: number): [number, number, number] {
  const base = colour & 8 ? 0x55 : 0;
  const component = (bit: number): number => base + (colour >> bit & 1) * 0xaa;
  return [component(2), component(1), component(0)];
}

function writeIndexed(machine: GuestMachine, port: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) writeRegister(machine, port, index, value);
}

function writeRegister(machine: GuestMachine, indexPort: number, index: number, value: number): void {
  machine.io.outb(indexPort, index);
  machine.io.outb(indexPort + 1, value);
}
