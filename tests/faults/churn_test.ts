/** Viewers that come and go by the thousand, and leave at any moment: nothing of them stays. */

import assert from "node:assert/strict";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { BusyServer } from "../helpers/busy_server.ts";
import { FaultClient } from "../helpers/fault_client.ts";
import { waitUntil } from "../helpers/peers.ts";

const VISITS = 1_000;
const LANES = 20;
/** Visits before what a server keeps is there: workers, code, buffers to be used again. */
const WARM_VISITS = 2_000;
/** What may be in use afterwards that was not before: a sixteenth of one zlib stream a visit. */
const MAX_GROWTH_BYTES = VISITS * 16 * 1_024;
/** Steps of a whole visit; fewer are taken by who leaves early. */
const STEPS = 7;
/** One in so many visitors is never seen to leave: it stays and says nothing. */
const ABANDONED = 40;
const { Raw, RRE, CoRRE, Hextile, Zlib, Tight, TRLE, ZRLE } = Encoding;
const ENCODINGS = [Raw, RRE, CoRRE, Hextile, Zlib, Tight, TRLE, ZRLE];

function below(count: number): number {
  return Math.floor(Math.random() * count);
}

/** Takes some of the steps of a visit: version, type, ClientInit, wishes, request, some of the update, all of it. */
async function visit(client: FaultClient, steps: number): Promise<void> {
  const taken: (() => Promise<unknown>)[] = [
    () => client.writeText("RFB 003.008\n"),
    async () => (await client.read(14), await client.write([1])),
    async () => (await client.read(4), await client.write([1])),
    () => client.setEncodings(ENCODINGS[below(ENCODINGS.length)]!, Encoding.CopyRect, PseudoEncoding.DesktopSize),
    () => client.request(below(2) === 0),
    () => client.read(100),
    () => client.request(true),
  ];
  for (const step of taken.slice(0, steps)) await step();
}

/** Runs so many visits in lanes; gives those who are still connected. */
async function churn(server: BusyServer, visits: number): Promise<FaultClient[]> {
  const abandoned: FaultClient[] = [];
  let left = visits;
  async function lane(): Promise<void> {
    while (left-- > 0) {
      const client = await FaultClient.open(server.port);
      // the server may drop who says nothing for too many others
      await visit(client, below(STEPS + 1)).catch(() => {});
      if (below(ABANDONED) === 0) abandoned.push(client);
      // with unread bytes this is a reset, else an end
      else client.close();
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  return abandoned;
}

/** Runs visits and waits until nobody is left of these and the `earlier` ones. */
async function churnAndLeave(server: BusyServer, visits: number, earlier: number): Promise<void> {
  for (const client of await churn(server, visits)) client.close();
  await waitUntil(
    () => server.linesOf(/ disconnected: /).length === visits + earlier,
    `the end of ${visits} visits`,
  );
}

Deno.test("a thousand viewers that leave at any step leave no descriptor and no memory behind", async () => {
  await using server = await BusyServer.start({ width: 320, height: 240, fps: 20, tidyMemory: true });
  await churnAndLeave(server, WARM_VISITS, 0);
  const { openDescriptors, residentBytes } = server;
  await churnAndLeave(server, VISITS, WARM_VISITS);
  await waitUntil(() => server.openDescriptors <= openDescriptors, `${openDescriptors} descriptors as before`);
  const grownBytes = server.residentBytes - residentBytes;
  assert.ok(grownBytes <= MAX_GROWTH_BYTES, `${grownBytes} bytes more are in use than before`);
  assert.ok(server.linesOf(/ initialized: /).length > VISITS, "most visits ended in the handshake");
  assert.deepEqual(server.linesOf(/error: /), []);
});
