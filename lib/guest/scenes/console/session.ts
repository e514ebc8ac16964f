/** What a command of the console is, and what it is given. */

import type { GuestContext } from "../../scene.ts";

/** The console a command runs in. */
export interface Session {
  readonly guest: GuestContext;
  /** All commands, in the order help lists them. */
  readonly commands: readonly ConsoleCommand[];
  /** Lines typed before, oldest first. */
  readonly history: readonly string[];
  /** When the prompt came up, on the guest's clock. */
  readonly startedMs: number;
  /** The time of day. */
  date(): Date;
}

/** One command. */
export interface ConsoleCommand {
  readonly name: string;
  /** Its arguments as help shows them. */
  readonly usage: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Runs it; returns a complaint when the arguments are wrong or it cannot be done. */
  run(session: Session, args: readonly string[]): string | void | Promise<string | void>;
}
