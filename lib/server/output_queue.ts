/** What waits to be sent to one client, and whether it takes it: throttle, hard cap, stall deadline. */

import type { Clock, Timer } from "../base/clock.ts";
import { LimitError } from "../base/errors.ts";
import { OUTPUT_LIMIT_SCALE, STALL_DEADLINE_MS, THROTTLE_FLOOR_BYTES } from "../base/limits.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { OutputBudget } from "./output_budget.ts";

/** What goes into one write at most, so that the client's draining shows; each write costs a turn of the event loop. */
const SLICE_BYTES = 1024 * 1024;
/** Messages that are joined into one write, so that small ones share a packet, have so many bytes together at most. */
const JOINED_BYTES = 64 * 1024;
/** How often a client with pending output is looked at, as a part of the deadline. */
const STALL_CHECKS = 10;

/** Who hears of the queue. Neither may throw. */
export interface OutputQueueOptions {
  readonly clock: Clock;
  /** What the queue has in common with those of other clients; its own by default. */
  readonly budget?: OutputBudget;
  /** Some bytes have gone out. */
  readonly onDrain: () => void;
  /** Nothing more can be sent: the connection is to be closed. LimitError when it takes too little. Called once. */
  readonly onFailure: (error: unknown) => void;
}

interface Chunk {
  readonly bytes: Uint8Array;
  /** Undefined for all but the last piece of what was sent. */
  readonly onWritten: (() => void) | undefined;
}

/** The output of one connection. Bytes given to it are not copied: they must not change any more. */
export class OutputQueue {
  readonly #stream: ByteStream;
  readonly #options: OutputQueueOptions;
  readonly #takenBefore: number;
  readonly #budget: OutputBudget;
  /** Of what is not written yet. */
  readonly #releases = new Set<() => void>();
  #chunks: Chunk[] = [];
  #bytesQueued = 0;
  #bytesWritten = 0;
  #forcedEnd = 0;
  #thresholdBytes = THROTTLE_FLOOR_BYTES;
  #limitBytes = THROTTLE_FLOOR_BYTES * OUTPUT_LIMIT_SCALE;
  #pump: Promise<void> | undefined;
  #stallTimer: Timer | undefined;
  #stalledSinceMs = 0;
  #takenAtCheck = 0;
  #isEnded = false;

  constructor(stream: ByteStream, options: OutputQueueOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#takenBefore = stream.bytesTaken;
    this.#budget = options.budget ?? new OutputBudget();
  }

  /** Whether bytes given to it may lie in shared memory and change until they are sent. */
  get takesShared(): boolean {
    return this.#stream.takesShared ?? false;
  }

  /** Bytes that were sent here and that the transport has not taken yet. */
  get bytesPending(): number {
    return this.#bytesQueued - this.#bytesTaken;
  }

