/** The command that sets a mode. */

import { errorMessage } from "../../../base/errors.ts";
import type { GuestKeyEvent } from "../../firmware/key_event.ts";
import { LINEAR_DEPTHS, type LinearDepth } from "../../firmware/vbe.ts";
import { drawModePicture } from "./mode_picture.ts";
import type { ConsoleCommand, Session } from "./session.ts";

/** Keys that somebody presses without meaning anything by it, or that a viewer presses by itself. */
const SILENT_KEYS: readonly string[] = ["Shift", "Control", "Alt", "Meta", "CapsLock", "NumLock", "ScrollLock"];

/** Sets a linear mode with a test picture until a key is pressed, or text mode anew. */
export const modeCommand: ConsoleCommand = {
  name: "mode",
  usage: "WIDTHxHEIGHT[xDEPTH] | text",
  summary: "show a picture in a linear mode",
  run: runMode,
};

interface WantedMode {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: LinearDepth;
}

async function runMode({ guest }: Session, [word = ""]: readonly string[]): Promise<string | void> {
  if (word.toLowerCase() === "text") return guest.firmware.setTextMode();
  const wanted = parseMode(word);
  if (wanted === undefined) {
    return `${word}: a mode is text, or like 800x600 or 640x480x16 (${LINEAR_DEPTHS.join(", ")})`;
  }
  const screen = guest.firmware.text.save();
  try {
    const mode = guest.firmware.setLinearMode(wanted.width, wanted.height, wanted.bitsPerPixel);
    drawModePicture(guest.machine.vram, mode);
  } catch (error) {
    if (error instanceof RangeError) return errorMessage(error);
    throw error;
  }
  while (isSilent(await guest.firmware.keyboard.read()));
  guest.firmware.setTextMode();
  guest.firmware.text.restore(screen);
}

function isSilent(key: GuestKeyEvent): boolean {
  return SILENT_KEYS.includes(key.name);
}

function parseMode(word: string): WantedMode | undefined {
  const match = /^(\d{1,5})x(\d{1,5})(?:x(\d{1,2}))?$/i.exec(word);
  const bitsPerPixel = LINEAR_DEPTHS.find((depth) => depth === Number(match?.[3] ?? 32));
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  return bitsPerPixel !== undefined && width > 0 && height > 0 ? { width, height, bitsPerPixel } : undefined;
}
