import assert from "node:assert/strict";
import { errorMessage } from "../../lib/base/errors.ts";
import { MAX_UPDATE_RECTS, RESIZE_GRACE_MS, THROTTLE_FLOOR_BYTES } from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import { HIDDEN_CURSOR } from "../../lib/display/cursor.ts";
import { Display } from "../../lib/display/display.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { parseFramebufferUpdateHeader, parseRectHeader } from "../../lib/rfb/server_messages.ts";
import { featuresOf } from "../../lib/server/client_features.ts";
import { DisplayStatistics } from "../../lib/server/display_statistics.ts";
import { DEFAULT_QUALITY } from "../../lib/server/lossy_rules.ts";
import { OutputBudget } from "../../lib/server/output_budget.ts";
import { OutputQueue } from "../../lib/server/output_queue.ts";
import { UpdatePacing } from "../../lib/server/update_pacing.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeEncoder, fakeUpdate } from "../helpers/fake_encoder.ts";
import { FakeStream } from "../helpers/fake_stream.ts";
import { concat } from "../helpers/rects.ts";

const WIDTH = 64;
const HEIGHT = 48;
const WHOLE = rect(0, 0, WIDTH, HEIGHT);
const CURSOR = { width: 1, height: 1, hotX: 0, hotY: 0, pixels: Uint8Array.of(255, 255, 255, 255) };

/** One client's pacing over a real display, with an encoder and a peer that a test plays. */
class Rig {
  readonly clock = new FakeClock();
  readonly display: Display;
  readonly encoder = new FakeEncoder();
  readonly stream: FakeStream;
  readonly output: OutputQueue;
  readonly pacing: UpdatePacing;
  readonly failures: string[] = [];
  #seen = 0;

  constructor(room = Infinity, encodings: readonly number[] = [], budget = new OutputBudget()) {
    this.display = new Display({ width: WIDTH, height: HEIGHT, clock: this.clock });
    this.stream = new FakeStream(room);
    this.output = new OutputQueue(this.stream, {
      clock: this.clock,
      budget,
      onDrain: () => this.pacing.tryUpdate(),
      onFailure: (error) => this.failures.push(errorMessage(error)),
    });
    this.pacing = new UpdatePacing({
      display: this.display,
      encoder: this.encoder,
      output: this.output,
      clock: this.clock,
      quality: DEFAULT_QUALITY,
      statistics: new DisplayStatistics(this.display, this.clock),
      onFailure: (reason) => this.failures.push(reason),
    });
    this.pacing.setFeatures(featuresOf(encodings));
  }

  get jobCount(): number {
    return this.encoder.jobs.length;
  }

  /** Changes one pixel and lets the display find it. */
  paint(x: number, y: number): void {
    const at = y * this.display.strideBytes + x * 4;
    this.display.pixels[at] = this.display.pixels[at]! + 1;
    this.display.update(rect(x, y, 1, 1));
    this.display.refresh();
  }

  /** The rect headers of the update at `index` of those sent since the last look. */
  async sent(): Promise<Uint8Array[]> {
    await settle();
    const sent = this.stream.writes.slice(this.#seen);
    this.#seen = this.stream.writes.length;
    return sent;
  }

  /** The first full update, so that nothing is changed any more. */
  async sendFirst(): Promise<void> {
    this.pacing.onRequest(false, WHOLE);
    await this.encoder.answer();
    await this.sent();
  }

  close(): void {
    this.pacing.close();
    this.output.end();
    this.display.close();
  }
}

function pacingTest(name: string, body: (rig: Rig) => Promise<void>, encodings: readonly number[] = []): void {
  Deno.test(name, async () => {
    const rig = new Rig(Infinity, encodings);
    try {
      await body(rig);
      assert.deepEqual(rig.failures, []);
    } finally {
      rig.close();
    }
  });
}

pacingTest("nothing is sent that was not asked for", async (rig) => {
  rig.paint(0, 0);
  assert.equal(rig.jobCount, 0);
  assert.deepEqual(await rig.sent(), []);
});

pacingTest("the first request, incremental or not, gets the whole screen", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  assert.equal(rig.jobCount, 1);
  assert.deepEqual(rig.encoder.last.rects, [WHOLE]);
  assert.equal(rig.pacing.request, "none");
  await rig.encoder.answer(20);
  const updates = await rig.sent();
  assert.deepEqual(updates.map((bytes) => bytes.length), [20]);
  assert.equal(rig.encoder.recycled, 1);
});

