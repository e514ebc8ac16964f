/** Run by host_test.ts: the real surroundings of a command line, one part of them at a time. */

import { systemHost } from "../../lib/cli/host.ts";

const host = systemHost();

async function stop(): Promise<void> {
  const { requested } = host.listenForStop();
  host.writeOut("waiting");
  host.writeOut(`requested: ${await requested}`);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

async function uncaught(): Promise<void> {
  const { requested } = host.listenForStop();
  Promise.reject(new Error("nobody caught me"));
  host.writeOut(`requested: ${await requested}`);
}

async function secret(): Promise<void> {
  host.writeOut(`interactive: ${host.isInteractive}`);
  if (host.isInteractive) host.writeOut(`secret: ${JSON.stringify(await host.readSecret("Password: "))}`);
}

function flood(): void {
  for (let i = 0; i < 50_000; i++) host.writeOut("a line that nobody reads");
  host.writeError("alive");
}

const parts: Record<string, () => void | Promise<void>> = { stop, uncaught, secret, flood };
await parts[Deno.args[0] ?? ""]?.();
