/** Telling where something is served, and who comes and goes. */

import type { VncService } from "../../mod.ts";
import type { CliRun } from "./cli_run.ts";

/** Prints the resolved addresses once, and from now on every client's events. */
export function announceService(run: CliRun, verb: string, name: string, service: VncService): void {
  const urls = [...service.addresses.map(vncUrl), ...service.webUrl === undefined ? [] : [webUrl(service.webUrl)]];
  run.tell(`${verb} "${name}" on ${listOf(urls)}`);
  run.emit(verb, { name, addresses: service.addresses, web: service.webUrl ?? null });
  service.on("connected", (client) => run.emit("connected", client));
  service.on("initialized", (client) => run.emit("initialized", client));
  service.on("disconnected", (client) => run.emit("disconnected", client));
}

/** `127.0.0.1:5900` as a URI; its number is a port, so that a low one needs no second colon. */
function vncUrl(address: string): string {
  return address.startsWith("unix:") ? address : `vnc://${address.replace(/::(\d+)$/, ":$1")}`;
}

function webUrl(url: string): string {
  return url.replace(/\/$/, "");
}

function listOf(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
