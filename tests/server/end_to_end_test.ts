import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate } from "node:timers";
import { intersectRects, type Rect, rect } from "../../lib/base/rect.ts";
import { openVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { Display } from "../../lib/display/display.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import { Encoding, encodingName, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, pixelValue, R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { parseSetColourMapEntries } from "../../lib/rfb/server_messages.ts";
import { VncServer } from "../../lib/server/vnc_server.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { SlowStream } from "../helpers/slow_stream.ts";

/** A server over a display that ticks only when told to, with real workers. */
class LiveRig {
  readonly display: Display;
  readonly pool: WorkerPool;
  readonly server: VncServer;

  constructor(width: number, height: number, pool: WorkerPool = new WorkerPool({ maxWorkers: 1 })) {
    this.display = new Display({ width, height, clock: new FakeClock() });
    this.pool = pool;
    this.server = new VncServer(this.display, { pool });
  }

  async open(encodings: readonly number[]): Promise<VncClient> {
    const [near, far] = memoryPipe();
    this.server.addStream(far);
    return await openVnc(near, { encodings });
  }

  async end(): Promise<void> {
    await this.server.stop();
    this.pool.close();
    this.display.close();
  }
}

async function withRig(rig: LiveRig, body: (rig: LiveRig) => Promise<void>): Promise<void> {
  try {
    await body(rig);
  } finally {
    await rig.end();
  }
}

/** The same numbers in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return Math.floor(state / 0x1_0000_0000 * below);
  };
}

function randomRect(random: (below: number) => number, { width, height }: Display): Rect {
  const x = random(width);
  const y = random(height);
  return rect(x, y, 1 + random(width - x), 1 + random(height - y));
}

/** Paints a rect with few colours or many, and reports it. */
function paint(display: Display, area: Rect, random: (below: number) => number): void {
  const colours = 1 + random(3) ** 5;
  for (let y = area.y; y < area.y + area.height; y++) {
    for (let x = area.x; x < area.x + area.width; x++) {
      const colour = random(colours) * 7_919 + 1;
      display.pixels.set([colour & 0xff, colour >> 8 & 0xff, colour >> 3 & 0xff], y * display.strideBytes + x * 4);
    }
  }
  display.update(area);
}

/** Bytes B,G,R of every pixel. */
function colours(pixels: Uint8Array, width: number, height: number, strideBytes: number): Uint8Array {
  const picture = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const at = Math.floor(i / width) * strideBytes + i % width * 4;
    picture.set(pixels.subarray(at, at + 3), i * 3);
  }
  return picture;
}

function displayColours(display: Display): Uint8Array {
  return colours(display.pixels, display.width, display.height, display.strideBytes);
}

function assertSamePicture(client: VncClient, display: Display, when: string): void {
  const { pixels, width, height, strideBytes } = client.framebuffer;
  assert.deepEqual([width, height], [display.width, display.height], when);
  const [shown, painted] = [colours(pixels, width, height, strideBytes), displayColours(display)];
  const wrong = shown.findIndex((byte, i) => byte !== painted[i]);
  assert.equal(wrong, -1, `${when}: pixel ${Math.floor(wrong / 3) % width},${Math.floor(wrong / 3 / width)} differs`);
}

/** Something happens on the display: paint, blit, or a new size. */
function change(display: Display, random: (below: number) => number): void {
  const kind = random(10);
  if (kind === 0) display.resize(1 + random(200), 1 + random(120));
  else if (kind < 4) display.copy(randomRect(random, display), random(display.width), random(display.height));
  if (kind < 8) paint(display, randomRect(random, display), random);
}

const { Raw, RRE, CoRRE, Hextile, Zlib, Tight, TRLE, ZRLE } = Encoding;

for (const encoding of [Raw, RRE, CoRRE, Hextile, Zlib, Tight, TRLE, ZRLE]) {
  Deno.test(`a viewer's picture is the display's through ${encodingName(encoding)}, CopyRect and new sizes`, async () => {
    await withRig(new LiveRig(130, 90), async (rig) => {
      const random = randomNumbers(encoding + 1);
      const client = await rig.open([encoding, Encoding.CopyRect, PseudoEncoding.DesktopSize, PseudoEncoding.Cursor]);
      const seen = new Set<number>();
      client.on("update", ({ rects }) => rects.forEach((updated) => seen.add(updated.encoding)));
      client.requestUpdate(false);
      await client.nextUpdate();
      for (let round = 0; round < 60; round++) {
        for (let i = random(3); i >= 0; i--) change(rig.display, random);
        // one pixel that the viewer surely has not yet, or there may be nothing to wait for
        rig.display.pixels[0] = client.framebuffer.pixels[0]! ^ 0xff;
        rig.display.update(rect(0, 0, 1, 1));
        rig.display.refresh();
        const update = client.nextUpdate();
        client.requestUpdate(true);
        await update;
        assertSamePicture(client, rig.display, `round ${round}`);
      }
      // where subrects would take more bytes than pixels
      if (encoding === RRE || encoding === CoRRE) seen.delete(Raw);
      assert.deepEqual([...seen].sort(), [encoding, Encoding.CopyRect].sort());
      client.close();
    });
  });
}

