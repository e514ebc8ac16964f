import assert from "node:assert/strict";
import { AuthError, ConnectionError, LimitError, ProtocolError, UsageError } from "../../lib/base/errors.ts";
import { type ConnectOptions, openVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { vncAuthResponse } from "../../lib/security/vnc_auth.ts";
import { FakeServer, serverInit, written } from "../helpers/fake_server.ts";

const CHALLENGE = Uint8Array.from({ length: 16 }, (_, i) => i * 11);

/** Plays `script` against a client; gives the client, or what it failed with. */
async function play(
  options: ConnectOptions,
  script: (server: FakeServer) => Promise<unknown>,
  maxReadBytes = 1,
): Promise<VncClient | Error> {
  const { server, stream } = FakeServer.create(maxReadBytes);
  const outcome = openVnc(stream, options).catch((error: Error) => error);
  await script(server);
  const result = await outcome;
  if (!(result instanceof Error)) result.close();
  return result;
}

async function succeeds(options: ConnectOptions, script: (server: FakeServer) => Promise<unknown>): Promise<void> {
  const result = await play(options, script);
  if (result instanceof Error) throw result;
  assert.deepEqual([result.width, result.height, result.name], [640, 480, "fake"]);
}

type ErrorClass = new (...args: never[]) => Error;

async function fails(
  options: ConnectOptions,
  kind: ErrorClass,
  message: RegExp,
  script: (server: FakeServer) => Promise<unknown>,
): Promise<void> {
  const result = await play(options, async (server) => {
    await script(server);
    assert.equal(await server.isAbandoned(), true);
  });
  assert.ok(result instanceof kind, `${result}`);
  assert.match(result.message, message);
}

async function finish(server: FakeServer, shared = 1): Promise<void> {
  await server.expect([shared]);
  await server.send(serverInit(640, 480));
  await server.settings();
}

async function offer(server: FakeServer, ...types: number[]): Promise<void> {
  await server.send("RFB 003.008\n");
  await server.expect("RFB 003.008\n");
  await server.send([types.length, ...types]);
}

function reason(text: string | Uint8Array): Uint8Array {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return written((writer) => writer.u32(bytes.length).bytes(bytes));
}

Deno.test("openVnc shakes hands in 3.8 without a password", async () => {
  await succeeds({}, async (server) => {
    await offer(server, 2, 1);
    await server.expect([1]);
    await server.send([0, 0, 0, 0]);
    await finish(server);
  });
});

Deno.test("openVnc shakes hands in 3.7, where None has no result", async () => {
  await succeeds({ shared: false }, async (server) => {
    await server.send("RFB 003.007\n");
    await server.expect("RFB 003.007\n");
    await server.send([1, 1]);
    await server.expect([1]);
    await finish(server, 0);
  });
});

Deno.test("openVnc shakes hands in 3.3, where the server decides", async () => {
  await succeeds({}, async (server) => {
    await server.send("RFB 003.003\n");
    await server.expect("RFB 003.003\n");
    await server.send([0, 0, 0, 1]);
    await finish(server);
  });
  await succeeds({ password: "secret" }, async (server) => {
    await server.send("RFB 003.003\n");
    await server.expect("RFB 003.003\n");
    await server.send([0, 0, 0, 2], CHALLENGE);
    await server.expect(vncAuthResponse("secret", CHALLENGE));
    await server.send([0, 0, 0, 0]);
    await finish(server);
  });
});

Deno.test("openVnc answers other banners with the dialect they amount to", async () => {
  const banners = { "003.889": "003.008", "004.001": "003.008", "005.000": "003.008", "003.016": "003.008" };
  for (const [banner, answer] of Object.entries(banners)) {
    await succeeds({}, async (server) => {
      await server.send(`RFB ${banner}\n`);
      await server.expect(`RFB ${answer}\n`);
      await server.send([1, 1]);
      await server.expect([1]);
      await server.send([0, 0, 0, 0]);
      await finish(server);
    });
  }
  await succeeds({}, async (server) => {
    await server.send("RFB 003.005\n");
    await server.expect("RFB 003.003\n");
    await server.send([0, 0, 0, 1]);
    await finish(server);
  });
});

Deno.test("openVnc answers a challenge with a password, given or asked for", async () => {
  for (const password of ["secret", () => "secret", () => Promise.resolve("secret")]) {
    for (const minor of [7, 8]) {
      await succeeds({ password }, async (server) => {
        await server.send(`RFB 003.00${minor}\n`);
        await server.expect(`RFB 003.00${minor}\n`);
        await server.send([2, 16, 2]);
        await server.expect([2]);
        await server.send(CHALLENGE);
        await server.expect(vncAuthResponse("secret", CHALLENGE));
        await server.send([0, 0, 0, 0]);
        await finish(server);
      });
    }
  }
});

Deno.test("openVnc takes VncAuth rather than None when there is a password", async () => {
  await succeeds({ password: "secret" }, async (server) => {
    await offer(server, 1, 2);
    await server.expect([2]);
    await server.send(CHALLENGE);
    await server.receive(16);
    await server.send([0, 0, 0, 0]);
    await finish(server);
  });
});

Deno.test("openVnc takes None when nothing else is offered, and does not ask for a password then", async () => {
  const password = () => {
    throw new Error("asked for a password");
  };
  await succeeds({ password }, async (server) => {
    await offer(server, 1);
    await server.expect([1]);
    await server.send([0, 0, 0, 0]);
    await finish(server);
  });
});

Deno.test("openVnc fails with AuthError when the server wants a password and there is none", async () => {
  await fails({}, AuthError, /asks for a password and there is none/, (server) => offer(server, 2));
});

Deno.test("openVnc fails with AuthError when nothing offered is supported", async () => {
  await fails({ password: "x" }, AuthError, /offers unknown \(16\), unknown \(19\), supp/, (s) => offer(s, 16, 19));
  const many = Array.from({ length: 255 }, () => 77);
  await fails({ password: "x" }, AuthError, /supported are None and VncAuth/, (server) => offer(server, ...many));
});

Deno.test("openVnc fails with AuthError and the server's reason, escaped and cut", async () => {
  const refuse = (text: string) => async (server: FakeServer) => {
    await offer(server, 2);
    await server.expect([2]);
    await server.send(CHALLENGE);
    await server.receive(16);
    await server.send([0, 0, 0, 1], reason(text));
  };
  await fails({ password: "x" }, AuthError, /"no \\x1b\[31mway"$/, refuse("no \x1b[31mway"));
  await fails({ password: "x" }, AuthError, /: "a{500}…"$/, refuse("a".repeat(4_000)));
});

Deno.test("openVnc fails with AuthError when a failed authentication has no readable reason", async () => {
  const start = async (server: FakeServer, minor: number) => {
    await server.send(`RFB 003.00${minor}\n`);
    await server.receive(12);
    await server.send([1, 2]);
    await server.receive(1);
    await server.send(CHALLENGE);
    await server.receive(16);
    await server.send([0, 0, 0, 1]);
  };
  await fails({ password: "x" }, AuthError, /security result 1$/, (server) => start(server, 7));
  await fails({ password: "x" }, AuthError, /no reason was given$/, async (server) => {
    await start(server, 8);
    server.stream.close();
  });
  await fails({ password: "x" }, AuthError, /too long to be read$/, async (server) => {
    await start(server, 8);
    await server.send([0xff, 0xff, 0xff, 0xff]);
  });
});

Deno.test("openVnc fails with ConnectionError when the server refuses", async () => {
  await fails({}, ConnectionError, /refused: "too many"$/, async (server) => {
    await offer(server);
    await server.send(reason("too many"));
  });
  await fails({}, ConnectionError, /refused: "not you"$/, async (server) => {
    await server.send("RFB 003.003\n");
    await server.receive(12);
    await server.send([0, 0, 0, 0], reason("not you"));
  });
});

Deno.test("openVnc fails with ProtocolError when the other end speaks no RFB", async () => {
  await fails({}, ProtocolError, /"H" is none/, (server) => server.send("HTTP/1.1 400 Bad Request\r\n"));
  await fails({}, ProtocolError, /older than 3\.3/, (server) => server.send("RFB 000.000\n"));
});

Deno.test("openVnc refuses sizes and names over the caps", async () => {
  const start = (init: Uint8Array) => async (server: FakeServer) => {
    await offer(server, 1);
    await server.receive(1);
    await server.send([0, 0, 0, 0]);
    await server.receive(1);
    await server.send(init);
  };
  await fails({}, LimitError, /65535x65535/, start(serverInit(65_535, 65_535)));
  await fails({}, LimitError, /10000x10000/, start(serverInit(10_000, 10_000)));
  await fails({}, ProtocolError, /0x0/, start(serverInit(0, 0)));
  const hugeName = serverInit(640, 480, "").map((byte, at) => at >= 20 ? 0xff : byte);
  await fails({}, LimitError, /desktop name of 4294967295 bytes/, start(hugeName));
});

Deno.test("openVnc fails with ConnectionError when the server ends at any byte of the handshake", async () => {
  const whole = [..."RFB 003.008\n"].map((c) => c.charCodeAt(0)).concat([1, 1, 0, 0, 0, 0], [...serverInit(640, 480)]);
  for (let length = 0; length < whole.length; length++) {
    const result = await play({}, async (server) => {
      await server.send(whole.slice(0, length));
      server.stream.close();
    });
    assert.ok(result instanceof ConnectionError, `cut at ${length}: ${result}`);
    assert.equal(result.stage, "connect");
  }
});

Deno.test("openVnc gives up when the server says nothing", async () => {
  await fails({ timeoutMs: 1 }, ConnectionError, /no handshake within 1 ms/, () => Promise.resolve());
});

Deno.test("openVnc gives up when the signal says so", async () => {
  const stop = new AbortController();
  const result = await play({ signal: stop.signal }, async (server) => {
    await server.send("RFB 003.008\n");
    await server.receive(12);
    stop.abort(new Error("enough"));
    assert.equal(await server.isAbandoned(), true);
  });
  assert.equal((result as Error).message, "enough");
  const late = await play({ signal: stop.signal }, () => Promise.resolve());
  assert.equal((late as Error).message, "enough");
});

Deno.test("openVnc refuses to ask for what it cannot decode", async () => {
  await fails({ encodings: [0, 50] }, UsageError, /unknown \(50\)/, () => Promise.resolve());
});

Deno.test("openVnc asks for the encodings given, and for pointer shapes when wanted", async () => {
  const asked: number[][] = [];
  for (const options of [{}, { encodings: [5, 0] }, { encodings: [5, 0, -250], localCursor: true }]) {
    await play(options, async (server) => asked.push(await server.welcome(640, 480)));
  }
  assert.deepEqual(asked, [[16, 7, 6, 5, 1, 0, -223, -224, -258], [5, 0], [5, 0, -250, -239]]);
});
