import assert from "node:assert/strict";
import { RecordingError, StorageError } from "../../lib/base/errors.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { writeServerInit } from "../../lib/rfb/server_messages.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { written } from "../helpers/fake_server.ts";
import { concat } from "../helpers/rects.ts";
import { BELL, inFolder, rawUpdate, type TimedMessage, writeSession } from "../helpers/sessions.ts";

const ASCII = new TextEncoder();

/** A block as foreign recorders write it, with garbage for padding. */
function block(payload: Uint8Array, timeMs: number): Uint8Array {
  const padding = new Uint8Array(-payload.length & 3).fill(0x2b);
  return written((writer) => writer.u32(payload.length).bytes(payload).bytes(padding).u32(timeMs));
}

function init(width: number, height: number, name = "joan"): Uint8Array {
  return written((writer: ByteWriter) => writeServerInit(writer, { width, height, pixelFormat: X8R8G8B8, name }));
}

const U32_NONE = Uint8Array.of(0, 0, 0, 1);
const LIST_NONE = Uint8Array.of(1, 1);

async function readAll(bytes: Uint8Array): Promise<{ reader: SessionReader; blocks: [Uint8Array, number][] }> {
  return await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/foreign.fbs`, bytes);
    using reader = await SessionReader.open(`${folder}/foreign.fbs`);
    const blocks: [Uint8Array, number][] = [];
    for await (const { bytes, timeMs } of reader) blocks.push([bytes, timeMs]);
    return { reader, blocks };
  });
}

async function fails(bytes: Uint8Array, message: RegExp, offset?: number): Promise<void> {
  await assert.rejects(readAll(bytes), (error) => {
    assert.ok(error instanceof RecordingError, `${error}`);
    assert.match(error.message, message);
    if (offset !== undefined) assert.equal(error.offset, offset);
    return true;
  });
}

Deno.test("SessionReader reads the handshakes that recorders write", async () => {
  const messages: [Uint8Array, number][] = [[BELL, 3], [rawUpdate(1, 1, 5), 9]];
  const handshakes = [
    ["003.003", [U32_NONE]],
    ["003.003", [Uint8Array.of(0, 0, 0, 2), new Uint8Array(16), new Uint8Array(4)]],
    ["003.007", [LIST_NONE]],
    ["003.008", [LIST_NONE]],
    ["003.008", [LIST_NONE, new Uint8Array(4)]],
    ["003.008", [Uint8Array.of(2, 16, 2), new Uint8Array(16), new Uint8Array(4)]],
    ["003.008", [U32_NONE]],
    ["003.889", [LIST_NONE, new Uint8Array(4)]],
  ] as const;
  for (const [version, security] of handshakes) {
    const parts = [ASCII.encode(`RFB ${version}\n`), ...security, init(640, 480).subarray(0, 24), ASCII.encode("joan")];
    const separate = parts.map((part) => block(part, 0));
    const merged = block(concat(parts), 0);
    for (const magic of ["FBS 001.000\n", "FBS 001.001\n"]) {
      for (const header of [concat(separate), merged]) {
        const { reader, blocks } = await readAll(
          concat([ASCII.encode(magic), header, ...messages.map(([bytes, ms]) => block(bytes, ms))]),
        );
        assert.deepEqual(blocks, messages);
        const { width, height, name, fbsVersion } = reader.header;
        assert.deepEqual([width, height, name, `FBS ${fbsVersion}\n`], [640, 480, "joan", magic]);
        assert.equal(reader.truncated, false);
      }
    }
  }
});

Deno.test("SessionReader gives what follows the handshake in its block", async () => {
  const first = concat([ASCII.encode("RFB 003.003\n"), U32_NONE, init(8, 6), BELL, rawUpdate(8, 6, 1)]);
  const { blocks } = await readAll(concat([ASCII.encode("FBS 001.000\n"), block(first, 0), block(BELL, 7)]));
  assert.deepEqual(blocks, [[concat([BELL, rawUpdate(8, 6, 1)]), 0], [BELL, 7]]);
});

function recording(...blocks: Uint8Array[]): Uint8Array {
  const handshake = concat([ASCII.encode("RFB 003.003\n"), U32_NONE, init(8, 6)]);
  return concat([ASCII.encode("FBS 001.000\n"), block(handshake, 0), ...blocks]);
}

Deno.test("SessionReader takes an empty block for the end", async () => {
  const { reader, blocks } = await readAll(recording(block(BELL, 5), block(new Uint8Array(0), 900)));
  assert.deepEqual([blocks.length, reader.truncated, reader.timeMs], [1, false, 900]);
});

Deno.test("SessionReader takes zeros at the end for a lost tail", async () => {
  for (const zeros of [8, 9, 4_096]) {
    const { reader, blocks } = await readAll(recording(block(BELL, 5), new Uint8Array(zeros)));
    assert.deepEqual([blocks.length, reader.truncated], [1, true], `${zeros} zeros`);
  }
});

Deno.test("SessionReader lets no time go back", async () => {
  const { blocks } = await readAll(recording(block(BELL, 9), block(BELL, 5), block(BELL, 0xffffffff), block(BELL, 1)));
  assert.deepEqual(blocks.map(([, timeMs]) => timeMs), [9, 9, 0xffffffff, 0xffffffff]);
});

Deno.test("SessionReader gives the whole blocks of a file cut at any byte", async () => {
  await inFolder(async (folder) => {
    const messages: TimedMessage[] = [[rawUpdate(3, 2, 1), 0], [BELL, 10], [rawUpdate(2, 2, 3), 20]];
    const bytes = await writeSession(`${folder}/whole.rfb`, messages);
    const headerLength = bytes.length - messages.reduce((sum, [m]) => sum + 8 + Math.ceil(m.length / 4) * 4, 0);
    const ends = [headerLength];
    for (const [m] of messages) ends.push(ends.at(-1)! + 8 + Math.ceil(m.length / 4) * 4);
    for (let length = 0; length <= bytes.length; length++) {
      if (length < headerLength) {
        await fails(bytes.subarray(0, length), /Cannot read ".*foreign\.fbs": it (is no recording|ends in its handsh)/);
        continue;
      }
      const { reader, blocks } = await readAll(bytes.subarray(0, length));
      assert.equal(blocks.length, ends.filter((end) => end <= length).length - 1, `cut at ${length}`);
      assert.equal(reader.truncated, !ends.includes(length), `cut at ${length}`);
    }
  });
});

Deno.test("SessionReader reads again from the first message after rewind", async () => {
  await inFolder(async (folder) => {
    const first = concat([ASCII.encode("RFB 003.003\n"), U32_NONE, init(8, 6), BELL]);
    const path = `${folder}/a.fbs`;
    await Deno.writeFile(
      path,
      concat([ASCII.encode("FBS 001.000\n"), block(first, 0), block(BELL, 7)]).subarray(0, -2),
    );
    using reader = await SessionReader.open(path);
    for (let round = 0; round < 3; round++) {
      const times = [];
      for await (const { timeMs } of reader) times.push(timeMs);
      assert.deepEqual([times, reader.truncated], [[0], true]);
      await reader.rewind();
      assert.deepEqual([reader.truncated, reader.timeMs], [false, 0]);
    }
  });
});

Deno.test("SessionReader refuses files that are no recordings, with one sentence", async () => {
  await fails(new Uint8Array(0), /^Cannot read ".*": it is no recording$/, 0);
  await fails(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 0), /no FBS 001\.000 or 001\.001/, 0);
  for (const magic of ["FBS 001.002\n", "FBS 002.000\n", "RBS 001.001\n", "FBS 001.000\r"]) {
    await fails(concat([ASCII.encode(magic), new Uint8Array(50)]), /no FBS 001\.000 or 001\.001/, 0);
  }
  await assert.rejects(SessionReader.open("/dev/zero"), RecordingError);
  await inFolder(async (folder) => {
    await assert.rejects(SessionReader.open(folder), /it is a directory$/);
    await assert.rejects(SessionReader.open(`${folder}/none\x1b.rfb`), (error) => {
      return error instanceof StorageError && /^Cannot read ".*none\\x1b.rfb": no such file/.test(error.message);
    });
  });
});

Deno.test("SessionReader refuses handshakes that are none, with the block's offset", async () => {
  const start = (...parts: Uint8Array[]) => concat([ASCII.encode("FBS 001.000\n"), ...parts.map((p) => block(p, 0))]);
  const version = ASCII.encode("RFB 003.003\n");
  await fails(start(ASCII.encode("HTTP/1.1 200")), /read a protocol version/, 12);
  await fails(start(version, Uint8Array.of(0, 0, 0, 16)), /security type is unknown \(16\)/, 32);
  await fails(start(ASCII.encode("RFB 003.008\n"), Uint8Array.of(1, 19, 0, 0)), /security types are unknown \(19\)/);
  await fails(start(version, Uint8Array.of(0, 0, 0, 2), new Uint8Array(20).fill(1)), /authentication failed/);
  await fails(start(version, U32_NONE, init(65_535, 65_535)), /65535x65535: limit is/, 44);
  await fails(start(version, U32_NONE, init(0, 5)), /0x5: it is empty/);
  const format = init(8, 6).map((byte, at) => at === 4 ? 24 : byte);
  await fails(start(version, U32_NONE, format), /24 bits per pixel/);
  const name = init(8, 6).map((byte, at) => at >= 20 ? 0xff : byte);
  await fails(start(version, U32_NONE, name), /desktop name of 4294967295 bytes/);
  await fails(start(version, new Uint8Array(0), U32_NONE), /ends in its handshake/);
});

Deno.test("SessionReader takes a length beyond the file for a lost tail without reading it", async () => {
  for (const length of [0x7fffffff, 0xffffffff, 300_000_000]) {
    const claim = written((writer) => writer.u32(length).pad(100));
    const { reader, blocks } = await readAll(recording(block(BELL, 1), claim));
    assert.deepEqual([blocks.length, reader.truncated], [1, true]);
  }
});

Deno.test("SessionReader refuses a block over the cap even when the file has it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/sparse.rfb`;
    const head = recording(block(BELL, 1));
    await Deno.writeFile(path, concat([head, written((writer) => writer.u32(300_000_000))]));
    await Deno.truncate(path, head.length + 300_000_008);
    using reader = await SessionReader.open(path);
    await reader.next();
    await assert.rejects(reader.next(), (error) => error instanceof RecordingError && error.offset === head.length);
  });
});