Deno.test("changes while updates are under way all arrive in the end", async () => {
  await withRig(new LiveRig(160, 100), async (rig) => {
    const random = randomNumbers(7);
    const clients = [await rig.open([Encoding.ZRLE, Encoding.CopyRect]), await rig.open([Encoding.Hextile])];
    for (const client of clients) {
      client.on("update", () => client.requestUpdate(true));
      client.requestUpdate(true);
    }
    for (let round = 0; round < 200; round++) {
      if (random(3) === 0) rig.display.copy(randomRect(random, rig.display), random(160), random(100));
      else paint(rig.display, randomRect(random, rig.display), random);
      rig.display.refresh();
      if (round % 10 === 0) await clients[round / 10 % 2]!.nextUpdate();
    }
    for (const [i, client] of clients.entries()) {
      // a mark in the corner comes with or behind everything before it
      for (let mark = 1; mark < 4; mark++) {
        rig.display.pixels.fill(mark, 0, 3);
        rig.display.update(rect(0, 0, 1, 1));
        rig.display.refresh();
        while (client.framebuffer.pixels[0] !== mark) await client.nextUpdate();
      }
      assertSamePicture(client, rig.display, `client ${i}`);
      client.removeAllListeners("update");
    }
  });
});

Deno.test("a slow viewer's picture is the display's behind a live update in which pixels moved", async () => {
  await withRig(new LiveRig(160, 120), async (rig) => {
    const { display } = rig;
    const random = randomNumbers(11);
    // half a picture is taken at once, the rest when the viewer reads on
    const [near, far] = memoryPipe({ capacityBytes: 50_000 });
    const slow = new SlowStream(near);
    rig.server.addStream(Object.assign(far, { takesShared: true }));
    const client = await openVnc(slow, { encodings: [Encoding.Raw, Encoding.CopyRect, PseudoEncoding.DesktopSize] });
    const seen = new Set<number>();
    client.on("update", ({ rects }) => rects.forEach((updated) => seen.add(updated.encoding)));
    for (let round = 0; round < 60; round++) {
      if (round % 10 === 0) display.resize(16 * (8 + random(6)), 140 + random(40));
      paint(display, randomRect(random, display), random);
      const whole = client.nextUpdate();
      client.requestUpdate(false);
      slow.hold();
      for (let turns = 2; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      display.copy(randomRect(random, display), random(display.width), random(display.height));
      if (random(10) === 0) display.resize(display.width - 16, display.height);
      display.pixels[0] = display.pixels[0]! ^ 0xff;
      display.update(rect(0, 0, 1, 1));
      display.refresh();
      slow.release();
      await whole;
      do {
        const rest = client.nextUpdate();
        client.requestUpdate(true);
        // the first update may have had everything
        display.pixels[4] = display.pixels[4]! ^ 0xff;
        display.update(rect(1, 0, 1, 1));
        display.refresh();
        await rest;
      } while (client.width !== display.width);
      assertSamePicture(client, display, `round ${round}`);
    }
    // all that moved was on its way
    assert.deepEqual([...seen], [Encoding.Raw]);
    client.close();
  });
});

/** Reads one Raw update of a whole screen as pixel values. */
async function readRawPixels(client: RawClient, format: PixelFormat, width: number, height: number): Promise<number[]> {
  const bytesPerPixel = format.bitsPerPixel / 8;
  const values = new Array<number>(width * height).fill(-1);
  await client.readUpdate(async ({ rect: area, encoding }) => {
    assert.equal(encoding, Encoding.Raw);
    assert.deepEqual(intersectRects(area, rect(0, 0, width, height)), area);
    const bytes = await client.read(area.width * area.height * bytesPerPixel);
    for (let i = 0; i < area.width * area.height; i++) {
      const pixel = bytes.slice(i * bytesPerPixel, (i + 1) * bytesPerPixel);
      if (!format.bigEndianFlag) pixel.reverse();
      const at = (area.y + Math.floor(i / area.width)) * width + area.x + i % area.width;
      values[at] = pixel.reduce((value, byte) => value * 256 + byte, 0);
    }
  });
  return values;
}

/** The display's picture as pixel values of a format. */
function expectedPixels(display: Display, format: PixelFormat): number[] {
  const bytes = displayColours(display);
  return Array.from({ length: bytes.length / 3 }, (_, i) => {
    return pixelValue(format, bytes[i * 3 + 2]!, bytes[i * 3 + 1]!, bytes[i * 3]!);
  });
}

Deno.test("a viewer that changes its pixel format again and again gets each picture in the format it asked for", async () => {
  await withRig(new LiveRig(70, 30), async (rig) => {
    paint(rig.display, rect(0, 0, 70, 30), randomNumbers(3));
    const client = await RawClient.initialized(rig.server);
    const rgb565 = {
      ...X8R8G8B8,
      bitsPerPixel: 16,
      depth: 16,
      redMax: 31,
      greenMax: 63,
      blueMax: 31,
      redShift: 11,
      greenShift: 5,
    };
    const formats = [
      { ...X8R8G8B8, bigEndianFlag: true },
      rgb565,
      { ...rgb565, bigEndianFlag: true },
      R3G3B2,
      { ...X8R8G8B8, redShift: 0, blueShift: 16 },
    ];
    await client.request(false);
    const first = await readRawPixels(client, X8R8G8B8, 70, 30);
    assert.deepEqual(first.map((value) => value & 0xffffff), expectedPixels(rig.display, X8R8G8B8));
    for (const format of formats) {
      await client.setPixelFormat(format);
      await client.request(true);
      const values = await readRawPixels(client, format, 70, 30);
      assert.deepEqual(values, expectedPixels(rig.display, format));
    }
  });
});

Deno.test("a colour-map viewer sees the picture in the colours of its map", async () => {
  await withRig(new LiveRig(20, 10), async (rig) => {
    paint(rig.display, rect(0, 0, 20, 10), randomNumbers(4));
    const client = await RawClient.initialized(rig.server);
    await client.setPixelFormat({ ...X8R8G8B8, bitsPerPixel: 8, depth: 8, trueColourFlag: false });
    await client.request(false);
    const { colours: map } = await client.readParsed(parseSetColourMapEntries);
    const indices = await readRawPixels(client, R3G3B2, 20, 10);
    const bytes = displayColours(rig.display);
    for (const [i, index] of indices.entries()) {
      assert(Math.abs(map[index]!.red / 257 - bytes[i * 3 + 2]!) < 37);
      assert(Math.abs(map[index]!.blue / 257 - bytes[i * 3]!) < 86);
    }
  });
});

Deno.test("a viewer that cannot resize sees what fits, and black around it", async () => {
  await withRig(new LiveRig(64, 48), async (rig) => {
    const client = await rig.open([Encoding.Hextile]);
    rig.display.pixels.fill(0xff);
    rig.display.update(rect(0, 0, 64, 48));
    rig.display.refresh();
    client.requestUpdate(false);
    await client.nextUpdate();
    rig.display.resize(32, 100);
    paint(rig.display, rect(0, 0, 32, 100), randomNumbers(5));
    rig.display.refresh();
    client.requestUpdate(true);
    await client.nextUpdate();
    const { pixels, strideBytes, width } = client.framebuffer;
    assert.equal(width, 64);
    for (let y = 0; y < 48; y++) {
      for (let x = 0; x < 64; x++) {
        const shown = [...pixels.subarray(y * strideBytes + x * 4, y * strideBytes + x * 4 + 3)];
        const at = y * rig.display.strideBytes + x * 4;
        const painted = x < 32 ? [...rig.display.pixels.subarray(at, at + 3)] : [0, 0, 0];
        assert.deepEqual(shown, painted, `${x},${y}`);
      }
    }
    client.close();
  });
});

Deno.test("a display that is served again and again needs no more memory for it", async () => {
  const display = new Display({ width: 64, height: 48, clock: new FakeClock() });
  const sizes = new Set<number>();
  for (let i = 0; i < 4; i++) {
    const server = new VncServer(display);
    const [near, far] = memoryPipe();
    server.addStream(far);
    const client = await openVnc(near);
    client.requestUpdate(false);
    await client.nextUpdate();
    await server.stop();
    client.close();
    sizes.add(display.memory.memory.buffer.byteLength);
  }
  display.close();
  assert.equal(sizes.size, 1);
});

Deno.test("a viewer draws the guest's pointer, and hides it when the guest does", async () => {
  await withRig(new LiveRig(32, 32), async (rig) => {
    const pixels = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0);
    rig.display.setCursor({ width: 2, height: 1, hotX: 1, hotY: 0, pixels });
    const client = await rig.open([Encoding.Raw, PseudoEncoding.Cursor]);
    const shown = once(client, "cursor");
    client.requestUpdate(false);
    const [cursor] = await shown;
    assert.deepEqual([cursor.width, cursor.height, cursor.hotX, cursor.hotY], [2, 1, 1, 0]);
    const hidden = once(client, "cursor");
    client.requestUpdate(true);
    rig.display.moveCursor(3, 3, false);
    assert.deepEqual((await hidden)[0].width, 0);
    client.close();
  });
});

Deno.test("a job that fails ends its client and no other", async () => {
  const pool = new WorkerPool({ maxWorkers: 2, faultOf: (client) => client === 0 ? "fail" : undefined });
  await withRig(new LiveRig(64, 48, pool), async (rig) => {
    const [doomed, other] = [await rig.open([Encoding.ZRLE]), await rig.open([Encoding.ZRLE])];
    const gone = once(rig.server, "disconnected");
    doomed.requestUpdate(false);
    assert.match((await gone)[0].reason, /^Cannot encode an update: /);
    for (const client of [other, await rig.open([Encoding.ZRLE])]) {
      client.requestUpdate(false);
      assert((await client.nextUpdate()).rects.length > 0);
      client.close();
    }
  });
});
