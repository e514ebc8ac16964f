import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { ConnectionError, StorageError } from "../../lib/base/errors.ts";
import { createLogger } from "../../lib/base/log.ts";
import { openVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { MessageDecoder, type Picture } from "../../lib/decode/message_decoder.ts";
import { createPixelTarget, movePixels } from "../../lib/decode/pixel_target.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { type MessageSource, SessionRecorder, type SessionRecorderOptions } from "../../lib/session/recorder.ts";
import { SessionFile, type WritableFile } from "../../lib/session/session_file.ts";
import { recordableMessages, RECORDING_ENCODINGS } from "../../lib/session/strict_messages.ts";
import { SessionWriter } from "../../lib/session/writer.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeServer, updateMessage, type WireRect } from "../helpers/fake_server.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { concat } from "../helpers/rects.ts";
import { BELL, copyUpdate, hextileUpdate, inFolder, rawUpdate, sizeUpdate } from "../helpers/sessions.ts";

const NONE = { width: 0, height: 0 };
const LAST: WireRect = { ...NONE, encoding: PseudoEncoding.LastRect };
const KEYS: WireRect = { ...NONE, encoding: PseudoEncoding.QEMUExtendedKeyEvent };

/** A file in memory that can be full. */
class MemoryDisk implements WritableFile {
  bytes = new Uint8Array(0);
  isFull = false;
  #position = 0;

  write(bytes: Uint8Array): Promise<number> {
    if (this.isFull) return Promise.reject(new Error("No space left on device (os error 28)"));
    const grown = new Uint8Array(this.#position + bytes.length);
    grown.set(this.bytes);
    grown.set(bytes, this.#position);
    this.bytes = grown;
    this.#position += bytes.length;
    return Promise.resolve(bytes.length);
  }

  truncate(length: number): Promise<void> {
    this.bytes = this.bytes.slice(0, length);
    return Promise.resolve();
  }

  seek(offset: number): Promise<number> {
    this.#position = offset;
    return Promise.resolve(offset);
  }

  syncData(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}

/** A source of 8x6 that a test plays; it keeps what the recorder asks. */
class TestSource extends EventEmitter implements MessageSource {
  #target = createPixelTarget(8, 6);
  #isPaused = false;
  readonly asked: string[] = [];
  readonly #closing = Promise.withResolvers<Error | undefined>();
  readonly closed = this.#closing.promise;
  readonly #decoder: MessageDecoder;

  constructor() {
    super();
    const target = () => this.#target;
    const picture: Picture = {
      get target() {
        return target();
      },
      resize: (width, height) => this.#target = createPixelTarget(width, height),
      copy: (source, destination) => movePixels(this.#target, source, destination),
    };
    this.#decoder = new MessageDecoder(picture, { wantsBytes: () => true });
  }

  get width(): number {
    return this.#target.width;
  }

  get height(): number {
    return this.#target.height;
  }

  requestUpdate(incremental: boolean): void {
    this.asked.push(incremental ? "incremental" : "whole");
  }

  pause(): void {
    this.#isPaused = true;
    this.asked.push("pause");
  }

  resume(): void {
    if (this.#isPaused) this.asked.push("resume");
    this.#isPaused = false;
  }

  /** The server sends messages. */
  async send(...messages: Uint8Array[]): Promise<void> {
    const reader = new ByteReader(concat(messages));
    for (let message = this.#decoder.next(reader); message !== undefined; message = this.#decoder.next(reader)) {
      this.emit("serverMessage", message);
      if (message.type === 0) this.emit("update");
    }
    await settle();
  }

  end(error: Error | undefined): void {
    this.#closing.resolve(error);
  }
}

async function recording(options: SessionRecorderOptions = {}) {
  const disk = new MemoryDisk();
  const clock = new FakeClock();
  const source = new TestSource();
  const file = new SessionFile(disk, "session.rfb");
  const writer = await SessionWriter.over(file, undefined, { width: 8, height: 6, name: "test", clock });
  const recorder = new SessionRecorder(source, writer, { clock, ...options });
  return { disk, clock, source, recorder };
}

/** The times of the blocks behind the header. */
function blockTimes(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer);
  const times: number[] = [];
  for (let at = 12; at < bytes.length;) {
    at += 8 + Math.ceil(view.getUint32(at) / 4) * 4;
    times.push(view.getUint32(at - 4));
  }
  return times.slice(4);
}

Deno.test("SessionRecorder counts time from the first whole picture, and ends with the time it was stopped", async () => {
  const { disk, clock, source, recorder } = await recording();
  clock.advance(70);
  await source.send(rawUpdate(8, 3, 1));
  clock.advance(30);
  await source.send(BELL, hextileUpdate(8, 3, 2, 0, 3));
  clock.advance(40);
  await source.send(copyUpdate({ x: 0, y: 0 }, { x: 0, y: 3, width: 4, height: 3 }));
  clock.advance(25);
  const summary = await recorder.stop();
  assert.deepEqual(blockTimes(disk.bytes), [0, 0, 0, 40, 65]);
  assert.deepEqual(summary, { durationMs: 65, messages: 5, byteLength: disk.bytes.length, error: undefined });
  const { coveredAtZero, encodings, durationMs } = checkFbs(disk.bytes);
  assert.deepEqual([coveredAtZero, [...encodings], durationMs], [true, [0, 5, 1], 65]);
});

Deno.test("SessionRecorder starts its time without a whole picture after a while", async () => {
  const { disk, clock, source, recorder } = await recording();
  await source.send(rawUpdate(1, 1, 1));
  clock.advance(10_001);
  await source.send(rawUpdate(1, 1, 2));
  clock.advance(5);
  await source.send(rawUpdate(1, 1, 3));
  await recorder.stop();
  assert.deepEqual(blockTimes(disk.bytes), [0, 0, 5]);
});

Deno.test("SessionRecorder asks for the whole picture first, and on when an update is written", async () => {
  const { source, recorder } = await recording();
  assert.deepEqual(source.asked, ["whole"]);
  await source.send(rawUpdate(8, 6, 1));
  await source.send(BELL);
  await source.send(rawUpdate(1, 1, 1));
  assert.deepEqual(source.asked, ["whole", "incremental", "incremental"]);
  await recorder.stop();
  await source.send(rawUpdate(1, 1, 1));
  assert.equal(source.asked.length, 3);
  assert.equal(source.listenerCount("serverMessage") + source.listenerCount("update"), 0);
});

Deno.test("SessionRecorder puts a new size alone and leaves out what is not for recordings", async () => {
  const { disk, source, recorder } = await recording();
  const raw = (width: number, height: number): WireRect => {
    return { width, height, encoding: Encoding.Raw, payload: new Uint8Array(width * height * 4) };
  };
  const size: WireRect = { width: 10, height: 9, encoding: PseudoEncoding.DesktopSize };
  const cutText = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 1, 0x61);
  const colours = Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  await source.send(updateMessage([KEYS]), cutText, colours, updateMessage([]));
  await source.send(updateMessage([raw(8, 6), size, raw(10, 9), KEYS, LAST], 0xffff));
  await source.send(updateMessage([raw(1, 1), LAST], 0xffff), BELL);
  await recorder.stop();
  const summary = checkFbs(disk.bytes);
  assert.deepEqual([summary.messages, summary.bells, summary.lastSize], [5, 1, [10, 9]]);
  assert.deepEqual([...summary.encodings], [0, -223]);
});

Deno.test("recordableMessages keeps the server's own bytes where it can", async () => {
  const source = new TestSource();
  const kept: [Uint8Array, Uint8Array][] = [];
  source.on("serverMessage", (message) => kept.push([message.bytes, recordableMessages(message)[0]!.bytes]));
  await source.send(rawUpdate(8, 6, 1), hextileUpdate(2, 2, 3), BELL);
  assert.equal(kept.length, 3);
  for (const [bytes, recorded] of kept) assert.equal(recorded, bytes);
});

Deno.test("SessionRecorder ends with an encoding that cannot be recorded", async () => {
  const { disk, source, recorder } = await recording();
  const zrle = { width: 0, height: 0, encoding: Encoding.Zlib, payload: Uint8Array.of(0, 0, 0, 2, 0x78, 0x9c) };
  await source.send(BELL, updateMessage([zrle]));
  assert.match((await recorder.done).error!.message, /Zlib \(6\) is not for recordings/);
  assert.equal(checkFbs(disk.bytes).messages, 1);
});

Deno.test("SessionRecorder ends when its source does, with everything written", async () => {
  const { disk, clock, source, recorder } = await recording();
  await source.send(rawUpdate(8, 6, 1));
  clock.advance(1_234);
  const lost = new ConnectionError("Cannot go on: gone", "lost");
  source.end(lost);
  const { error, durationMs } = await recorder.done;
  assert.deepEqual([error, durationMs], [lost, 1_234]);
  assert.equal((await recorder.stop()).error, lost);
  assert.equal(checkFbs(disk.bytes).messages, 2);
});

Deno.test("SessionRecorder waits for a full disk, tells once, and goes on with a whole picture", async () => {
  const lines: string[] = [];
  const logger = createLogger("error", (line) => lines.push(line));
  const { disk, clock, source, recorder } = await recording({ logger });
  await source.send(rawUpdate(8, 6, 1));
  disk.isFull = true;
  clock.advance(100);
  await source.send(rawUpdate(1, 1, 2), BELL, sizeUpdate(4, 4), rawUpdate(4, 4, 3));
  const asked = source.asked.length;
  await clock.advanceSlowly(5_000, 5_000);
  await source.send(rawUpdate(4, 4, 4));
  assert.deepEqual(source.asked.slice(asked), ["whole"]);
  disk.isFull = false;
  await source.send(BELL);
  assert.equal(checkFbs(disk.bytes).messages, 1);
  await clock.advanceSlowly(5_000, 5_000);
  assert.deepEqual(source.asked.slice(asked), ["whole", "whole"]);
  await source.send(rawUpdate(4, 4, 5));
  await source.send(rawUpdate(1, 1, 6));
  const { error } = await recorder.stop();
  const { messages, lastSize, durationMs } = checkFbs(disk.bytes);
  assert.deepEqual([error, messages, lastSize, durationMs], [undefined, 4, [4, 4], 10_100]);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /no space left on device; the recording waits/);
});

Deno.test("SessionRecorder ends at a full disk when it is told to, without a hole", async () => {
  const { disk, source, recorder } = await recording({ onDiskError: "stop" });
  await source.send(rawUpdate(8, 6, 1));
  disk.isFull = true;
  const sending = source.send(rawUpdate(1, 1, 2));
  disk.isFull = true;
  await sending;
  disk.isFull = false;
  await source.send(BELL);
  const { error, messages } = await recorder.done;
  assert.ok(error instanceof StorageError);
  assert.deepEqual([messages, checkFbs(disk.bytes).messages], [1, 1]);
});

Deno.test("SessionRecorder makes the server wait while the disk is slow", async () => {
  const { disk, source, recorder } = await recording();
  const release = Promise.withResolvers<void>();
  const write = disk.write.bind(disk);
  disk.write = async (bytes) => {
    await release.promise;
    return await write(bytes);
  };
  const pixels = { width: 2_000, height: 1_000, encoding: Encoding.Raw, payload: new Uint8Array(8_000_000) };
  const large = updateMessage([pixels]);
  await source.send(sizeUpdate(2_000, 1_000));
  await source.send(large);
  assert.deepEqual(source.asked, ["whole"]);
  await source.send(large);
  assert.deepEqual(source.asked, ["whole", "pause"]);
  release.resolve();
  while (source.asked.length < 6) await settle();
  assert.deepEqual(source.asked.slice(2), ["incremental", "resume", "incremental", "incremental"]);
  await recorder.stop();
  assert.equal(checkFbs(disk.bytes).messages, 3);
});

Deno.test("SessionRecorder records what a VncClient receives, the server's bytes unchanged", async () => {
  await inFolder(async (folder) => {
    const { server, stream } = FakeServer.create();
    const opening = openVnc(stream, { encodings: RECORDING_ENCODINGS });
    assert.deepEqual(await server.welcome(8, 6, "lab"), [...RECORDING_ENCODINGS]);
    const client: VncClient = await opening;
    const { width, height, name } = client;
    const writer = await SessionWriter.create(`${folder}/session.rfb`, { width, height, name });
    const recorder = new SessionRecorder(client, writer);
    await server.expect([3, 0, 0, 0, 0, 0, 0, 8, 0, 6]);
    const first = hextileUpdate(8, 6, 0x102030);
    await server.send(first);
    await server.expect([3, 1, 0, 0, 0, 0, 0, 8, 0, 6]);
    await server.send(sizeUpdate(9, 7));
    await server.expect([3, 0, 0, 0, 0, 0, 0, 9, 0, 7]);
    await server.send(rawUpdate(9, 7, 1));
    await server.expect([3, 1, 0, 0, 0, 0, 0, 9, 0, 7]);
    await server.send(Uint8Array.of(99));
    const { error } = await recorder.done;
    assert.match(error!.message, /type 99 was not agreed on/);
    const bytes = await Deno.readFile(`${folder}/session.rfb`);
    const summary = checkFbs(bytes);
    assert.deepEqual([summary.name, summary.lastSize, summary.coveredAtZero], ["lab ", [9, 7], true]);
    const headerLength = 12 + 20 + 12 + 32 + 12;
    assert.deepEqual(bytes.subarray(headerLength + 4, headerLength + 4 + first.length), first);
  });
});