pacingTest("an incremental request waits until something has changed", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(true, WHOLE);
  rig.display.refresh();
  assert.equal(rig.jobCount, 1);
  assert.equal(rig.pacing.request, "incremental");
  rig.paint(17, 5);
  assert.equal(rig.jobCount, 2);
  assert.deepEqual(rig.encoder.last.rects, [rect(16, 5, 16, 1)]);
});

pacingTest("an incremental request is about the whole screen, whatever it says", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(true, rect(0, 0, 1, 1));
  rig.paint(40, 40);
  assert.deepEqual(rig.encoder.last.rects, [rect(32, 40, 16, 1)]);
});

pacingTest("a forced request is answered at once although nothing has changed, with what it asks for", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(false, rect(16, 8, 16, 4));
  assert.equal(rig.jobCount, 2);
  assert.deepEqual(rig.encoder.last.rects, [rect(16, 8, 16, 4)]);
});

pacingTest("a forced request shows what the device has painted since the last tick", async (rig) => {
  await rig.sendFirst();
  let value = 1;
  rig.display.setHwUpdate(() => {
    if (rig.display.pixels[0] === value) return;
    rig.display.pixels[0] = value;
    rig.display.update(rect(0, 0, 1, 1));
  });
  const shown = () => rig.display.memory.bytes(rig.display.serverSurface.pointer, 1)[0];
  for (let i = 0; i < 20; i++) rig.display.refresh();
  rig.clock.advance(20);
  value = 2;
  assert.equal(shown(), 1);
  rig.pacing.onRequest(false, rect(0, 0, 16, 1));
  assert.equal(shown(), 2);
});

pacingTest(
  "requests before the answer are one, and an incremental one does not take a forced one back",
  async (rig) => {
    rig.pacing.onRequest(true, WHOLE);
    for (let i = 0; i < 100; i++) rig.pacing.onRequest(false, WHOLE);
    rig.pacing.onRequest(true, WHOLE);
    assert.equal(rig.jobCount, 1);
    assert.equal(rig.pacing.request, "force");
    await rig.encoder.answer();
    assert.equal(rig.jobCount, 2);
    assert.equal(rig.pacing.request, "none");
    await rig.encoder.answer();
    assert.equal(rig.jobCount, 2);
    assert.equal((await rig.sent()).length, 2);
  },
);

pacingTest("what changes while a job is in flight goes into the next one", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  rig.pacing.onRequest(true, WHOLE);
  for (let i = 0; i < 5; i++) rig.paint(0, 0);
  assert.equal(rig.jobCount, 1);
  await rig.encoder.answer();
  assert.equal(rig.jobCount, 2);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 16, 1)]);
});

pacingTest(
  "requests outside the screen and of no pixels are kept, do not spin, and are answered by the next change",
  async (rig) => {
    await rig.sendFirst();
    for (const outside of [rect(60_000, 60_000, 10, 10), rect(0, 0, 0, 0), rect(WIDTH, 0, 65_535, 65_535)]) {
      rig.pacing.onRequest(false, outside);
      rig.display.refresh();
    }
    assert.equal(rig.jobCount, 1);
    assert.equal(rig.pacing.request, "force");
    rig.paint(0, 0);
    assert.equal(rig.jobCount, 2);
  },
);

pacingTest("requests that reach over the edge are clipped", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(false, rect(48, 40, 65_535, 65_535));
  assert.deepEqual(rig.encoder.last.rects, [rect(48, 40, 16, 8)]);
});