  get #bytesTaken(): number {
    return this.#stream.bytesTaken - this.#takenBefore;
  }

  /** Whether so much waits that nothing new should be made [QEMU vnc_should_update]. */
  get isThrottled(): boolean {
    return this.bytesPending >= this.#thresholdBytes || this.mustWait;
  }

  /** Whether the server's memory is spent on slow clients, of which this is one. */
  get mustWait(): boolean {
    return this.#budget.isSpent && this.bytesPending > 0;
  }

  /** Whether a forced update is still not completely written: no second one then. */
  get isForcedPending(): boolean {
    return this.#bytesWritten < this.#forcedEnd;
  }

  /** The threshold follows what one full picture takes [QEMU vnc_update_throttle_offset]. */
  setScreenfulBytes(screenfulBytes: number): void {
    this.#thresholdBytes = Math.max(THROTTLE_FLOOR_BYTES, screenfulBytes);
    this.#followThreshold();
  }

  /** The hard cap sinks only with the output: what was rightly queued for a big screen is no fault on a small one. */
  #followThreshold(): void {
    const limit = this.#thresholdBytes * OUTPUT_LIMIT_SCALE;
    if (limit > this.#limitBytes || this.bytesPending <= limit) this.#limitBytes = limit;
  }

  /**
   * Queues bytes; `onWritten` is called once they may change again, or never. A client with more than the hard cap
   * waiting is given up [QEMU vnc_write].
   */
  send(bytes: Uint8Array, onWritten?: () => void): void {
    if (this.#isEnded || bytes.length === 0) return;
    this.#followThreshold();
    this.#chunks.push({ bytes, onWritten: this.#holding(bytes, onWritten) });
    this.#bytesQueued += bytes.length;
    if (this.bytesPending > this.#limitBytes) {
      const reason = `${this.bytesPending} bytes of output pending, limit is ${this.#limitBytes}`;
      return this.#fail(new LimitError(reason));
    }
    this.#watch();
    this.#pump ??= this.#run();
  }

  /** Counts bytes until they are written. */
  #holding(bytes: Uint8Array, onWritten?: () => void): () => void {
    const release = this.#budget.hold(bytes);
    this.#releases.add(release);
    return () => {
      this.#releases.delete(release);
      release();
      onWritten?.();
    };
  }

  /** Queues bytes that answer a forced request. */
  sendForced(bytes: Uint8Array, onWritten?: () => void): void {
    this.send(bytes, onWritten);
    this.#forcedEnd = this.#bytesQueued;
  }

  /** Resolves when the transport has taken everything, or never will. */
  async flushed(): Promise<void> {
    while (this.#pump !== undefined) await this.#pump;
  }

  /** Shared memory is going to be used for something else: what waits of it is copied. */
  keepShared(): void {
    this.#chunks = this.#chunks.map(({ bytes, onWritten }) => {
      return { bytes: bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes, onWritten };
    });
  }

  /** Forgets what waits; nothing is sent or reported any more. The stream is the caller's to close. */
  end(): void {
    this.#isEnded = true;
    this.#chunks = [];
    for (const release of this.#releases) release();
    this.#releases.clear();
    this.#stallTimer?.cancel();
    this.#stallTimer = undefined;
  }

  async #run(): Promise<void> {
    try {
      // everything sent in this turn goes out together
      await Promise.resolve();
      for (let slice = this.#takeSlice(); slice !== undefined; slice = this.#takeSlice()) {
        await this.#stream.write(slice.bytes);
        this.#bytesWritten += slice.bytes.length;
        slice.onWritten?.();
        if (!this.#isEnded) this.#options.onDrain();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pump = undefined;
    }
  }

  #takeSlice(): Chunk | undefined {
    const first = this.#chunks.shift();
    if (first === undefined) return undefined;
    const { bytes, onWritten } = first;
    if (bytes.length > SLICE_BYTES) {
      this.#chunks.unshift({ bytes: bytes.subarray(SLICE_BYTES), onWritten });
      return { bytes: bytes.subarray(0, SLICE_BYTES), onWritten: undefined };
    }
    const joined = [first, ...this.#takeSmall(JOINED_BYTES - bytes.length)];
    return joined.length === 1 ? first : joinChunks(joined);
  }

  /** The next chunks that fit into `room` together. */
  #takeSmall(room: number): Chunk[] {
    let count = 0;
    for (const { bytes } of this.#chunks) {
      room -= bytes.length;
      if (room < 0) break;
      count++;
    }
    return this.#chunks.splice(0, count);
  }

  #fail(error: unknown): void {
    if (this.#isEnded) return;
    this.end();
    this.#options.onFailure(error);
  }

  /** One timer while something is pending, none otherwise: idle clients cost nothing. */
  #watch(): void {
    if (this.#stallTimer !== undefined) return;
    this.#stalledSinceMs = this.#options.clock.nowMs();
    this.#takenAtCheck = this.#bytesTaken;
    this.#setStallTimer();
  }

  #setStallTimer(): void {
    this.#stallTimer = this.#options.clock.setTimer(() => this.#checkStall(), STALL_DEADLINE_MS / STALL_CHECKS);
  }

  #checkStall(): void {
    this.#stallTimer = undefined;
    if (this.bytesPending === 0) return;
    const nowMs = this.#options.clock.nowMs();
    if (this.#bytesTaken !== this.#takenAtCheck) {
      this.#takenAtCheck = this.#bytesTaken;
      this.#stalledSinceMs = nowMs;
    }
    const stalledMs = nowMs - this.#stalledSinceMs;
    if (stalledMs >= STALL_DEADLINE_MS) {
      const stalledS = Math.round(stalledMs / 1_000);
      const reason = `${this.bytesPending} bytes of output pending, and none taken for ${stalledS} s`;
      return this.#fail(new LimitError(reason));
    }
    this.#setStallTimer();
  }
}

function joinChunks(chunks: readonly Chunk[]): Chunk {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.bytes, at);
    at += chunk.bytes.length;
  }
  return { bytes, onWritten: () => chunks.forEach((chunk) => chunk.onWritten?.()) };
}
