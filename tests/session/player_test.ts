import assert from "node:assert/strict";
import { RecordingError, UsageError } from "../../lib/base/errors.ts";
import { Display } from "../../lib/display/display.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { type PlaybackResult, SessionPlayer, type SessionPlayerOptions } from "../../lib/session/player.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { updateMessage, type WireRect } from "../helpers/fake_server.ts";
import { concat, DeflateStream, encodeRaw, zrleTiles } from "../helpers/rects.ts";
import {
  BELL,
  copyUpdate,
  FakeDisplay,
  hextileUpdate,
  inFolder,
  rawUpdate,
  sizeUpdate,
  type TimedMessage,
  writeSession,
} from "../helpers/sessions.ts";

/** Runs `use` with a player of a recording of 8x6. */
async function withPlayer<T>(
  messages: readonly TimedMessage[],
  options: SessionPlayerOptions,
  use: (player: SessionPlayer, display: FakeDisplay) => Promise<T>,
): Promise<T> {
  return await inFolder(async (folder) => {
    await writeSession(`${folder}/session.rfb`, messages);
    using reader = await SessionReader.open(`${folder}/session.rfb`);
    const display = new FakeDisplay();
    return await use(new SessionPlayer(reader, display, options), display);
  });
}

/** Lets a player run until it waits for the clock. */
async function untilWaiting(clock: FakeClock): Promise<void> {
  while (clock.timerCount === 0) await settle();
}

Deno.test("SessionPlayer paints rects, moves copies, resizes and rings", async () => {
  const messages: TimedMessage[] = [
    [rawUpdate(8, 6, 0x111111), 0],
    [hextileUpdate(2, 2, 0xff0000, 1, 1), 0],
    [copyUpdate({ x: 1, y: 1 }, { x: 5, y: 3, width: 2, height: 2 }), 0],
    [BELL, 0],
    [sizeUpdate(9, 7), 0],
    [rawUpdate(1, 1, 0xabcdef, 8, 6), 0],
  ];
  await withPlayer(messages.slice(0, 4), {}, async (player, display) => {
    assert.deepEqual(await player.play(), { durationMs: 0, truncated: false, stopped: false });
    assert.deepEqual(display.calls, [
      "resize 8x6",
      "update 8x6+0+0",
      "update 2x2+1+1",
      "copy 2x2+1+1 to 5,3",
      "bell",
    ]);
    assert.deepEqual([display.colourAt(6, 4), display.colourAt(2, 2), display.colourAt(7, 5)], [
      0xff0000,
      0xff0000,
      0x111111,
    ]);
  });
  await withPlayer(messages, {}, async (player, display) => {
    await player.play();
    assert.deepEqual([display.width, display.height, display.colourAt(8, 6)], [9, 7, 0xabcdef]);
  });
});

Deno.test("SessionPlayer paints on a real display", async () => {
  await inFolder(async (folder) => {
    const copy = copyUpdate({ x: 0, y: 0 }, { x: 3, y: 2, width: 5, height: 4 });
    const messages: TimedMessage[] = [[rawUpdate(8, 6, 0x102030), 0], [hextileUpdate(2, 2, 0x405060), 0], [copy, 0]];
    await writeSession(`${folder}/session.rfb`, messages);
    using reader = await SessionReader.open(`${folder}/session.rfb`);
    const display = new Display({ width: 64, height: 48 });
    await new SessionPlayer(reader, display).play();
    assert.deepEqual([display.width, display.height], [8, 6]);
    const at = (x: number, y: number) => [...display.pixels.subarray(y * display.strideBytes + x * 4).subarray(0, 3)];
    assert.deepEqual([at(0, 0), at(4, 3), at(7, 5), at(2, 2)], [
      [0x60, 0x50, 0x40],
      [0x60, 0x50, 0x40],
      [0x30, 0x20, 0x10],
      [0x30, 0x20, 0x10],
    ]);
    display.close();
  });
});

/** When each message was shown, on the player's clock. */
async function timesShown(times: readonly number[], options: SessionPlayerOptions): Promise<number[]> {
  const clock = new FakeClock();
  const messages = times.map((timeMs, i): TimedMessage => [rawUpdate(1, 1, i + 1), timeMs]);
  return await withPlayer(messages, { ...options, clock }, async (player, display) => {
    const shown: number[] = [];
    let isOver = false;
    const result = player.play().then(() => isOver = true);
    while (!isOver) {
      await settle();
      const count = display.calls.filter((call) => call.startsWith("update")).length;
      while (shown.length < count) shown.push(clock.nowMs());
      clock.advance(clock.timerCount > 0 ? 1 : 0);
    }
    await result;
    return shown;
  });
}

