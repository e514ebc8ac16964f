/** The line that is being typed: editing keys and history, without a screen. */

import { MAX_CONSOLE_HISTORY, MAX_CONSOLE_LINE_CHARACTERS } from "../../../base/limits.ts";
import type { GuestKeyEvent } from "../../firmware/key_event.ts";

/** What a key did to the line: edited it, or asks the shell for something. */
export type LineAction = "edit" | "none" | "submit" | "cancel" | "complete" | "clear-screen";

/** Text, a cursor in it, and the lines typed before. */
export class LineBuffer {
  #characters: string[] = [];
  #position = 0;
  readonly #history: string[] = [];
  #historyIndex = 0;
  /** What was typed before the history was looked at. */
  #draft = "";

  /** What has been typed. */
  get text(): string {
    return this.#characters.join("");
  }

  /** Characters before the cursor. */
  get position(): number {
    return this.#position;
  }

  /** Lines typed before, oldest first. */
  get history(): readonly string[] {
    return this.#history;
  }

  /** Applies one press. */
  press(key: GuestKeyEvent): LineAction {
    if (key.control && !key.alt) return this.#pressControl(key.name.toLowerCase());
    if (key.character !== undefined) return this.insert(key.character);
    return this.#pressEditing(key.name);
  }

  /** Inserts text at the cursor; a line that is full stays as it is. */
  insert(text: string): LineAction {
    const added = [...text];
    if (this.#characters.length + added.length > MAX_CONSOLE_LINE_CHARACTERS) return "none";
    this.#characters.splice(this.#position, 0, ...added);
    this.#position += added.length;
    return "edit";
  }

  /** Ends the line: returns it, remembers it in the history, and starts an empty one. */
  take(): string {
    const line = this.text;
    if (line.trim() !== "" && line !== this.#history.at(-1)) this.#history.push(line);
    if (this.#history.length > MAX_CONSOLE_HISTORY) this.#history.shift();
    this.clear();
    return line;
  }

  /** Starts an empty line; what was typed is forgotten. */
  clear(): void {
    this.#replace("");
    this.#historyIndex = this.#history.length;
  }

  #pressEditing(name: string): LineAction {
    switch (name) {
      case "Enter":
        return "submit";
      case "Tab":
        return "complete";
      case "Escape":
        return this.#replace("");
      case "Backspace":
        return this.#erase(this.#position - 1, this.#position);
      case "Delete":
        return this.#erase(this.#position, this.#position + 1);
      case "ArrowLeft":
        return this.#moveTo(this.#position - 1);
      case "ArrowRight":
        return this.#moveTo(this.#position + 1);
      case "Home":
        return this.#moveTo(0);
      case "End":
        return this.#moveTo(this.#characters.length);
      case "ArrowUp":
        return this.#recall(this.#historyIndex - 1);
      case "ArrowDown":
        return this.#recall(this.#historyIndex + 1);
      default:
        return "none";
    }
  }

  /** The control keys of a shell's line editor. */
  #pressControl(name: string): LineAction {
    switch (name) {
      case "a":
        return this.#moveTo(0);
      case "e":
        return this.#moveTo(this.#characters.length);
      case "u":
        return this.#erase(0, this.#position);
      case "k":
        return this.#erase(this.#position, this.#characters.length);
      case "w":
        return this.#erase(this.#wordStart(), this.#position);
      case "c":
        return "cancel";
      case "l":
        return "clear-screen";
      case "arrowleft":
        return this.#moveTo(this.#wordStart());
      case "arrowright":
        return this.#moveTo(this.#wordEnd());
      default:
        return "none";
    }
  }

  #wordStart(): number {
    const before = this.#characters.slice(0, this.#position).join("");
    return this.#position - before.match(/\S*\s*$/)![0].length;
  }

  #wordEnd(): number {
    const behind = this.#characters.slice(this.#position).join("");
    return this.#position + behind.match(/^\s*\S*/)![0].length;
  }

  #moveTo(position: number): LineAction {
    this.#position = Math.min(Math.max(position, 0), this.#characters.length);
    return "edit";
  }

  #erase(start: number, end: number): LineAction {
    if (start < 0) return "none";
    this.#characters.splice(start, end - start);
    return this.#moveTo(start);
  }

  #replace(text: string): LineAction {
    this.#characters = [...text];
    return this.#moveTo(this.#characters.length);
  }

  /** Past the newest line of the history is what was being typed. */
  #recall(index: number): LineAction {
    if (index < 0 || index > this.#history.length || index === this.#historyIndex) return "none";
    if (this.#historyIndex === this.#history.length) this.#draft = this.text;
    this.#historyIndex = index;
    return this.#replace(this.#history[index] ?? this.#draft);
  }
}
