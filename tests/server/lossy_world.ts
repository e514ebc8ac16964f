/** A display and one client that is sent some pixels wrongly: what the tests of the lossless refresh play with. */

import { intersectRects, type Rect, rect } from "../../lib/base/rect.ts";
import { Display } from "../../lib/display/display.ts";
import type { ClientEncoder, EncodedUpdate, EncodeJob } from "../../lib/encode/job.ts";
import { Encoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { featuresOf } from "../../lib/server/client_features.ts";
import { DisplayStatistics } from "../../lib/server/display_statistics.ts";
import type { QualitySettings } from "../../lib/server/lossy_rules.ts";
import { OutputQueue } from "../../lib/server/output_queue.ts";
import { UpdatePacing } from "../../lib/server/update_pacing.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { fakeUpdate } from "../helpers/fake_encoder.ts";
import { FakeStream } from "../helpers/fake_stream.ts";

/** What a lossy pixel differs by. */
const LOSS = 0x40_0000;

interface Pending {
  readonly job: EncodeJob;
  readonly resolve: (update: EncodedUpdate) => void;
}

/** One display, one client, and an encoder that loses what it may where a test wants it to. */
export class LossyWorld implements ClientEncoder {
  readonly clock: FakeClock = new FakeClock();
  readonly display: Display;
  readonly pacing: UpdatePacing;
  /** Every job there was. */
  readonly jobs: EncodeJob[] = [];
  readonly #size: Rect;
  readonly #picture: Uint32Array;
  readonly #statistics: DisplayStatistics;
  readonly #output: OutputQueue;
  readonly #stream: FakeStream;
  #pending: Pending | undefined;
  #paints = 0;
  /** Where the next job is lossy if it may. */
  lossyArea: Rect;

  /** The client takes `room` bytes before it has to be told to take more. */
  constructor(width: number, height: number, quality: QualitySettings, qualityLevel: number, room = Infinity) {
    this.display = new Display({ width, height, clock: this.clock });
    this.#size = rect(0, 0, width, height);
    this.lossyArea = this.#size;
    this.#picture = new Uint32Array(width * height);
    this.#statistics = new DisplayStatistics(this.display, this.clock);
    const onFailure = (fault: unknown) => {
      throw fault;
    };
    const onDrain = () => this.pacing.tryUpdate();
    this.#stream = new FakeStream(room);
    this.#output = new OutputQueue(this.#stream, { clock: this.clock, onDrain, onFailure });
    const { display, clock } = this;
    const output = this.#output;
    this.pacing = new UpdatePacing({
      ...{ display, clock, output, quality, onFailure },
      encoder: this,
      statistics: this.#statistics,
    });
    this.pacing.setFeatures(featuresOf([Encoding.CopyRect, QUALITY_LEVEL_0 + qualityLevel]));
  }

  /** Whether the statistics are being kept. */
  get isWatching(): boolean {
    return this.#statistics.current !== undefined;
  }

  encode(job: EncodeJob): Promise<EncodedUpdate> {
    this.jobs.push(job);
    return new Promise((resolve) => this.#pending = { job, resolve });
  }

  recycle(): void {}

  discard(): void {}

  paint(area: Rect): void {
    const { display } = this;
    this.#paints++;
    const pixels = new Uint32Array(display.pixels.buffer, display.pixels.byteOffset, display.pixels.byteLength / 4);
    const inside = intersectRects(area, rect(0, 0, display.width, display.height));
    for (let y = inside.y; y < inside.y + inside.height; y++) {
      const start = y * display.strideBytes / 4 + inside.x;
      for (let x = 0; x < inside.width; x++) pixels[start + x] = (this.#paints * 77 + x + y * 3) & 0x3f_ffff;
    }
    display.update(area);
  }

  /** Queues so much that nothing new is made until the client has taken it. */
  stall(byteLength: number): void {
    this.#output.send(new Uint8Array(byteLength));
  }

  /** The client takes so many bytes more. */
  async take(byteLength: number): Promise<void> {
    this.#stream.take(byteLength);
    await settle();
  }

  /** Paints and lets the display find it. */
  show(area: Rect): void {
    this.paint(area);
    this.display.refresh();
  }

  request(): void {
    this.pacing.onRequest(true, this.#size);
  }

  /** The job in flight, if any, is encoded from the surface as it is now, and the client has it. */
  async deliver(): Promise<void> {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    const { job } = pending;
    for (const { destination, dx, dy } of job.copies) this.#copy(destination, dx, dy);
    const lossyRects = job.rects.flatMap((sent, at) => this.#send(sent, job.lossy?.[at] ?? "forbidden"));
    pending.resolve({ ...fakeUpdate(20, job.rects.length + job.copies.length), lossyRects });
    await settle();
  }

  /** A client that asks again as soon as it has something, for so long. */
  async watch(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= 100) {
      this.request();
      await this.deliver();
      this.clock.advance(100);
    }
  }

  /** The first pixel in which the client's picture is not the display's. */
  difference(): string | undefined {
    const { pointer, strideBytes, width, height } = this.display.serverSurface;
    const server = new Uint32Array(this.display.memory.memory.buffer, pointer, strideBytes / 4 * height);
    const shared = intersectRects(this.#size, rect(0, 0, width, height));
    for (let y = 0; y < shared.height; y++) {
      for (let x = 0; x < shared.width; x++) {
        const [there, here] = [server[y * strideBytes / 4 + x]!, this.#picture[y * this.#size.width + x]!];
        if (there !== here) return `${x},${y}: ${there.toString(16)} ${here.toString(16)}`;
      }
    }
    return undefined;
  }

  close(): void {
    this.pacing.close();
    this.#output.end();
    this.display.close();
  }

  #copy({ x, y, width, height }: Rect, dx: number, dy: number): void {
    const before = this.#picture.slice();
    const stride = this.#size.width;
    for (let row = y; row < y + height; row++) {
      const from = (row - dy) * stride + x - dx;
      this.#picture.set(before.subarray(from, from + width), row * stride + x);
    }
  }

  #send(sent: Rect, rule: string): Rect[] {
    const { pointer, strideBytes, height } = this.display.serverSurface;
    const server = new Uint32Array(this.display.memory.memory.buffer, pointer, strideBytes / 4 * height);
    const lossy = rule === "forbidden" ? rect(0, 0, 0, 0) : intersectRects(sent, this.lossyArea);
    for (let y = sent.y; y < sent.y + sent.height; y++) {
      for (let x = sent.x; x < sent.x + sent.width; x++) {
        const isLossy = x >= lossy.x && y >= lossy.y && x < lossy.x + lossy.width && y < lossy.y + lossy.height;
        this.#picture[y * this.#size.width + x] = server[y * strideBytes / 4 + x]! ^ (isLossy ? LOSS : 0);
      }
    }
    return lossy.width > 0 ? [lossy] : [];
  }
}