Deno.test("SessionPlayer shows every message at its time, by speed and idle limit", async () => {
  const times = [0, 10, 10, 100, 120];
  assert.deepEqual(await timesShown(times, {}), [0, 10, 10, 100, 120]);
  assert.deepEqual(await timesShown(times, { speed: 2 }), [0, 5, 5, 50, 60]);
  assert.deepEqual(await timesShown(times, { speed: 0.5 }), [0, 20, 20, 200, 240]);
  assert.deepEqual(await timesShown(times, { idleLimitMs: 30 }), [0, 10, 10, 40, 60]);
  assert.deepEqual(await timesShown(times, { idleLimitMs: 30, speed: 2 }), [0, 5, 5, 20, 30]);
  assert.deepEqual(await timesShown(times, { speed: Infinity }), [0, 0, 0, 0, 0]);
  assert.deepEqual(await timesShown([0, 0xffffffff], { idleLimitMs: 0 }), [0, 0]);
});

Deno.test("SessionPlayer paints what came before its start at once and keeps the pauses behind it", async () => {
  const times = [0, 10, 10, 100, 120];
  assert.deepEqual(await timesShown(times, { startMs: 10 }), [0, 0, 0, 90, 110]);
  assert.deepEqual(await timesShown(times, { startMs: 60 }), [0, 0, 0, 40, 60]);
  assert.deepEqual(await timesShown(times, { startMs: 60, speed: 2, idleLimitMs: 30 }), [0, 0, 0, 15, 25]);
  assert.deepEqual(await timesShown(times, { startMs: 1_000 }), [0, 0, 0, 0, 0]);
});

Deno.test("SessionPlayer does not drift when the clock is late", async () => {
  const clock = new FakeClock();
  const messages = [0, 10, 20, 30].map((timeMs): TimedMessage => [BELL, timeMs]);
  await withPlayer(messages, { clock }, async (player, display) => {
    const result = player.play();
    await untilWaiting(clock);
    clock.advance(25);
    await untilWaiting(clock);
    assert.equal(display.calls.filter((call) => call === "bell").length, 3);
    clock.advance(5);
    await result;
    assert.equal(clock.nowMs(), 30);
  });
});

Deno.test("SessionPlayer waits through pauses longer than a timer can be", async () => {
  const clock = new FakeClock();
  await withPlayer([[BELL, 0], [BELL, 0xffffffff]], { clock }, async (player, display) => {
    const result = player.play();
    await untilWaiting(clock);
    clock.advance(3_600_000);
    await untilWaiting(clock);
    assert.equal(display.calls.filter((call) => call === "bell").length, 1);
    player.stop();
    assert.deepEqual(await result, { durationMs: 0, truncated: false, stopped: true });
    assert.equal(clock.timerCount, 0);
  });
});

Deno.test("SessionPlayer loops over a recording that takes no time without doing nothing else", async () => {
  const clock = new FakeClock();
  await withPlayer([[BELL, 0]], { clock, loop: true }, async (player, display) => {
    const result = player.play();
    for (let round = 1; round <= 3; round++) {
      await untilWaiting(clock);
      assert.equal(display.calls.filter((call) => call === "bell").length, round);
      clock.advance(100);
    }
    await untilWaiting(clock);
    player.stop();
    await result;
  });
});

Deno.test("SessionPlayer starts in the middle with the picture as it was then", async () => {
  const clock = new FakeClock();
  const messages: TimedMessage[] = [[rawUpdate(8, 6, 1), 0], [BELL, 50], [rawUpdate(1, 1, 2), 60], [BELL, 90]];
  await withPlayer(messages, { clock, startMs: 70 }, async (player, display) => {
    const result = player.play();
    await untilWaiting(clock);
    assert.deepEqual([display.colourAt(0, 0), display.colourAt(1, 0), display.calls.includes("bell")], [2, 1, false]);
    clock.advance(20);
    assert.equal((await result).durationMs, 90);
    assert.deepEqual(display.calls.filter((call) => call === "bell").length, 1);
  });
});

function zrleRect(stream: DeflateStream, value: number): WireRect {
  const pixels = { width: 8, height: 6, values: new Array<number>(48).fill(value) };
  return { width: 8, height: 6, encoding: Encoding.ZRLE, payload: stream.rect(zrleTiles(pixels)) };
}

Deno.test("SessionPlayer loops from a black picture and fresh zlib streams", async () => {
  const clock = new FakeClock();
  const stream = new DeflateStream();
  const messages: TimedMessage[] = [
    [sizeUpdate(8, 6), 0],
    [updateMessage([zrleRect(stream, 1)]), 100],
    [updateMessage([zrleRect(stream, 2)]), 200],
  ];
  await withPlayer(messages, { clock, loop: true }, async (player, display) => {
    const result = player.play();
    for (let round = 0; round < 3; round++) {
      await untilWaiting(clock);
      assert.equal(display.colourAt(0, 0), 0);
      clock.advance(100);
      await untilWaiting(clock);
      assert.equal(display.colourAt(7, 5), 1);
      clock.advance(100);
    }
    await untilWaiting(clock);
    player.stop();
    assert.equal((await result).stopped, true);
  });
});