pacingTest("a job without a rect leaves the request as it was", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  await rig.encoder.answer(4, 0);
  assert.deepEqual(await rig.sent(), []);
  assert.equal(rig.pacing.request, "incremental");
  rig.paint(0, 0);
  assert.equal(rig.jobCount, 2);
  await rig.encoder.answer();
  assert.equal((await rig.sent()).length, 1);
});

Deno.test("an incremental request waits while a screenful is pending, a forced one does not", async () => {
  const rig = new Rig(0);
  rig.pacing.onRequest(true, WHOLE);
  await rig.encoder.answer(THROTTLE_FLOOR_BYTES);
  rig.pacing.onRequest(true, WHOLE);
  rig.paint(0, 0);
  assert.equal(rig.jobCount, 1);
  rig.pacing.onRequest(false, WHOLE);
  assert.equal(rig.jobCount, 2);
  await rig.encoder.answer(1_000);
  rig.pacing.onRequest(false, WHOLE);
  assert.equal(rig.jobCount, 2);
  await settle();
  rig.stream.take(THROTTLE_FLOOR_BYTES);
  await settle();
  assert.equal(rig.jobCount, 2);
  rig.stream.take(1_000);
  await settle();
  assert.equal(rig.jobCount, 3);
  rig.close();
});

Deno.test("a client that takes nothing has one forced update waiting, however often it asks", async () => {
  const rig = new Rig(0);
  for (let i = 0; i < 30_000; i++) {
    rig.pacing.onRequest(false, WHOLE);
    if (rig.jobCount === 1) await rig.encoder.answer(50_000);
  }
  assert.equal(rig.jobCount, 1);
  assert.equal(rig.output.bytesPending, 50_000);
  rig.close();
});

Deno.test("a paused client that reads again gets the latest picture, not the ones between", async () => {
  const rig = new Rig(0);
  rig.pacing.onRequest(true, WHOLE);
  await rig.encoder.answer(THROTTLE_FLOOR_BYTES);
  rig.pacing.onRequest(true, WHOLE);
  for (let i = 0; i < 50; i++) rig.paint(i % WIDTH, 0);
  assert.equal(rig.jobCount, 1);
  rig.stream.take(Infinity);
  await settle();
  assert.equal(rig.jobCount, 2);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 64, 1)]);
  rig.close();
});

pacingTest("an encoder that fails is reported", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  rig.encoder.jobs[0]!.reject(new Error("the worker died"));
  await settle();
  assert.deepEqual(rig.failures.splice(0), ["Cannot encode an update: the worker died"]);
});

pacingTest("a result that comes after the end is dropped", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  rig.pacing.close();
  assert.equal(rig.encoder.isClosed, true);
  await rig.encoder.answer();
  assert.deepEqual(await rig.sent(), []);
});

pacingTest("a new pixel format makes everything new, in that format", async (rig) => {
  await rig.sendFirst();
  rig.pacing.setPixelFormat(R3G3B2);
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual(rig.encoder.last.rects, [WHOLE]);
  assert.deepEqual(rig.encoder.last.settings, { pixelFormat: R3G3B2, encoding: Encoding.Raw });
});

pacingTest("a new pixel format answers a request that waits at the next tick of a busy display", async (rig) => {
  await rig.sendFirst();
  for (let i = 0; i < 20; i++) rig.display.refresh();
  rig.pacing.onRequest(true, WHOLE);
  assert(rig.display.refreshIntervalMs > 500);
  rig.pacing.setPixelFormat(R3G3B2);
  assert.equal(rig.jobCount, 1);
  rig.clock.advance(17);
  assert.equal(rig.jobCount, 2);
  assert.deepEqual(rig.encoder.last.rects, [WHOLE]);
});

