/** The flags that every serving verb shares, and what they mean to the library. */

import type { Command } from "commander";
import { LOG_LEVELS, type Logger } from "../base/log.ts";
import {
  ENCODING_POLICIES,
  type EncodingPolicy,
  LAYOUT_NAMES,
  type LayoutName,
  LOSSY_MODES,
  type LossyMode,
  parseAddress,
  type ServeVncOptions,
  SHARE_POLICIES,
  type SharePolicy,
} from "../../mod.ts";
import type { CliHost } from "./host.ts";
import type { OutputFlags } from "./cli_run.ts";
import { resolvePassword } from "./passwords.ts";
import { oneOf, repeated, wholeNumber } from "./values.ts";

/** Display 0 of this machine, for viewers and for browsers; a web display N is at port 5700 + N. */
const DEFAULT_LISTEN = "127.0.0.1:0";
const DEFAULT_WEB = "127.0.0.1:0";
const RFB_PORT = 5900;
const LAST_DISPLAY = 99;
const MAX_FPS = 240;
const MAX_CONNECTIONS = 1_000;

/** How to find a password. */
export interface PasswordFlags {
  readonly passwordFile?: string;
  readonly passwordCmd?: string;
}

/** The flags as they were read. */
export interface ServingFlags extends PasswordFlags, OutputFlags {
  readonly listen?: readonly string[];
  readonly web?: string | false;
  readonly allowOrigin?: readonly string[];
  readonly fps?: number;
  readonly share?: SharePolicy;
  readonly connections?: number;
  readonly viewOnly?: true;
  readonly lossy?: LossyMode;
  readonly adaptive?: boolean;
  readonly encodingPolicy?: EncodingPolicy;
  readonly keyboard: LayoutName;
  readonly synthesizeModifiers: boolean;
  readonly insecure?: true;
}

/** Names of flags that mean nothing where nothing is served. */
export const SERVING_ONLY: readonly (keyof ServingFlags)[] = [
  "listen",
  "web",
  "allowOrigin",
  "fps",
  "share",
  "connections",
  "viewOnly",
  "lossy",
  "adaptive",
  "encodingPolicy",
  "keyboard",
  "synthesizeModifiers",
  "insecure",
];

/** What every verb understands of its output. */
export function addOutputFlags(command: Command): void {
  command
    .option("--json", "print events and results as lines of JSON on stdout")
    .option("--log-level <level>", `say ${LOG_LEVELS.join(", ")} and above`, oneOf("--log-level", LOG_LEVELS), "info");
}

/** Where a password comes from. */
export function addPasswordFlags(command: Command): void {
  command
    .option("--password-file <file>", "the password is the first line, or of vncpasswd (else VNC_PASSWORD)")
    .option("--password-cmd <command>", "the password is the first line that this shell command prints");
}

/** Adds the flags to a verb. */
export function addServingFlags(command: Command): void {
  command
    .option("--listen <address>", "where viewers connect, again for more (default: 127.0.0.1:0)", repeated)
    .option("--web <address>", "where browsers connect (default: the display at 127.0.0.1, from port 5700 on)")
    .option("--no-web", "no browsers")
    .option("--allow-origin <origin>", "let pages of this origin connect, again for more", repeated)
    .option("--fps <number>", "updates a second at most (default: 60)", wholeNumber("--fps", 1, MAX_FPS))
    .option(
      "--share <policy>",
      `${SHARE_POLICIES.join(", ")} (default: ${SHARE_POLICIES[0]})`,
      oneOf("--share", SHARE_POLICIES),
    )
    .option("--connections <number>", "viewers at most (default: 64)", wholeNumber("--connections", 1, MAX_CONNECTIONS))
    .option("--view-only", "viewers may not type, point or paste");
  addPictureFlags(command);
  addPasswordFlags(command);
  command
    .option("--keyboard <layout>", "the guest's keyboard", oneOf("--keyboard", LAYOUT_NAMES), LAYOUT_NAMES[0])
    .option("--no-synthesize-modifiers", "do not press Shift for viewers that leave it out")
    .option("--insecure", "listen beyond this machine without a password");
  addOutputFlags(command);
}

/** How viewers are sent the picture. */
function addPictureFlags(command: Command): void {
  command
    .option(
      "--lossy <when>",
      "JPEG and the like for viewers that set a quality: off, on, or auto: only for what keeps moving (default: auto)",
      oneOf("--lossy", LOSSY_MODES),
    )
    .option("--adaptive", "let that depend on how often a part of the picture changes (default)")
    .option("--no-adaptive", "do not: with --lossy on everything may be lossy at once, auto is off")
    .option(
      "--encoding-policy <policy>",
      "best: each rect in what is best of what its viewer offers; qemu: all in the first (default: best)",
      oneOf("--encoding-policy", ENCODING_POLICIES),
    );
}

/** The password that the flags or the environment give. */
export function givenPassword(flags: PasswordFlags, host: CliHost): Promise<string | undefined> {
  const { passwordFile: file, passwordCmd: command } = flags;
  return resolvePassword({ file, command, environment: host.environment("VNC_PASSWORD") });
}

/** What the flags mean to the library. */
export async function servingOptions(
  flags: ServingFlags,
  host: CliHost,
  logger: Logger,
): Promise<ServeVncOptions & { readonly fps: number | undefined }> {
  const listen = flags.listen ?? [DEFAULT_LISTEN];
  return {
    listen,
    web: flags.web === false ? undefined : flags.web ?? webBeside(listen),
    allowedOrigins: flags.allowOrigin ?? [],
    fps: flags.fps,
    share: flags.share,
    maxConnections: flags.connections,
    viewOnly: flags.viewOnly === true,
    lossy: flags.lossy,
    adaptive: flags.adaptive,
    encodingPolicy: flags.encodingPolicy,
    password: await givenPassword(flags, host),
    layout: flags.keyboard,
    synthesizeModifiers: flags.synthesizeModifiers,
    insecure: flags.insecure === true,
    logger,
  };
}

/** Several servers on one machine must not fight for one web port: the display's number is the page's as well. */
function webBeside(listen: readonly string[]): string {
  const address = parseAddress(listen[0] ?? DEFAULT_LISTEN, RFB_PORT);
  if (address.kind !== "tcp") return DEFAULT_WEB;
  if (address.port === 0) return "127.0.0.1::0";
  const display = address.port - RFB_PORT;
  return display >= 0 && display <= LAST_DISPLAY ? `127.0.0.1:${display}` : DEFAULT_WEB;
}
