/** The command that shows what the keyboard sends. */

import type { GuestKeyEvent } from "../../firmware/key_event.ts";
import type { ConsoleCommand, Session } from "./session.ts";

/** Shows every press and release until Escape is pressed. */
export const keysCommand: ConsoleCommand = {
  name: "keys",
  usage: "",
  summary: "show presses and releases until Escape",
  run: runKeys,
};

async function runKeys({ guest }: Session): Promise<void> {
  const { keyboard, text } = guest.firmware;
  text.writeLine("Press keys; Escape ends this.");
  const stop = keyboard.onKey((event) => text.writeLine(describeKey(event)));
  try {
    while ((await keyboard.read()).name !== "Escape");
  } finally {
    stop();
  }
}

/** One line about a key, as `down 1e a`. */
export function describeKey(event: GuestKeyEvent): string {
  const direction = event.repeat ? "held" : event.down ? "down" : "up  ";
  const scancode = (event.keycode & 0x80 ? "e0 " : "   ") + (event.keycode & 0x7f).toString(16).padStart(2, "0");
  const modifiers = (["shift", "control", "alt", "capsLock", "numLock"] as const).filter((name) => event[name]);
  return `${direction}  ${scancode}  ${event.name.padEnd(12)} ${modifiers.join(" ")}`.trimEnd();
}
