/** Disks that fill up while a session is recorded: the session goes on, and the file stays whole. */

import assert from "node:assert/strict";
import { StorageError } from "../../lib/base/errors.ts";
import { createLogger } from "../../lib/base/log.ts";
import { rect } from "../../lib/base/rect.ts";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import { Display } from "../../lib/display/display.ts";
import { type RecordingRun, recordSession, type RecordSessionOptions } from "../../lib/run/record_session.ts";
import { SessionPlayer } from "../../lib/session/player.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { keepBusy, paintBusyFrame } from "../helpers/busy_picture.ts";
import { FAULT_RIG_SIZE, type FaultRig, faultTest } from "../helpers/fault_rig.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { waitUntil } from "../helpers/peers.ts";
import { inFolder } from "../helpers/sessions.ts";
import { needsSmallDisk, onSmallDisk } from "../helpers/small_disk.ts";
import { spawnVncd } from "../helpers/vncd.ts";

const MOUNT = needsSmallDisk();
const DISK_BYTES = 2 << 20;
const FPS = 20;
const { width: WIDTH, height: HEIGHT } = FAULT_RIG_SIZE;
const FULL = /^vncd: error: Cannot write ".*session\.rfb": no space left on device; the recording waits for it$/;

/** A recording of the rig's display, and what it says. */
async function record(
  rig: FaultRig,
  file: string,
  options: Omit<RecordSessionOptions, "file"> = {},
): Promise<{ run: RecordingRun; lines: string[] }> {
  const lines: string[] = [];
  const logger = createLogger("info", (line) => lines.push(line));
  const run = await recordSession({ file, server: `127.0.0.1::${rig.service.port}`, logger, ...options });
  return { run, lines };
}

/** The picture at the end of a recording. */
async function lastPicture(file: string): Promise<Uint8Array> {
  using reader = await SessionReader.open(file);
  const display = new Display({ width: 1, height: 1 });
  try {
    await new SessionPlayer(reader, display, { speed: Infinity }).play();
    return colours(display);
  } finally {
    display.close();
  }
}

