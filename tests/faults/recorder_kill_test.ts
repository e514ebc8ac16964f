/** `kill -9` of a recorder at any moment: what it had recorded replays to the last whole message. */

import assert from "node:assert/strict";
import { Display } from "../../lib/display/display.ts";
import { serveVnc } from "../../lib/run/serve_vnc.ts";
import { SessionPlayer } from "../../lib/session/player.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { keepBusy } from "../helpers/busy_picture.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { waitUntil } from "../helpers/peers.ts";
import { inFolder } from "../helpers/sessions.ts";
import { spawnVncd } from "../helpers/vncd.ts";

const ROUNDS = 5;
const SIDE_BY_SIDE = 4;
const SIZE = { width: 640, height: 480 };
const FPS = 20;
/** Enough noise that blocks are of several hundred kB, and a kill finds some of them half written. */
const NOISE_ROWS = 240;
/** The first message is whole in a recording of so many bytes, as it has fewer. */
const PICTURE_BYTES = SIZE.width * SIZE.height * 4 + 16_384;

/** A recorder that is killed so long after its file is there, and has a picture where that is waited for. */
async function recordAndKill(file: string, address: string, delayMs: number, hasPicture: boolean): Promise<void> {
  await using recorder = spawnVncd(["record", file, address]);
  const least = hasPicture ? PICTURE_BYTES : 0;
  await waitUntil(async () => await sizeOf(file) >= least, `the file of a recorder, which said: ${recorder.output}`);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  recorder.kill("SIGKILL");
  assert.equal(await recorder.exit(), 128 + 9, recorder.output);
}

/** Bytes of a file; −1 while there is none. */
async function sizeOf(path: string): Promise<number> {
  return await Deno.stat(path).then(({ size }) => size, () => -1);
}

/** What is left of a recording. */
interface Remains {
  readonly messages: number;
  /** Where the first message is in the file. */
  readonly firstOffset: number;
}

/** The file is strict up to its last whole block, and the reader and the player get as far as that. */
async function checkRemains(file: string, how: string): Promise<Remains> {
  const { messages, durationMs, lastSize } = checkFbs(await Deno.readFile(file), { cut: true });
  using reader = await SessionReader.open(file);
  const offsets: number[] = [];
  for await (const { offset } of reader) offsets.push(offset);
  assert.equal(offsets.length, messages, how);
  const isTorn = reader.truncated;
  await reader.rewind();
  const display = new Display({ width: 1, height: 1 });
  try {
    const result = await new SessionPlayer(reader, display, { speed: Infinity }).play();
    assert.deepEqual(result, { durationMs, truncated: isTorn, stopped: false }, how);
    if (messages > 0) assert.deepEqual([display.width, display.height], lastSize, how);
  } finally {
    display.close();
  }
  return { messages, firstOffset: offsets[0] ?? Infinity };
}

/** A kill seldom finds a block half written, a lost machine often: the same of the file cut anywhere. */
async function checkTorn(file: string, firstOffset: number): Promise<void> {
  const { size } = await Deno.stat(file);
  if (firstOffset >= size) return;
  const cut = firstOffset + Math.floor(Math.random() * (size - firstOffset));
  await Deno.truncate(file, cut);
  await checkRemains(file, `cut at ${cut}`);
}

Deno.test("twenty recorders killed at any moment leave recordings that replay to the last whole message", async () => {
  const display = new Display({ ...SIZE, fps: FPS });
  const service = await serveVnc(display);
  const rest = keepBusy(display, FPS, NOISE_ROWS);
  /** Of those that begin together one is killed before it may have anything, and three in the middle of it. */
  async function round(file: string, at: number): Promise<void> {
    const delayMs = Math.random() * 1_000;
    await recordAndKill(file, `127.0.0.1::${service.port}`, delayMs, at > 0);
    const left = await checkRemains(file, `killed after ${delayMs} ms`);
    assert.ok(left.messages > 0 || at === 0, `no message after ${delayMs} ms`);
    await checkTorn(file, left.firstOffset);
    await Deno.remove(file);
  }
  try {
    await inFolder(async (folder) => {
      for (let i = 0; i < ROUNDS; i++) {
        const files = Array.from({ length: SIDE_BY_SIDE }, (_, at) => `${folder}/${i}-${at}.rfb`);
        await Promise.all(files.map(round));
      }
    });
  } finally {
    rest();
    await service.stop();
    display.close();
  }
});
