/** Many light viewers of one display: each asks again as soon as it has an update. */

import { COMPRESS_LEVEL_0, Encoding } from "../../lib/rfb/encodings.ts";
import { LightViewer, type SeenUpdate } from "./light_viewer.ts";

/** Who is on the way in at the same time. */
const JOINING_AT_ONCE = 8;

/** What a viewer asks for, by its number. */
export type Wishes = (viewer: number) => readonly number[];

/** Everybody the same: Tight with copies. */
export function sameWishes(): readonly number[] {
  return [Encoding.Tight, Encoding.CopyRect];
}

const LISTS = [Encoding.Tight, Encoding.ZRLE, Encoding.Zlib].flatMap((encoding) =>
  Array.from({ length: 9 }, (_, level) => [encoding, Encoding.CopyRect, COMPRESS_LEVEL_0 + 1 + level])
);

/** 27 different lists: Tight, ZRLE and Zlib at nine levels. */
export function differentWishes(viewer: number): readonly number[] {
  return LISTS[viewer % LISTS.length]!;
}

/** One viewer, and how it is served. */
interface Member {
  readonly viewer: LightViewer;
  updates: number;
  lastUpdateMs: number;
  longestGapMs: number;
}

/** How a crowd was served since it was last asked. */
export interface CrowdReport {
  readonly seconds: number;
  readonly updates: readonly number[];
  readonly bytes: number;
  readonly longestGapMs: number;
  /** Why viewers were lost. */
  readonly failures: readonly string[];
}

/** The viewers. */
export class Crowd {
  readonly #members: Member[] = [];
  #startMs = performance.now();
  #bytes = 0;

  /** Lets viewers in, a few at a time. */
  static async join(port: number, count: number, wishes: Wishes): Promise<Crowd> {
    const crowd = new Crowd();
    let next = 0;
    async function joinSome(): Promise<void> {
      while (next < count) await crowd.#add(await LightViewer.connect(port, wishes(next++)));
    }
    await Promise.all(Array.from({ length: JOINING_AT_ONCE }, joinSome));
    crowd.begin();
    return crowd;
  }

  /** Counts from now on. */
  begin(): void {
    this.#startMs = performance.now();
    this.#bytes = 0;
    for (const member of this.#members) {
      member.updates = member.longestGapMs = 0;
      member.lastUpdateMs = this.#startMs;
    }
  }

  /** What has been counted. */
  report(): CrowdReport {
    const nowMs = performance.now();
    const gaps = this.#members.map(({ longestGapMs, lastUpdateMs }) => Math.max(longestGapMs, nowMs - lastUpdateMs));
    return {
      seconds: (nowMs - this.#startMs) / 1_000,
      updates: this.#members.map(({ updates }) => updates),
      bytes: this.#bytes,
      longestGapMs: gaps.reduce((longest, gap) => Math.max(longest, gap), 0),
      failures: this.#members.flatMap(({ viewer }) => viewer.failure === undefined ? [] : [String(viewer.failure)]),
    };
  }

  /** Everybody leaves. */
  close(): void {
    for (const { viewer } of this.#members) viewer.close();
  }

  async #add(viewer: LightViewer): Promise<void> {
    await viewer.update(false);
    const member = { viewer, updates: 0, lastUpdateMs: performance.now(), longestGapMs: 0 };
    viewer.onUpdate = (update) => this.#onUpdate(member, update);
    viewer.request(true);
    this.#members.push(member);
  }

  #onUpdate(member: Member, { bytes, lastByteMs }: SeenUpdate): void {
    member.updates++;
    this.#bytes += bytes;
    member.longestGapMs = Math.max(member.longestGapMs, lastByteMs - member.lastUpdateMs);
    member.lastUpdateMs = lastByteMs;
    member.viewer.request(true);
  }
}