pacingTest("a job in the old pixel format is not sent, and its request is answered in the new one", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  rig.pacing.setPixelFormat(R3G3B2);
  await rig.encoder.answer(20);
  assert.deepEqual(await rig.sent(), []);
  assert.equal(rig.encoder.discarded, 1);
  assert.equal(rig.jobCount, 2);
  assert.deepEqual(rig.encoder.last.settings.pixelFormat, R3G3B2);
  await rig.encoder.answer(30);
  assert.deepEqual((await rig.sent()).map((bytes) => bytes.length), [30]);
});

pacingTest("who lists TightPNG is sent something else while it has a byte a pixel", async (rig) => {
  const used: number[] = [];
  for (const format of [X8R8G8B8, R3G3B2, X8R8G8B8]) {
    rig.pacing.setPixelFormat(format);
    rig.pacing.onRequest(false, WHOLE);
    used.push(rig.encoder.last.settings.encoding);
    await rig.encoder.answer();
  }
  assert.deepEqual(used, [Encoding.TightPNG, Encoding.Hextile, Encoding.TightPNG]);
}, [Encoding.Hextile, Encoding.TightPNG]);

pacingTest("the compress level goes with the job", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  await Promise.resolve();
  const settings = { pixelFormat: X8R8G8B8, encoding: Encoding.Zlib, compressLevel: 3 };
  assert.deepEqual(rig.encoder.last.settings, settings);
}, [Encoding.Zlib, -253]);

pacingTest("a blit becomes a copy for a client that listed CopyRect", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(true, WHOLE);
  rig.display.copy(rect(0, 0, 16, 16), 32, 16);
  rig.display.refresh();
  assert.deepEqual(rig.encoder.last.copies, [{ destination: rect(32, 16, 16, 16), dx: 32, dy: 16 }]);
}, [Encoding.CopyRect]);

pacingTest("a blit becomes pixels for a client that did not", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(true, WHOLE);
  rig.display.copy(rect(0, 0, 16, 16), 32, 16);
  rig.display.refresh();
  assert.deepEqual(rig.encoder.last.copies, []);
  assert.deepEqual(rig.encoder.last.rects, [rect(32, 16, 16, 16)]);
});

pacingTest("a blit from where a job is in flight becomes pixels", async (rig) => {
  await rig.sendFirst();
  rig.pacing.onRequest(true, WHOLE);
  rig.paint(0, 0);
  rig.display.copy(rect(0, 0, 16, 1), 32, 16);
  await rig.encoder.answer();
  rig.pacing.onRequest(true, WHOLE);
  rig.display.refresh();
  assert.deepEqual(rig.encoder.last.rects, [rect(32, 16, 16, 1)]);
}, [Encoding.CopyRect]);

Deno.test("a blit from where a live update is not sent yet becomes pixels, once it is sent a copy", async () => {
  const rig = new Rig(0, [Encoding.CopyRect]);
  const blit = () => rig.display.copy(rect(0, 0, 16, 16), 32, 16);
  rig.pacing.onRequest(false, WHOLE);
  rig.encoder.jobs.at(-1)!.resolve({ ...fakeUpdate(20), isLive: true });
  await settle();
  blit();
  rig.pacing.onRequest(true, WHOLE);
  rig.display.refresh();
  assert.deepEqual([rig.encoder.last.copies, rig.encoder.last.rects], [[], [rect(32, 16, 16, 16)]]);
  rig.stream.take(1_000);
  await rig.encoder.answer();
  await settle();
  rig.pacing.onRequest(true, WHOLE);
  blit();
  rig.display.refresh();
  assert.deepEqual(rig.encoder.last.copies, [{ destination: rect(32, 16, 16, 16), dx: 32, dy: 16 }]);
  rig.close();
});

