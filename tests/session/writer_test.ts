import assert from "node:assert/strict";
import fc from "fast-check";
import { LimitError, ProtocolError, StorageError, UsageError } from "../../lib/base/errors.ts";
import { createLogger } from "../../lib/base/log.ts";
import { SessionFile, type WritableFile } from "../../lib/session/session_file.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { SessionWriter } from "../../lib/session/writer.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { BELL, copyUpdate, hextileUpdate, inFolder, rawUpdate, sizeUpdate, writeSession } from "../helpers/sessions.ts";

const GEOMETRY = { width: 8, height: 6, name: "test" };

/** A disk with so much room that takes a few bytes at a time. */
class SmallDisk implements WritableFile {
  bytes = new Uint8Array(0);
  room: number;
  truncateFails = false;
  syncs = 0;
  closes = 0;
  #position = 0;

  constructor(room: number) {
    this.room = room;
  }

  write(bytes: Uint8Array): Promise<number> {
    const count = Math.min(bytes.length, 7, this.room - this.#position);
    if (count <= 0) return Promise.reject(new Error("No space left on device (os error 28)"));
    const grown = new Uint8Array(Math.max(this.bytes.length, this.#position + count));
    grown.set(this.bytes);
    grown.set(bytes.subarray(0, count), this.#position);
    this.bytes = grown;
    this.#position += count;
    return Promise.resolve(count);
  }

  truncate(length: number): Promise<void> {
    if (this.truncateFails) return Promise.reject(new Error("no"));
    this.bytes = this.bytes.slice(0, length);
    return Promise.resolve();
  }

  seek(offset: number): Promise<number> {
    this.#position = offset;
    return Promise.resolve(offset);
  }

  syncData(): Promise<void> {
    this.syncs++;
    return Promise.resolve();
  }

  close(): void {
    this.closes++;
  }
}

Deno.test("SessionWriter writes what the format says, whatever the name", async () => {
  await inFolder(async (folder) => {
    const names = ["", "a", "joan", "a name of 26 bytes, exactly", "ü".repeat(200), "\ufeffbom", "tab\there \ud800"];
    for (const [i, name] of names.entries()) {
      const bytes = await writeSession(`${folder}/${i}.rfb`, [[rawUpdate(8, 6, 1), 0], [BELL, 5]], { name });
      const summary = checkFbs(bytes);
      assert.deepEqual([summary.width, summary.height, summary.messages, summary.bells], [8, 6, 2, 1]);
      using reader = await SessionReader.open(`${folder}/${i}.rfb`);
      const kept = new TextDecoder().decode(new TextEncoder().encode(name)).slice(0, 96);
      assert.equal(reader.header.name, kept);
    }
  });
});

Deno.test("SessionReader reads the messages and times that SessionWriter was given", async () => {
  const colour = fc.integer({ min: 0, max: 0xffffff });
  const message = fc.oneof(
    fc.constant(BELL),
    colour.map((value) => rawUpdate(8, 6, value)),
    colour.map((value) => hextileUpdate(3, 2, value, 5, 4)),
    fc.constant(copyUpdate({ x: 0, y: 0 }, { x: 2, y: 1, width: 6, height: 5 })),
    fc.constant(sizeUpdate(8, 6)),
  );
  const gap = fc.oneof(fc.nat(50), fc.nat(100_000_000));
  await inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(message, gap), { maxLength: 12 }), async (list) => {
        let timeMs = 0;
        const timed = list.map(([bytes, ms]) => [bytes, timeMs += ms] as const);
        const path = `${folder}/session.rfb`;
        const summary = checkFbs(await writeSession(path, timed, { overwrite: true }));
        assert.deepEqual([summary.messages, summary.durationMs], [timed.length, timeMs]);
        using reader = await SessionReader.open(path);
        const read = [];
        for await (const block of reader) read.push([block.bytes, block.timeMs]);
        assert.deepEqual(read, timed.map(([bytes, ms]) => [Uint8Array.from(bytes), ms]));
        assert.deepEqual([reader.truncated, reader.header.fbsVersion], [false, "001.000"]);
      }),
      { numRuns: 40 },
    );
  });
});

Deno.test("SessionWriter overwrites nothing unless it is told to", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/session.rfb`;
    await Deno.writeTextFile(path, "precious");
    await assert.rejects(SessionWriter.create(path, GEOMETRY), UsageError);
    assert.equal(await Deno.readTextFile(path), "precious");
    checkFbs(await writeSession(path, [[BELL, 0]], { overwrite: true }));
  });
});

Deno.test("SessionWriter overwrites no index either, and leaves no recording beside it", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/session.rfb.idx`, "precious");
    await assert.rejects(SessionWriter.create(`${folder}/session.rfb`, GEOMETRY), UsageError);
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["session.rfb.idx"]);
    assert.equal(await Deno.readTextFile(`${folder}/session.rfb.idx`), "precious");
  });
});

Deno.test("SessionWriter fails with StorageError where no file can be", async () => {
  await inFolder(async (folder) => {
    for (const path of [`${folder}/no/such/folder.rfb`, folder]) {
      await assert.rejects(SessionWriter.create(path, { ...GEOMETRY, overwrite: true }), StorageError);
    }
    const full = SessionWriter.create("/dev/full", { ...GEOMETRY, overwrite: true, index: false });
    await assert.rejects(full, /Cannot write "\/dev\/full": no space left on device$/);
  });
});

