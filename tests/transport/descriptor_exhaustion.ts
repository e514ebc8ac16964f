/** Run with few descriptors: connects when none is left, frees them after some failed accepts, counts who got in. */

import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/clock.ts";
import { createLogger } from "../../lib/base/log.ts";
import { connect } from "../../lib/transport/connect.ts";
import { listen } from "../../lib/transport/listener.ts";

const CALLERS = 3;
const FAILED_ACCEPTS = 4;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const eaten: Deno.FsFile[] = [];
let pauses = 0;
const clock: Clock = {
  nowMs: systemClock.nowMs,
  setTimer(callback, delayMs) {
    pauses++;
    if (pauses === FAILED_ACCEPTS) eaten.splice(0).forEach((file) => file.close());
    return systemClock.setTimer(callback, Math.min(delayMs, 10));
  },
};

function eatDescriptors(): void {
  try {
    while (true) eaten.push(Deno.openSync("/dev/null"));
  } catch {
    // none is left
  }
}

const listener = await listen({ kind: "tcp", host: "127.0.0.1", port: 0 }, {
  logger: createLogger("info", print),
  clock,
});
eatDescriptors();
for (let i = 0; i < CALLERS; i++) eaten.pop()?.close();
const address = { kind: "tcp", host: "127.0.0.1", port: listener.port as number } as const;
const callers = await Promise.all(Array.from({ length: CALLERS }, () => connect(address)));
let accepted = 0;
for await (const stream of listener) {
  stream.close();
  if (++accepted === CALLERS) listener.close();
}
callers.forEach((stream) => stream.close());
print(`accepted ${accepted}`);
