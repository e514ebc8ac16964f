/** The commands of the console. */

import { TEXT_COLUMNS, TEXT_ROWS, textAttribute, type TextCursorShape } from "../../firmware/text_screen.ts";
import { dumpCommand, memCommand, portsCommand } from "./hardware_commands.ts";
import { keysCommand } from "./keys_command.ts";
import { modeCommand } from "./mode_command.ts";
import type { ConsoleCommand, Session } from "./session.ts";

const CURSOR_SHAPES: readonly TextCursorShape[] = ["underline", "half", "block", "hidden"];
/** The sixteen colours, by their number. */
const COLOUR_NAMES: readonly string[] = [
  ["black", "blue", "green", "cyan", "red", "magenta", "brown", "lightgrey"],
  ["darkgrey", "lightblue", "lightgreen", "lightcyan", "lightred", "lightmagenta", "yellow", "white"],
].flat();
const REBOOT_DELAY_MS = 300;

const SCREEN_COMMANDS: readonly ConsoleCommand[] = [
  { name: "clear", usage: "", summary: "clear the screen", run: ({ guest }) => guest.firmware.text.clear() },
  { name: "color", usage: "[FG [BG]]", summary: "colour the screen, or show the colours", run: runColor },
  { name: "cursor", usage: CURSOR_SHAPES.join("|"), summary: "shape the cursor", run: runCursor },
  { name: "chars", usage: "", summary: "show the 256 characters", run: runChars },
];

/** All, in the order help lists them. */
export const COMMANDS: readonly ConsoleCommand[] = [
  { name: "help", usage: "[COMMAND]", summary: "list the commands", run: runHelp },
  { name: "ver", usage: "", summary: "say what this is", run: runVer },
  { name: "date", usage: "", summary: "tell the date and time", run: runDate },
  { name: "uptime", usage: "", summary: "tell for how long the prompt has been up", run: runUptime },
  { name: "echo", usage: "[TEXT]", summary: "write text", run: runEcho },
  { name: "history", usage: "", summary: "list the lines typed before", run: runHistory },
  ...SCREEN_COMMANDS,
  modeCommand,
  keysCommand,
  memCommand,
  portsCommand,
  dumpCommand,
  { name: "reboot", usage: "", summary: "reset the machine", run: runReboot },
];

function runHelp({ guest, commands }: Session, [name]: readonly string[]): string | void {
  const shown = name === undefined ? commands : commands.filter((command) => command.name === name.toLowerCase());
  if (shown.length === 0) return `${name}: no such command`;
  const { text } = guest.firmware;
  for (const { name, usage, summary } of shown) text.writeLine(`  ${`${name} ${usage}`.padEnd(36)} ${summary}`);
}

function runVer({ guest }: Session): void {
  guest.firmware.text.writeLine("vncd console: a VGA card, a PS/2 keyboard and a program in TypeScript");
}

function runDate({ guest, date }: Session): void {
  guest.firmware.text.writeLine(date().toUTCString());
}

function runUptime({ guest, startedMs }: Session): void {
  const seconds = Math.floor((guest.clock.nowMs() - startedMs) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, "0"));
  guest.firmware.text.writeLine(`up ${parts.join(":")}`);
}

function runEcho({ guest }: Session, args: readonly string[]): void {
  guest.firmware.text.writeLine(args.join(" "));
}

function runHistory({ guest, history }: Session): void {
  history.forEach((line, index) => guest.firmware.text.writeLine(`${String(index + 1).padStart(4)}  ${line}`));
}

function runColor({ guest }: Session, args: readonly string[]): string | void {
  if (args.length === 0) return showColours(guest);
  const { text } = guest.firmware;
  const [foreground, background] = [parseColour(args[0]), parseColour(args[1] ?? "black")];
  if (foreground === undefined || background === undefined) {
    return `${args.join(" ")}: colours are ${COLOUR_NAMES[1]}, ${COLOUR_NAMES[2]} ... or 0 to 15`;
  }
  text.attribute = textAttribute(foreground, background);
  recolour(guest, text.attribute);
}

function parseColour(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const number = /^\d{1,2}$/.test(word) ? Number(word) : COLOUR_NAMES.indexOf(word.toLowerCase());
  return number >= 0 && number < 16 ? number : undefined;
}

function recolour({ firmware: { text } }: Session["guest"], attribute: number): void {
  for (let row = 0; row < TEXT_ROWS; row++) {
    for (let column = 0; column < TEXT_COLUMNS; column++) {
      text.putCode(column, row, text.readCell(column, row)!.code, attribute);
    }
  }
}

function showColours({ firmware: { text } }: Session["guest"]): void {
  for (let colour = 0; colour < 16; colour++) {
    text.write(`${String(colour).padStart(2)} ${COLOUR_NAMES[colour]!.padEnd(12)} `);
    text.write(" sample ", textAttribute(colour));
    text.write(" sample ", textAttribute(colour === 0 ? 7 : 0, colour));
    text.write(colour % 2 === 0 ? "   " : "\n");
  }
}

function runCursor({ guest }: Session, [name]: readonly string[]): string | void {
  const shape = CURSOR_SHAPES.find((candidate) => candidate === name);
  if (shape === undefined) return `${name ?? ""}: shapes are ${CURSOR_SHAPES.join(", ")}`;
  guest.firmware.text.setCursorShape(shape);
}

/** Sixteen rows of sixteen glyphs; codes are put, since some of them move the cursor when written. */
function runChars({ guest }: Session): void {
  const { text } = guest.firmware;
  for (let high = 0; high < 16; high++) {
    text.write(`  ${high.toString(16).toUpperCase()}0  ${" ".repeat(32)}\n`);
    for (let low = 0; low < 16; low++) text.putCode(6 + low * 2, text.cursorRow - 1, high * 16 + low);
  }
}

async function runReboot({ guest }: Session): Promise<void> {
  guest.firmware.text.writeLine("Rebooting ...");
  await guest.sleep(REBOOT_DELAY_MS);
  guest.firmware.reboot();
}
