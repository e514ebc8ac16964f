/** Guessing passwords: slow for who guesses, of no consequence for anybody else. */

import assert from "node:assert/strict";
import { AUTH_BLOCK_MS, AUTH_FAILURES_FREE } from "../../lib/base/limits.ts";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import { vncAuthResponse } from "../../lib/security/vnc_auth.ts";
import { FaultRig, faultTest } from "../helpers/fault_rig.ts";
import { inFolder } from "../helpers/sessions.ts";

const PASSWORD = "geheim";
const FAILED = [0, 0, 0, 1, 0, 0, 0, 21];
const BLOCKED = "Too many authentication failures";

/** A client at the challenge. */
async function challenged(rig: FaultRig) {
  const client = await rig.connect();
  await client.writeText("RFB 003.008\n");
  await client.read(12);
  assert.deepEqual(await client.read(2), [1, 2], "VncAuth is not offered");
  await client.write([2]);
  return { client, challenge: Uint8Array.from(await client.read(16)) };
}

async function assertWrong(rig: FaultRig, password: string): Promise<void> {
  const { client, challenge } = await challenged(rig);
  // ClientInit in the same packet must not get past
  await client.write([...vncAuthResponse(password, challenge), 1]);
  const told = await client.readToBreak();
  assert.deepEqual(told.slice(0, FAILED.length), FAILED);
  assert.equal(told.length, FAILED.length + 21);
  await rig.assertClosed(client, /^wrong password$/);
}

/** The right password gets a client in, who leaves again. */
async function assertRight(rig: FaultRig): Promise<void> {
  const { client, challenge } = await challenged(rig);
  await client.write([...vncAuthResponse(PASSWORD, challenge), 1]);
  assert.deepEqual(await client.read(4), [0, 0, 0, 0]);
  await client.read(24 + 4);
  await rig.assertServes(client);
  client.close();
}

/** Nobody of this address is even asked for a password. */
async function assertBlocked(rig: FaultRig): Promise<void> {
  const client = await rig.connect();
  await client.writeText("RFB 003.008\n");
  const told = (await client.readToBreak()).slice(12);
  assert.equal(String.fromCharCode(...told), `\0\0\0\0${String.fromCharCode(BLOCKED.length)}${BLOCKED}`);
  await rig.assertClosed(client, new RegExp(BLOCKED));
}

faultTest("wrong passwords close their connections, and the right one from the same address gets in", async (rig) => {
  for (let round = 0; round < 2; round++) {
    for (let i = 1; i < AUTH_FAILURES_FREE; i++) await assertWrong(rig, `guess ${i}`);
    // forgets what went wrong before
    await assertRight(rig);
  }
  await assertWrong(rig, "");
}, { password: PASSWORD });

faultTest("after five wrong passwords an address has to wait, and twice as long after the next", async (rig) => {
  for (let i = 0; i < AUTH_FAILURES_FREE; i++) await assertWrong(rig, `guess ${i}`);
  await assertBlocked(rig);
  await rig.assertWitnessServed();
  rig.clock.skip(AUTH_BLOCK_MS);
  await assertWrong(rig, "guess again");
  rig.clock.skip(AUTH_BLOCK_MS);
  await assertBlocked(rig);
  rig.clock.skip(AUTH_BLOCK_MS);
  await assertRight(rig);
}, { password: PASSWORD });

faultTest("guesses that share one moment count one by one", async (rig) => {
  const clients = await Promise.all(Array.from({ length: 3 * AUTH_FAILURES_FREE }, () => challenged(rig)));
  for (const { client, challenge } of clients) await client.write(vncAuthResponse("guess", challenge));
  for (const { client } of clients) {
    assert.deepEqual((await client.readToBreak()).slice(0, 4), [0, 0, 0, 1]);
    await rig.assertClosed(client, /^wrong password$|^too many authentication failures$/);
  }
  const wrong = rig.disconnected.filter(({ reason }) => reason === "wrong password");
  assert.equal(wrong.length, AUTH_FAILURES_FREE);
}, { password: PASSWORD });

faultTest("connections that never try a password lock nobody out", async (rig) => {
  for (let i = 0; i < 3 * AUTH_FAILURES_FREE; i++) {
    const { client } = await challenged(rig);
    client.close();
    await rig.assertClosed(client, /closed by the client|reset/);
  }
  await assertRight(rig);
}, { password: PASSWORD });

Deno.test("an address that guesses locks out nobody else", async () => {
  await inFolder(async (folder) => {
    const socket = `unix:${folder}/vnc.sock`;
    await using rig = await FaultRig.start({ password: PASSWORD, listen: ["127.0.0.1::0", socket] });
    for (let i = 0; i < AUTH_FAILURES_FREE; i++) await assertWrong(rig, `guess ${i}`);
    await assertBlocked(rig);
    const owner = await connectVnc(socket, { password: PASSWORD });
    owner.requestUpdate(false);
    await owner.nextUpdate();
    owner.close();
    await rig.assertOnlyWitness();
  });
});