Deno.test("what waits of a live update is kept when the surface goes", async () => {
  const rig = new Rig(0);
  const rows = rig.display.memory.bytes(rig.display.serverSurface.pointer, WIDTH * HEIGHT * 4).fill(5);
  rig.output.send(Uint8Array.of(0));
  await settle();
  rig.pacing.onRequest(false, WHOLE);
  rig.encoder.jobs.at(-1)!.resolve({ ...fakeUpdate(20), tail: [rows], isLive: true });
  await settle();
  rig.display.resize(WIDTH * 2, HEIGHT);
  rows.fill(6);
  rig.stream.take(1_000_000);
  await settle();
  assert.deepEqual(rig.stream.writes.at(-1)!.subarray(20), new Uint8Array(WIDTH * HEIGHT * 4).fill(5));
  rig.close();
});

Deno.test("while the server's memory is spent a client who reads is served, one who does not waits, forced or not", async () => {
  const budget = new OutputBudget(100_000);
  const [slow, reader] = [new Rig(0, [], budget), new Rig(Infinity, [], budget)];
  slow.pacing.onRequest(false, WHOLE);
  await slow.encoder.answer(100_000);
  assert(budget.isSpent);
  for (const incremental of [true, false]) {
    for (const rig of [slow, reader]) {
      rig.paint(5, 5);
      rig.pacing.onRequest(incremental, WHOLE);
    }
    await reader.encoder.answer(50);
    assert.deepEqual([slow.jobCount, reader.output.bytesPending], [1, 0]);
  }
  assert.equal(reader.jobCount, 2);
  slow.stream.take(100_000);
  await settle();
  assert.deepEqual([slow.jobCount, budget.isSpent], [2, false]);
  slow.close();
  reader.close();
});

/** The encodings of an update that has no pixels. */
function pseudoRects(update: Uint8Array): number[] {
  const reader = new ByteReader(update);
  const count = parseFramebufferUpdateHeader(reader)!;
  const encodings: number[] = [];
  for (let i = 0; i < count; i++) {
    const { rect: area, encoding } = parseRectHeader(reader)!;
    encodings.push(encoding);
    if (encoding === PseudoEncoding.Cursor) reader.skip(area.width * area.height * 4 + area.height);
  }
  assert.equal(reader.available, 0);
  return encodings;
}

pacingTest(
  "the cursor and the key extension come with the first pixels, before them in the same update",
  async (rig) => {
    rig.display.setCursor(CURSOR);
    rig.pacing.onRequest(true, WHOLE);
    await rig.encoder.answer(20, 7);
    const [update] = await rig.sent();
    assert.equal(update![3], 9);
    const head = Uint8Array.of(0, 0, 0, 2, ...update!.subarray(4, -16));
    assert.deepEqual(pseudoRects(head), [PseudoEncoding.QEMUExtendedKeyEvent, PseudoEncoding.Cursor]);
  },
  [PseudoEncoding.Cursor, PseudoEncoding.QEMUExtendedKeyEvent],
);

pacingTest("a new cursor answers an incremental request, and only one", async (rig) => {
  await rig.sendFirst();
  rig.display.setCursor(CURSOR);
  assert.deepEqual(await rig.sent(), []);
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual((await rig.sent()).map(pseudoRects), [[PseudoEncoding.Cursor]]);
  assert.equal(rig.pacing.request, "none");
  rig.pacing.onRequest(true, WHOLE);
  rig.display.moveCursor(1, 1, true);
  assert.deepEqual(await rig.sent(), []);
  rig.display.moveCursor(1, 1, false);
  assert.deepEqual((await rig.sent()).map(pseudoRects), [[PseudoEncoding.Cursor]]);
}, [PseudoEncoding.Cursor]);

pacingTest("a forced request is answered with pixels, not with a cursor alone", async (rig) => {
  await rig.sendFirst();
  rig.display.setCursor(HIDDEN_CURSOR);
  rig.pacing.onRequest(false, WHOLE);
  assert.deepEqual(await rig.sent(), []);
  await rig.encoder.answer(20);
  assert.deepEqual((await rig.sent()).map((bytes) => bytes.length), [20 + 12]);
}, [PseudoEncoding.Cursor]);

