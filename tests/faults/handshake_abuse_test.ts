/** Handshakes that are none, stop half way or choose what was not offered: each ends its own connection. */

import assert from "node:assert/strict";
import { AUTH_BLOCK_MAX_MS, LOGIN_DEADLINE_MS, MAX_UNAUTHENTICATED } from "../../lib/base/limits.ts";
import type { FaultClient } from "../helpers/fault_client.ts";
import { type FaultRig, faultTest } from "../helpers/fault_rig.ts";
import { waitUntil } from "../helpers/peers.ts";

const PASSWORD = "geheim";
/** Version, security type None and ClientInit of a client that shares. */
const HANDSHAKE = [...ascii("RFB 003.008\n"), 1, 1];
const REQUEST_ALL = [3, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];
const LATE = new RegExp(`the handshake took more than ${LOGIN_DEADLINE_MS / 1_000} s`);

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/** Bytes that cannot be taken for the start of a version. */
function randomBytes(count: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  if (bytes[0] === ascii("R")[0]) bytes[0]! ^= 1;
  return bytes;
}

const GARBAGE: Readonly<Record<string, Iterable<number>>> = {
  "an HTTP request": ascii("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
  "a TLS hello": [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, ...randomBytes(500)],
  "a MiB of zeros": new Uint8Array(1 << 20),
  "random bytes": randomBytes(50_000),
  "another protocol's greeting": ascii("SSH-2.0-OpenSSH_9.6\r\n"),
  "a version without digits": ascii("RFB 00x.008\n"),
  "a version from before 3.3": ascii("RFB 003.002\n"),
};

for (const [what, bytes] of Object.entries(GARBAGE)) {
  faultTest(`${what} instead of a version closes that connection only`, async (rig) => {
    const client = await rig.connect();
    await client.write(bytes);
    await rig.assertClosed(client, /^Cannot (read|agree on) a protocol version: /);
    assert.deepEqual((await client.readToBreak()).slice(12), []);
  });
}

faultTest("a handshake that is cut at any byte leaves nothing behind", async (rig) => {
  for (let length = 0; length < HANDSHAKE.length; length++) {
    const client = await rig.connect();
    await client.write(HANDSHAKE.slice(0, length));
    client.close();
    await rig.assertClosed(client, /closed by the client|reset/);
  }
});

faultTest("a handshake that stops at any byte is closed at the login deadline", async (rig) => {
  const clients: FaultClient[] = [];
  for (let length = 0; length < HANDSHAKE.length; length++) {
    const client = await rig.connect();
    await client.write(HANDSHAKE.slice(0, length));
    clients.push(client);
  }
  await waitForConnected(rig, 1 + clients.length);
  rig.clock.skip(LOGIN_DEADLINE_MS / 2);
  assert.deepEqual(rig.disconnected, []);
  await rig.assertWitnessServed();
  // one byte more, short of the last, buys no more time
  for (const [length, client] of clients.slice(0, -1).entries()) await client.write([HANDSHAKE[length]!]);
  await rig.assertWitnessServed();
  rig.clock.skip(LOGIN_DEADLINE_MS / 2);
  for (const client of clients) await rig.assertClosed(client, LATE);
});

function waitForConnected(rig: FaultRig, count: number): Promise<void> {
  return waitUntil(
    () => rig.lines.filter((line) => line.includes(" connected from ")).length === count,
    `${count} connections`,
  );
}

faultTest("many who say nothing keep nobody out: the oldest of them go", async (rig) => {
  const silent: FaultClient[] = [];
  for (let i = 0; i < 3 * MAX_UNAUTHENTICATED; i++) silent.push(await rig.connect());
  const owner = await rig.initialized();
  await rig.assertServes(owner);
  const [oldest] = silent;
  await rig.assertClosed(oldest!, /too many connections in the handshake/);
  assert.ok(silent.length - rig.disconnected.length <= MAX_UNAUTHENTICATED);
  for (const client of [owner, ...silent]) client.close();
});

/** What a client reads of a refused security type, whatever it sent behind. */
const REFUSALS: Readonly<Record<string, number[]>> = {
  "3.7": [0, 0, 0, 1],
  "3.8": [0, 0, 0, 1, 0, 0, 0, 21, ...ascii("Authentication failed")],
};

for (
  const [how, password, types] of [
    ["with a password", PASSWORD, [0, 1, 16, 19, 255]],
    ["without a password", undefined, [0, 2, 16, 19, 255]],
  ] as const
) {
  faultTest(`a security type that was not offered never gets a ServerInit ${how}`, async (rig) => {
    for (const [version, refusal] of Object.entries(REFUSALS)) {
      for (const type of types) {
        const client = await rig.connect();
        // all at once: ClientInit and a request must not slip through behind the type
        await client.write([...ascii(`RFB 003.00${version.slice(2)}\n`), type, 1, ...REQUEST_ALL]);
        const told = await client.readToBreak();
        assert.deepEqual(
          told.slice(12, 12 + 100),
          [1, password === undefined ? 1 : 2, ...refusal],
          `${version} type ${type}`,
        );
        await rig.assertClosed(client, /^security type .+ was not offered$/);
      }
    }
    assert.equal(rig.service.server.clients.length, 1);
  }, { password });
}

faultTest("a 3.3 client with a ClientInit instead of a password gets no ServerInit", async (rig) => {
  for (const chosen of [[1], [0, 0, 0, 1, 1], [0, 0, 0, 0, 1], [0, 0, 0, 19, 1]]) {
    const client = await rig.connect();
    await client.write([...ascii("RFB 003.003\n"), ...chosen, ...REQUEST_ALL, ...REQUEST_ALL]);
    const told = await client.readToBreak();
    assert.deepEqual(told.slice(12, 16), [0, 0, 0, 2]);
    assert.deepEqual(told.slice(32, 32 + 100), [0, 0, 0, 1]);
    await rig.assertClosed(client, /^wrong password$/);
    rig.clock.skip(AUTH_BLOCK_MAX_MS);
  }
}, { password: PASSWORD });

faultTest("a ClientInit that comes before its turn is taken for what is awaited", async (rig) => {
  const early = await rig.connect();
  await early.write([...ascii("RFB 003.008\n"), 1, ...REQUEST_ALL]);
  assert.deepEqual((await early.readToBreak()).slice(12, 18), [1, 2, 0, 0, 0, 1]);
  await rig.assertClosed(early, /^security type .+ was not offered$/);
  const instead = await rig.connect();
  await instead.write([1, ...ascii("RFB 003.008\n")]);
  await rig.assertClosed(instead, /^Cannot read a protocol version: /);
}, { password: PASSWORD });
