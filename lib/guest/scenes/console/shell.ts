/** The prompt: reads lines, runs commands. */

import { TextColour } from "../../firmware/text_screen.ts";
import type { GuestContext } from "../../scene.ts";
import { COMMANDS } from "./commands.ts";
import type { ConsoleCommand, Session } from "./session.ts";
import { LineBuffer } from "./line_buffer.ts";
import { LineView } from "./line_view.ts";

/** How the console scene gets what the machine does not have. */
export interface ConsoleOptions {
  /** The time of day; the computer's own by default. */
  readonly date?: () => Date;
}

const PROMPT = "vncd$ ";

/** One console from its first prompt to the end of the boot. */
export class Shell implements Session {
  readonly guest: GuestContext;
  readonly commands: readonly ConsoleCommand[] = COMMANDS;
  readonly date: () => Date;
  readonly startedMs: number;
  readonly #line = new LineBuffer();

  constructor(guest: GuestContext, options: ConsoleOptions) {
    this.guest = guest;
    this.date = options.date ?? (() => new Date());
    this.startedMs = guest.clock.nowMs();
  }

  /** Lines typed before. */
  get history(): readonly string[] {
    return this.#line.history;
  }

  /** Prompts and runs until the machine goes off. */
  async run(): Promise<never> {
    while (true) await this.#runLine(await this.#readLine());
  }

  async #readLine(): Promise<string> {
    const { keyboard } = this.guest.firmware;
    let view = this.#prompt();
    while (true) {
      const key = await keyboard.read();
      const action = this.#line.press(key);
      if (action === "edit") view.update(this.#line);
      else if (action === "complete") view = this.#complete(view);
      else if (action === "clear-screen") view = this.#clearScreen();
      else if (action === "cancel") view = this.#cancel(view);
      else if (action === "submit") {
        view.leave();
        return this.#line.take();
      }
    }
  }

  #prompt(): LineView {
    const { text } = this.guest.firmware;
    if (text.cursorColumn > 0) text.write("\n");
    text.write(PROMPT, (text.attribute & 0xf0) | TextColour.LightGreen);
    const view = new LineView(text);
    view.update(this.#line);
    return view;
  }

  #clearScreen(): LineView {
    this.guest.firmware.text.clear();
    return this.#prompt();
  }

  #cancel(view: LineView): LineView {
    view.leave("^C");
    this.#line.clear();
    return this.#prompt();
  }

  /** One command that fits is filled in, several are listed. */
  #complete(view: LineView): LineView {
    const { text } = this.guest.firmware;
    const typed = this.#line.text;
    const fitting = this.commands.filter((command) => command.name.startsWith(typed)).map((command) => command.name);
    if (fitting.length === 1) {
      this.#line.insert(`${fitting[0]!.slice(typed.length)} `);
      view.update(this.#line);
      return view;
    }
    if (fitting.length === 0) return view;
    view.leave();
    text.writeLine(fitting.join("  "));
    return this.#prompt();
  }

  async #runLine(line: string): Promise<void> {
    const words = splitWords(line);
    const name = words[0];
    if (name === undefined) return;
    const command = this.commands.find((candidate) => candidate.name === name.toLowerCase());
    const { text } = this.guest.firmware;
    if (command === undefined) return text.writeLine(`${name}: command not found, try help`);
    const complaint = await command.run(this, words.slice(1));
    if (typeof complaint === "string") text.writeLine(`${command.name}: ${complaint}`);
  }
}

/** Words of a command line; quotes keep blanks together. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? "")
  );
}