pacingTest("listing the same again is not answered again", async (rig) => {
  await rig.sendFirst();
  for (let i = 0; i < 100; i++) {
    rig.pacing.setFeatures(featuresOf([PseudoEncoding.QEMUExtendedKeyEvent, PseudoEncoding.Cursor]));
    rig.pacing.onRequest(true, WHOLE);
  }
  assert.deepEqual((await rig.sent()).map(pseudoRects), [[PseudoEncoding.QEMUExtendedKeyEvent]]);
});

pacingTest("a new size is announced alone, before pixels of that size", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(100, 70);
  rig.pacing.onRequest(true, WHOLE);
  const updates = await rig.sent();
  assert.deepEqual(updates.map(pseudoRects), [[PseudoEncoding.DesktopSize]]);
  assert.equal(rig.jobCount, 1);
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 100, 70)]);
  assert.deepEqual([rig.encoder.last.surface.width, rig.encoder.last.surface.height], [100, 70]);
}, [PseudoEncoding.DesktopSize]);

pacingTest("a forced request after a new size gets the size, and the pixels when none follows it", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(32, 32);
  rig.pacing.onRequest(false, rect(0, 0, 10, 10));
  assert.deepEqual((await rig.sent()).map(pseudoRects), [[PseudoEncoding.DesktopSize]]);
  rig.clock.advance(RESIZE_GRACE_MS - 1);
  assert.equal(rig.jobCount, 1);
  rig.clock.advance(1);
  await rig.encoder.answer(20);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 32, 32)]);
  assert.deepEqual((await rig.sent()).map(({ length }) => length), [20]);
  assert.equal(rig.pacing.request, "none");
}, [PseudoEncoding.DesktopSize]);

for (const incremental of [false, true]) {
  pacingTest(`a forced request and the one that a new size makes (${incremental}) get one picture`, async (rig) => {
    await rig.sendFirst();
    rig.display.resize(32, 32);
    rig.pacing.onRequest(false, WHOLE);
    assert.deepEqual((await rig.sent()).map(pseudoRects), [[PseudoEncoding.DesktopSize]]);
    // it may say how it wants its pixels now: it has had an answer
    rig.pacing.setPixelFormat(R3G3B2);
    rig.pacing.onRequest(incremental, rect(0, 0, 32, 32));
    assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 32, 32)]);
    assert.equal(rig.encoder.last.settings.pixelFormat, R3G3B2);
    await rig.encoder.answer(20);
    assert.deepEqual((await rig.sent()).map(({ length }) => length), [20]);
    rig.clock.advance(10 * RESIZE_GRACE_MS);
    assert.deepEqual([rig.jobCount, rig.pacing.request], [2, "none"]);
  }, [PseudoEncoding.DesktopSize]);
}

pacingTest("a size that changes again before the client has said anything is announced again", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(32, 32);
  rig.pacing.onRequest(false, WHOLE);
  rig.display.resize(48, 16);
  rig.clock.advance(RESIZE_GRACE_MS);
  const [update] = (await rig.sent()).slice(-1);
  assert.deepEqual(parseRectHeader(new ByteReader(update!.subarray(-12)))?.rect, rect(0, 0, 48, 16));
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 48, 16)]);
}, [PseudoEncoding.DesktopSize]);

pacingTest("a job from before a new size is sent before the size is announced", async (rig) => {
  rig.pacing.onRequest(true, WHOLE);
  rig.display.resize(100, 70);
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual(await rig.sent(), []);
  await rig.encoder.answer(20);
  const [sent] = await rig.sent();
  assert.equal(sent!.length, 20 + 16);
  assert.deepEqual(pseudoRects(sent!.subarray(20)), [PseudoEncoding.DesktopSize]);
}, [PseudoEncoding.DesktopSize]);

