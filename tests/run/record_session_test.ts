import assert from "node:assert/strict";
import { createLogger } from "../../lib/base/log.ts";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import { recordSession } from "../../lib/run/record_session.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { waitUntil } from "../helpers/peers.ts";
import { inFolder } from "../helpers/sessions.ts";

async function hasMessage(file: string): Promise<boolean> {
  using reader = await SessionReader.open(file);
  return await reader.next() !== undefined;
}

Deno.test("a viewer of the recorded scene that asks for exclusive access does not end the recording", () =>
  inFolder(async (folder) => {
    const recording = await recordSession({ scene: "console", file: `${folder}/session.rfb` });
    const viewer = await connectVnc(recording.scene!.service.addresses[0]!, { shared: false });
    viewer.requestUpdate(false);
    await viewer.nextUpdate();
    viewer.close();
    await waitUntil(() => hasMessage(`${folder}/session.rfb`), "a message in the recording");
    assert.equal((await recording.stop()).error, undefined);
  }));

Deno.test("the recorder of a scene takes no viewer's place and is no client in the log", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const logger = createLogger("info", (line) => lines.push(line));
    const file = `${folder}/session.rfb`;
    const recording = await recordSession({ scene: "console", file, maxConnections: 1, password: "secret", logger });
    assert.deepEqual([recording.scene!.service.server.clients, lines], [[], []]);
    const viewer = await connectVnc(recording.scene!.service.addresses[0]!, { password: "secret" });
    viewer.requestUpdate(false);
    await viewer.nextUpdate();
    viewer.close();
    assert.equal((await recording.stop()).error, undefined);
  }));

Deno.test("a scene whose recording cannot be written is not served any more", () =>
  inFolder(async (folder) => {
    const file = `${folder}/missing/session.rfb`;
    const socket = `${folder}/vnc.sock`;
    await assert.rejects(recordSession({ scene: "console", file, listen: `unix:${socket}` }), /^StorageError: Cannot/);
    await assert.rejects(connectVnc(`unix:${socket}`), /Cannot connect/);
  }));

Deno.test("an index that is there is refused before anybody is connected to", () =>
  inFolder(async (folder) => {
    const file = `${folder}/session.rfb`;
    await Deno.writeTextFile(`${file}.idx`, "");
    const server = `unix:${folder}/nobody.sock`;
    await assert.rejects(recordSession({ file, server }), /^UsageError: Cannot record to ".*idx": it exists already$/);
  }));
