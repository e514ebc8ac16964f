/** What a result was measured on. */

import { peerBinary } from "../../tests/helpers/peers.ts";

/** A sentence with the date, the machine and the versions of everybody. */
export async function machineLine(): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const cores = navigator.hardwareConcurrency;
  const xvnc = await firstMatch([peerBinary("Xtigervnc", "Xvnc"), "-version"], /Xvnc (?:TigerVNC )?([\d.]+)/);
  const libvncserver = await firstMatch(["dpkg-query", "-W", "-f=${Version}", "libvncserver-dev"], /^([\d.]+\d)/);
  const peers = `Xvnc (TigerVNC) ${xvnc}, libvncserver ${libvncserver}`;
  return `${day}, ${cores} cores (${Deno.build.arch}), Deno ${Deno.version.deno}, ${peers}. CPU is the server process's ` +
    `own, user and system, all threads, in ms an update. Only the ratios of one run mean anything.`;
}

/** The same where nobody is compared. */
export function ownMachineLine(): string {
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${navigator.hardwareConcurrency} cores (${Deno.build.arch}), Deno ${Deno.version.deno}.`;
}

async function firstMatch([command, ...args]: readonly string[], pattern: RegExp): Promise<string> {
  try {
    const { stdout, stderr } = await new Deno.Command(command!, { args }).output();
    const decoder = new TextDecoder();
    return pattern.exec(decoder.decode(stdout) + decoder.decode(stderr))?.[1] ?? "?";
  } catch {
    return "?";
  }
}