pacingTest("no job is cut while a forced request has the device asked, which may set a new size", async (rig) => {
  await rig.sendFirst();
  for (let i = 0; i < 20; i++) rig.display.refresh();
  rig.clock.advance(20);
  rig.display.setHwUpdate(() => {
    rig.display.setHwUpdate(undefined);
    rig.display.setCursor(CURSOR);
    rig.display.resize(32, 32);
  });
  rig.pacing.onRequest(false, WHOLE);
  assert.equal(rig.jobCount, 1);
  rig.pacing.onRequest(false, WHOLE);
  assert.deepEqual(rig.encoder.jobs.slice(1).map(({ job }) => job.rects), [[rect(0, 0, 32, 32)]]);
}, [PseudoEncoding.DesktopSize, PseudoEncoding.Cursor]);

pacingTest("of many new sizes the last one is announced", async (rig) => {
  await rig.sendFirst();
  for (let side = 10; side < 60; side++) rig.display.resize(side, side);
  rig.pacing.onRequest(true, WHOLE);
  const [update] = await rig.sent();
  const reader = new ByteReader(update!.subarray(4));
  assert.deepEqual(parseRectHeader(reader)?.rect, rect(0, 0, 59, 59));
}, [PseudoEncoding.DesktopSize]);

pacingTest("a client that cannot resize is sent what fits, and black around it, in one answer", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(32, 100);
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 32, 48)]);
  assert.deepEqual(await rig.sent(), []);
  await rig.encoder.answer(20);
  const reader = new ByteReader(concat(await rig.sent()));
  assert.equal(parseFramebufferUpdateHeader(reader), 2);
  reader.skip(20 - 4);
  assert.deepEqual(parseRectHeader(reader), { rect: rect(32, 0, 32, 48), encoding: Encoding.Raw });
  assert(reader.view(32 * 48 * 4).every((byte) => byte === 0));
  assert.equal(reader.available, 0);
  rig.pacing.onRequest(false, rect(40, 0, 8, 8));
  const [again] = await rig.sent();
  assert.equal(again!.length, 4 + 12 + 8 * 8 * 4);
  assert.equal(rig.pacing.request, "none");
});

pacingTest("black that finds no room among very many rects comes with the next request", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(32, HEIGHT);
  rig.pacing.onRequest(true, WHOLE);
  await rig.encoder.answer(20, MAX_UPDATE_RECTS);
  const [full, ...more] = await rig.sent();
  assert.equal(parseFramebufferUpdateHeader(new ByteReader(full!)), MAX_UPDATE_RECTS);
  assert.deepEqual([full!.length, more], [20, []]);
  rig.pacing.onRequest(true, WHOLE);
  const [black] = await rig.sent();
  assert.equal(black!.length, 4 + 12 + 32 * HEIGHT * 4);
  assert.equal(rig.pacing.request, "none");
});

pacingTest("a client that says later that it can resize is told the size and gets everything", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(100, 70);
  rig.pacing.onRequest(true, WHOLE);
  await rig.encoder.answer();
  await rig.sent();
  rig.pacing.onRequest(true, WHOLE);
  rig.pacing.setFeatures(featuresOf([PseudoEncoding.DesktopSize]));
  assert.deepEqual((await rig.sent()).map(pseudoRects), [[PseudoEncoding.DesktopSize]]);
  rig.pacing.onRequest(true, WHOLE);
  assert.deepEqual(rig.encoder.last.rects, [rect(0, 0, 100, 70)]);
});

pacingTest("copies are not sent to a client that sees a part only", async (rig) => {
  await rig.sendFirst();
  rig.display.resize(100, 48);
  rig.pacing.onRequest(true, WHOLE);
  await rig.encoder.answer();
  rig.pacing.onRequest(true, WHOLE);
  rig.display.copy(rect(80, 0, 16, 16), 32, 16);
  rig.display.refresh();
  assert.deepEqual(rig.encoder.last.copies, []);
  assert.deepEqual(rig.encoder.last.rects, [rect(32, 16, 16, 16)]);
}, [Encoding.CopyRect]);