Deno.test("SessionPlayer plays pieces of messages and pointer shapes of other recorders", async () => {
  await inFolder(async (folder) => {
    const payload = Uint8Array.of(1, 2, 3, 0, 0x80);
    const cursor = updateMessage([{ width: 1, height: 1, encoding: PseudoEncoding.Cursor, payload }]);
    const cutText = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 1, 0x61);
    const stream = concat([rawUpdate(8, 6, 5), cutText, BELL, cursor, rawUpdate(1, 1, 6)]);
    const header = await writeSession(`${folder}/header.rfb`, []);
    const pieces = [];
    for (let at = 0; at < stream.length; at += 5) {
      const piece = stream.subarray(at, at + 5);
      pieces.push(Uint8Array.of(0, 0, 0, piece.length), piece, new Uint8Array(-piece.length & 3), new Uint8Array(4));
    }
    await Deno.writeFile(`${folder}/pieces.fbs`, concat([header, ...pieces]));
    using reader = await SessionReader.open(`${folder}/pieces.fbs`);
    const display = new FakeDisplay();
    assert.equal((await new SessionPlayer(reader, display).play()).truncated, false);
    assert.deepEqual([display.colourAt(0, 0), display.colourAt(1, 0)], [6, 5]);
    assert.deepEqual(display.cursors.map(({ pixels }) => [...pixels]), [[3, 2, 1, 255]]);
    assert.ok(display.calls.includes("bell"));
  });
});

/** Plays bytes as fast as they come. */
async function playBytes(bytes: Uint8Array): Promise<{ result: PlaybackResult; display: FakeDisplay }> {
  return await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/session.rfb`, bytes);
    using reader = await SessionReader.open(`${folder}/session.rfb`);
    const display = new FakeDisplay();
    const result = await new SessionPlayer(reader, display, { speed: Infinity }).play();
    return { result, display };
  });
}

Deno.test("SessionPlayer shows a recording cut at any byte up to its last whole message", async () => {
  await inFolder(async (folder) => {
    const messages: TimedMessage[] = [1, 2, 3].map((value, i) => [rawUpdate(8, 6, value), i * 1_000_000]);
    const bytes = await writeSession(`${folder}/whole.rfb`, messages);
    const blockLength = messages[0]![0].length + 8;
    const headerLength = bytes.length - 3 * blockLength;
    for (let length = headerLength; length <= bytes.length; length++) {
      const { result, display } = await playBytes(bytes.subarray(0, length));
      const whole = Math.floor((length - headerLength) / blockLength);
      assert.equal(display.colourAt(7, 5), whole, `cut at ${length}`);
      assert.equal(result.truncated, (length - headerLength) % blockLength !== 0, `cut at ${length}`);
      assert.equal(result.durationMs, Math.max(0, whole - 1) * 1_000_000);
    }
  });
});

Deno.test("SessionPlayer ends with RecordingError or plays on, whatever byte of a recording is wrong", async () => {
  await inFolder(async (folder) => {
    const stream = new DeflateStream();
    const raw = { width: 8, height: 6, values: new Array<number>(48).fill(9) };
    const zlib = { width: 8, height: 6, encoding: Encoding.Zlib, payload: stream.rect(encodeRaw(raw)) };
    const messages: TimedMessage[] = [
      [hextileUpdate(8, 6, 1), 0],
      [copyUpdate({ x: 0, y: 0 }, { x: 1, y: 1, width: 2, height: 2 }), 5],
      [updateMessage([zlib]), 9],
      [sizeUpdate(6, 8), 10],
      [BELL, 11],
    ];
    const bytes = await writeSession(`${folder}/whole.rfb`, messages);
    let failures = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const flipped = bytes.map((byte, i) => i === at ? byte ^ flip : byte);
        await playBytes(flipped).catch((error) => {
          if (!(error instanceof RecordingError)) throw error;
          assert.ok(error.offset >= 0 && error.offset <= bytes.length);
          failures++;
        });
      }
    }
    assert.ok(failures > 50);
  });
});

Deno.test("SessionPlayer names the block that cannot be shown, after showing those before", async () => {
  const bad = updateMessage([{ x: 7, width: 2, height: 1, encoding: Encoding.Raw, payload: new Uint8Array(8) }]);
  await withPlayer([[rawUpdate(8, 6, 3), 0], [bad, 0]], {}, async (player, display) => {
    await assert.rejects(player.play(), (error) => {
      assert.ok(error instanceof RecordingError);
      assert.match(error.message, /^Cannot replay ".*session\.rfb": Cannot decode a rect of 2x1 at 7,0/);
      return error.offset > 100;
    });
    assert.equal(display.colourAt(0, 0), 3);
  });
});

Deno.test("SessionPlayer refuses speeds, starts, limits and pixels that cannot be", async () => {
  const speeds = [{ speed: 0 }, { speed: -1 }, { speed: NaN }];
  for (const options of [...speeds, { idleLimitMs: -1 }, { idleLimitMs: NaN }, { startMs: -1 }]) {
    await assert.rejects(withPlayer([], options, (player) => player.play()), UsageError);
  }
  await inFolder(async (folder) => {
    const bytes = await writeSession(`${folder}/session.rfb`, []);
    await Deno.writeFile(`${folder}/bgr.rfb`, bytes.map((byte, at) => at === 62 ? 0 : at === 64 ? 16 : byte));
    using reader = await SessionReader.open(`${folder}/bgr.rfb`);
    assert.throws(() => new SessionPlayer(reader, new FakeDisplay()), /not 32 bpp x8r8g8b8/);
  });
});
