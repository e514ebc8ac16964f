import assert from "node:assert/strict";
import { Encoding, encodingName } from "../../lib/rfb/encodings.ts";
import { measureServer } from "../../lib/client/measure_server.ts";
import { freeDisplay, needsPeer, PeerProcess } from "../helpers/peers.ts";
import { XVNC } from "../helpers/servers.ts";

/** What TigerVNC's server can. */
const ANSWERED = [Encoding.Raw, Encoding.RRE, Encoding.Hextile, Encoding.ZRLE, Encoding.Tight];

Deno.test("Xvnc is measured in the encodings that it has", needsPeer(XVNC), async () => {
  const display = freeDisplay();
  const args = [`:${display}`, "-SecurityTypes", "None", "-localhost", "-geometry", "320x200", "-AlwaysShared"];
  await using process = new PeerProcess(XVNC, args);
  await process.waitForOutput(/Listening for VNC connections/);
  const { measured, unanswered, width } = await measureServer(`127.0.0.1:${5900 + display}`, { updates: 2 });
  assert.equal(width, 320);
  assert.deepEqual(measured.map(({ encoding }) => encoding), ANSWERED, "measured");
  const others = unanswered.map(({ encoding, reason }) => `${encodingName(encoding)}: ${reason}`);
  assert(others.includes("TRLE (15): it answers in Raw (0)"), others.join());
});