Deno.test("SessionWriter keeps a full disk's recording whole and goes on when there is room", async () => {
  const message = rawUpdate(8, 6, 7);
  const disk = new SmallDisk(1_000_000);
  const writer = await SessionWriter.over(new SessionFile(disk, "session.rfb"), undefined, GEOMETRY);
  await writer.append(message, 0);
  const whole = disk.bytes.slice();
  for (let missing = 1; missing <= message.length + 8; missing += 13) {
    disk.room = whole.length + message.length + 8 - missing;
    await assert.rejects(writer.append(message, 10), StorageError);
    assert.deepEqual(disk.bytes, whole);
    assert.equal(writer.byteLength, whole.length);
  }
  disk.room = 1_000_000;
  await writer.append(BELL, 20);
  await writer.close();
  assert.deepEqual(checkFbs(disk.bytes).messages, 2);
  assert.equal(disk.closes, 1);
});

Deno.test("SessionWriter writes nothing behind a block that it could not take back", async () => {
  const disk = new SmallDisk(1_000_000);
  const writer = await SessionWriter.over(new SessionFile(disk, "session.rfb"), undefined, GEOMETRY);
  disk.room = disk.bytes.length + 5;
  disk.truncateFails = true;
  await assert.rejects(writer.append(BELL, 0), /no space left/);
  disk.room = 1_000_000;
  await assert.rejects(writer.append(BELL, 0), /torn piece/);
  await writer.close();
  assert.equal(checkFbs(disk.bytes, { cut: true }).messages, 0);
});

Deno.test("SessionWriter gives up an index that cannot be written, with one log line", async () => {
  const lines: string[] = [];
  const logger = createLogger("warn", (line) => lines.push(line));
  const disk = new SmallDisk(1_000_000);
  const index = new SessionFile(new SmallDisk(20), "session.rfb.idx");
  const writer = await SessionWriter.over(new SessionFile(disk, "session.rfb"), index, { ...GEOMETRY, logger });
  await writer.append(sizeUpdate(9, 9), 0);
  await writer.close();
  assert.equal(checkFbs(disk.bytes).messages, 1);
  assert.equal(lines.length, 1);
});

Deno.test("SessionWriter refuses what is not for recordings", async () => {
  const disk = new SmallDisk(1_000_000);
  const writer = await SessionWriter.over(new SessionFile(disk, "session.rfb"), undefined, GEOMETRY);
  for (const message of [[], [3, 0, 0, 0, 0, 0, 0, 0], [1], [2, 2], [0, 0, 0]]) {
    await assert.rejects(writer.append(Uint8Array.from(message), 0), ProtocolError);
  }
  await assert.rejects(writer.append(BELL, 0x100000000), LimitError);
  await assert.rejects(writer.append(BELL, NaN), LimitError);
  await writer.append(BELL, 0xffffffff);
  await writer.close();
  await assert.rejects(writer.append(BELL, 0), StorageError);
  assert.equal(checkFbs(disk.bytes).messages, 1);
});

Deno.test("SessionWriter writes messages in the order of the calls, and no time before another", async () => {
  const disk = new SmallDisk(1_000_000);
  const writer = await SessionWriter.over(new SessionFile(disk, "session.rfb"), undefined, GEOMETRY);
  void writer.append(rawUpdate(8, 6, 1), 10);
  void writer.append(BELL, 5);
  await Promise.all([writer.append(BELL, 11.6), writer.close(), writer.close()]);
  const summary = checkFbs(disk.bytes);
  assert.deepEqual([summary.messages, summary.durationMs, summary.bells], [3, 12, 2]);
});

Deno.test("SessionWriter brings blocks to the disk after the interval, and at the end", async () => {
  const clock = new FakeClock();
  const disk = new SmallDisk(100_000_000);
  const file = new SessionFile(disk, "session.rfb");
  const writer = await SessionWriter.over(file, undefined, { ...GEOMETRY, clock, syncIntervalMs: 500 });
  await writer.append(BELL, 0);
  await writer.append(BELL, 1);
  await clock.advanceSlowly(499, 499);
  assert.equal(disk.syncs, 0);
  await clock.advanceSlowly(1, 1);
  assert.equal(disk.syncs, 1);
  await clock.advanceSlowly(5_000, 5_000);
  assert.deepEqual([disk.syncs, clock.timerCount], [1, 0]);
  await writer.append(BELL, 2);
  await writer.close();
  await settle();
  assert.deepEqual([disk.syncs, clock.timerCount], [2, 0]);
});

Deno.test("SessionWriter keeps an index of start, sizes and end beside the recording", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/session.rfb`;
    const messages = [[rawUpdate(8, 6, 1), 0], [sizeUpdate(10, 20), 1_500], [BELL, 2_000]] as const;
    const bytes = await writeSession(path, messages, { name: "lab\n" });
    const lines = (await Deno.readTextFile(`${path}.idx`)).trimEnd().split("\n").map((line) => JSON.parse(line));
    const [start, size, end] = lines;
    assert.equal(lines.length, 3);
    assert.ok(Number.isFinite(Date.parse(start.startTime)));
    delete start.startTime;
    assert.deepEqual(start, { kind: "start", version: 1, width: 8, height: 6, name: "lab\n" });
    assert.deepEqual({ ...size, offset: 0 }, { kind: "size", timeMs: 1_500, offset: 0, width: 10, height: 20 });
    assert.deepEqual([...bytes.subarray(size.offset, size.offset + 5)], [0, 0, 0, 16, 0]);
    assert.deepEqual(end, { kind: "end", timeMs: 2_000, offset: bytes.length, blocks: 3 });
  });
});
