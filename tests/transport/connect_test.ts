import assert from "node:assert/strict";
import { ConnectionError } from "../../lib/base/errors.ts";
import { connect } from "../../lib/transport/connect.ts";
import { listen } from "../../lib/transport/listener.ts";

function says(sentence: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ConnectionError && error.stage === "connect" && sentence.test(error.message);
}

/** A socket whose backlog is full: connecting to it waits for ever. */
async function deafAddress(): Promise<{ port: number; end: () => void }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 0 });
  const { port } = listener.addr;
  const waiting = await Deno.connect({ hostname: "127.0.0.1", port });
  return {
    port,
    end() {
      waiting.close();
      listener.close();
    },
  };
}

Deno.test("connect says in a sentence that nobody listens", async () => {
  const listener = await listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const port = listener.port as number;
  listener.close();
  await assert.rejects(
    connect({ kind: "tcp", host: "127.0.0.1", port }),
    says(/^Cannot connect to 127\.0\.0\.1:\d+: connection refused$/),
  );
});

Deno.test("connect says in a sentence that a host has no address", async () => {
  await assert.rejects(
    connect({ kind: "tcp", host: "nobody.invalid", port: 5900 }),
    says(/^Cannot connect to nobody\.invalid:5900: [^\n]+[^.\n]$/),
  );
});

Deno.test("connect gives up after its timeout", async () => {
  const deaf = await deafAddress();
  await assert.rejects(
    connect({ kind: "tcp", host: "127.0.0.1", port: deaf.port }, { timeoutMs: 20 }),
    says(/no answer within 20 ms$/),
  );
  deaf.end();
});

Deno.test("connect stops when its signal aborts", async () => {
  const deaf = await deafAddress();
  const stop = new AbortController();
  const attempt = connect({ kind: "tcp", host: "127.0.0.1", port: deaf.port }, { signal: stop.signal });
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(attempt, reason);
  await assert.rejects(connect({ kind: "unix", path: "/none" }, { signal: stop.signal }), reason);
  deaf.end();
});
