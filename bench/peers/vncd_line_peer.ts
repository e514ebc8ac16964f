/**
 * A display of a still desktop on which lines of text appear: `vncd_line_peer.ts WIDTH HEIGHT`. Prints `READY port`.
 * Obeys lines of stdin: `clock` (prints `CLOCK ms`), `line N` (writes a line of text somewhere), `times` (prints
 * `TIMES ms ms …`, when the damage of each line was reported). Times are those of this process, in milliseconds.
 */

import { Display, serveVnc } from "../../mod.ts";
import { FONT_8X16, FONT_HEIGHT } from "../../lib/guest/font_table.ts";
import { desktopPicture } from "../pictures/desktop.ts";
import { TextLineStream } from "../soak/text_lines.ts";

/** A line of text with its leading. */
const LINE = { width: 200, height: 20 };
const GLYPH_WIDTH = 8;
const PAPER = [0x10, 0x14, 0x1c];
const INK = [0xd8, 0xde, 0xe9];

const [width = 1920, height = 1080] = Deno.args.map(Number);
const display = new Display({ width, height });
const service = await serveVnc(display);
const damagedMs: number[] = [];

function paintDesktop(): void {
  const { rgbx } = desktopPicture(width, height);
  const { pixels, strideBytes } = display;
  for (let at = 0; at < width * height; at++) {
    const to = Math.floor(at / width) * strideBytes + at % width * 4;
    for (const channel of [0, 1, 2]) pixels[to + channel] = rgbx[at * 4 + 2 - channel]!;
  }
  display.update({ x: 0, y: 0, width, height });
}

/** Text of its own in a place of its own: every pixel of the line is painted, most of them change. */
function showLine(number: number): void {
  const text = `${number}: make[${number % 7}]: Entering`.padEnd(LINE.width / GLYPH_WIDTH);
  const left = number * 211 % (width - LINE.width);
  const top = number * 97 % (height - LINE.height);
  const { pixels, strideBytes } = display;
  for (let y = 0; y < LINE.height; y++) {
    for (let x = 0; x < LINE.width; x++) {
      const row = y < FONT_HEIGHT ? FONT_8X16[text.charCodeAt(x >> 3) * FONT_HEIGHT + y]! : 0;
      pixels.set(row & (0x80 >> (x & 7)) ? INK : PAPER, (top + y) * strideBytes + (left + x) * 4);
    }
  }
  damagedMs.push(performance.now());
  display.update({ x: left, y: top, ...LINE });
}

function obey(line: string): void {
  const [command, argument] = line.split(" ");
  if (command === "clock") console.log(`CLOCK ${performance.now()}`);
  if (command === "line") showLine(Number(argument));
  if (command === "times") console.log(`TIMES ${damagedMs.splice(0).join(" ")}`);
}

paintDesktop();
console.log(`READY ${service.port}`);
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
for await (const line of lines) obey(line);
await service.stop();
display.close();
