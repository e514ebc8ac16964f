/** An encoder pool whose jobs a test answers by hand. */

import type { ClientEncoder, EncodedUpdate, EncodeJob, EncoderPool } from "../../lib/encode/job.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { writeFramebufferUpdateHeader } from "../../lib/rfb/server_messages.ts";

/** A job that waits for its answer. */
export interface FakeJob {
  readonly job: EncodeJob;
  resolve(update: EncodedUpdate): void;
  reject(error: Error): void;
}

/** One client's encoder. */
export class FakeEncoder implements ClientEncoder {
  /** Every job there was. */
  readonly jobs: FakeJob[] = [];
  recycled = 0;
  discarded = 0;
  isClosed = false;

  encode(job: EncodeJob): Promise<EncodedUpdate> {
    return new Promise((resolve, reject) => this.jobs.push({ job, resolve, reject }));
  }

  recycle(): void {
    this.recycled++;
  }

  discard(): void {
    this.discarded++;
  }

  close(): void {
    this.isClosed = true;
    for (const job of this.jobs) job.reject(new Error("the encoder was closed"));
  }

  /** The latest job. */
  get last(): EncodeJob {
    return this.jobs.at(-1)!.job;
  }

  /** Answers the latest job with an update of that size. */
  async answer(byteLength = 20, rectCount = 1): Promise<void> {
    this.jobs.at(-1)!.resolve(fakeUpdate(byteLength, rectCount));
    await Promise.resolve();
    await Promise.resolve();
  }
}

/** An update of that many bytes; its payload is no encoding. */
export function fakeUpdate(byteLength: number, rectCount = 1): EncodedUpdate {
  const writer = new ByteWriter(byteLength);
  writeFramebufferUpdateHeader(writer, rectCount);
  return { bytes: writer.pad(byteLength - 4).finish(), rectCount };
}

/** Hands out {@link FakeEncoder}s. */
export class FakePool implements EncoderPool {
  readonly encoders: FakeEncoder[] = [];
  isClosed = false;

  open(): FakeEncoder {
    const encoder = new FakeEncoder();
    this.encoders.push(encoder);
    return encoder;
  }

  close(): void {
    this.isClosed = true;
  }
}
