/** The password of a server that a verb connects to. */

import { escapeText } from "../base/log.ts";
import type { Password } from "../../mod.ts";
import type { CliRun } from "./cli_run.ts";
import { givenPassword, type PasswordFlags } from "./serving_flags.ts";

/** What the flags give, or what somebody types when the server asks. */
export async function serverPassword(run: CliRun, server: string, flags: PasswordFlags): Promise<Password | undefined> {
  const password = await givenPassword(flags, run.host);
  if (password !== undefined || !run.host.isInteractive) return password;
  return () => run.host.readSecret(`Password for ${escapeText(server)}: `);
}