/** The bytes B,G,R of a display's pixels; the fourth says nothing. */
function colours({ pixels }: Display): Uint8Array {
  return pixels.filter((_, at) => at % 4 !== 3);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Leaves no byte free in a folder's disk. */
async function fillUp(folder: string): Promise<void> {
  using ballast = await Deno.open(`${folder}/ballast`, { write: true, create: true });
  const write = async () => {
    for (;;) await ballast.write(new Uint8Array(65_536));
  };
  await assert.rejects(write, /no space left/i);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Paints a frame whenever the one before is in the recording: of those that are lost none is painted over. */
async function paintUntil(rig: FaultRig, file: string, isEnough: () => boolean): Promise<void> {
  for (let frame = 0; !isEnough(); frame++) {
    const { size } = await Deno.stat(file);
    paintBusyFrame(rig.display, frame, HEIGHT);
    await waitUntil(async () => isEnough() || (await Deno.stat(file)).size > size, `frame ${frame} in the recording`);
  }
}

/** As Deno.test with a rig, where a small disk can be had. */
function smallDiskTest(name: string, body: (rig: FaultRig, folder: string) => Promise<void>): void {
  faultTest(name, (rig) => onSmallDisk(DISK_BYTES, (folder) => body(rig, folder)), {}, MOUNT);
}

smallDiskTest(
  "a recording waits for space on a full disk, and goes on with a whole picture",
  async (rig, folder) => {
    const [file, ballast] = [`${folder}/session.rfb`, `${folder}/ballast`];
    await Deno.writeFile(ballast, new Uint8Array(DISK_BYTES / 2));
    const { run, lines } = await record(rig, file);
    await paintUntil(rig, file, () => lines.some((line) => FULL.test(line)));
    await rig.assertWitnessServed();
    const { messages: before } = checkFbs(await Deno.readFile(file));

    await Deno.remove(ballast);
    await waitUntil(() => lines.includes("vncd: the recording goes on"), "space");
    await waitUntil(
      async () => sameBytes(await lastPicture(file), colours(rig.display)),
      "the picture in the recording",
    );
    const { error, messages } = await run.stop();
    assert.equal(error, undefined);
    assert.equal(checkFbs(await Deno.readFile(file)).messages, messages);
    assert.ok(messages > before, `${before} messages became ${messages}`);
    const index = (await Deno.readTextFile(`${file}.idx`)).trimEnd().split("\n").map((line) => JSON.parse(line).kind);
    assert.deepEqual(index, ["start", "gap", "end"]);
    assert.equal(lines.filter((line) => line.includes("error: ")).length, 1, lines.join("\n"));
  },
);

smallDiskTest("a recording that is to stop on a full disk ends with what fitted", async (rig, folder) => {
  const file = `${folder}/session.rfb`;
  const { run } = await record(rig, file, { onDiskError: "stop" });
  const rest = keepBusy(rig.display, FPS, HEIGHT);
  const { error, messages } = await run.finished;
  rest();
  assert.ok(error instanceof StorageError, `${error}`);
  assert.equal(checkFbs(await Deno.readFile(file)).messages, messages);
  assert.ok(messages > 0);
});

smallDiskTest("vncd record that is to stop on a full disk exits with 62 and says why", async (rig, folder) => {
  const file = `${folder}/session.rfb`;
  await using recorder = spawnVncd(["record", file, `127.0.0.1::${rig.service.port}`, "--on-disk-error", "stop"]);
  await waitUntil(() => exists(file), `the file; the recorder said: ${recorder.output}`);
  const rest = keepBusy(rig.display, FPS, HEIGHT);
  assert.equal(await recorder.exit(), 62, recorder.output);
  rest();
  assert.match(recorder.output, /Cannot write ".*session\.rfb": no space left on device\n/);
  assert.ok(checkFbs(await Deno.readFile(file)).messages > 0);
});

smallDiskTest("the viewers of a machine notice nothing of the full disk it is recorded on", async (_, folder) => {
  const file = `${folder}/session.rfb`;
  const lines: string[] = [];
  const logger = createLogger("info", (line) => lines.push(line));
  const run = await recordSession({ file, scene: "testcard", logger });
  const viewer = await connectVnc(`127.0.0.1::${run.scene!.service.port}`);
  try {
    await fillUp(folder);
    await waitUntil(() => lines.some((line) => FULL.test(line)), "the full disk");
    for (let i = 0; i < 3; i++) {
      viewer.requestUpdate(i > 0);
      await viewer.nextUpdate();
    }
    assert.equal(await Promise.race([run.finished, "goes on"]), "goes on");
  } finally {
    viewer.close();
    await run.stop();
  }
  checkFbs(await Deno.readFile(file));
});

faultTest("a recording that cannot even begin says so, and its server does not mind", async (rig) => {
  await inFolder(async (folder) => {
    const file = `${folder}/session.rfb`;
    await Deno.symlink("/dev/full", file);
    await assert.rejects(record(rig, file, { overwrite: true }), (error) => {
      return error instanceof StorageError && /^Cannot write ".*": no space left on device$/.test(error.message);
    });
  });
});

faultTest("an index that cannot be written is given up, and the recording goes on", async (rig) => {
  await inFolder(async (folder) => {
    const file = `${folder}/session.rfb`;
    await Deno.symlink("/dev/full", `${file}.idx`);
    const { run, lines } = await record(rig, file, { overwrite: true });
    rig.display.update(rect(0, 0, WIDTH, HEIGHT));
    await waitUntil(() => lines.length > 0, "the line about the index");
    assert.match(lines[0]!, /^vncd: warn: the index is given up: Cannot write ".*": no space left on device$/);
    await waitUntil(async () => checkFbs(await Deno.readFile(file), { cut: true }).messages > 0, "a message");
    assert.equal((await run.stop()).error, undefined);
    assert.ok(checkFbs(await Deno.readFile(file)).coveredAtZero);
  });
});
