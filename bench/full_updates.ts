/** Full updates of one picture, again and again: what they cost the server and the wire. */

import { COMPRESS_LEVEL_0, Encoding, PseudoEncoding, QUALITY_LEVEL_0 } from "../lib/rfb/encodings.ts";
import type { BenchServer } from "./servers.ts";
import { LightViewer } from "./measure/light_viewer.ts";

/** What a client asks for. */
export interface UpdateCase {
  readonly name: string;
  readonly encoding: number;
  /** The SetEncodings list. */
  readonly encodings: readonly number[];
  /** Whether pixels come with a loss. */
  readonly isLossy: boolean;
}

/** What one server came to in one case. */
export interface FullUpdateResult {
  readonly server: string;
  readonly picture: string;
  readonly case: string;
  readonly cpuMsPerUpdate: number;
  /** From the request to the last byte. */
  readonly wallMsPerUpdate: number;
  readonly bytesPerUpdate: number;
}

function updateCase(name: string, encoding: number, ...pseudo: number[]): UpdateCase {
  const isLossy = pseudo.some((each) => each >= QUALITY_LEVEL_0 && each <= QUALITY_LEVEL_0 + 9);
  // every real viewer lists LastRect, and the peers look for areas of one colour only where it is listed
  return { name, encoding, encodings: [encoding, ...pseudo, PseudoEncoding.LastRect], isLossy };
}

function levelCases(name: string, encoding: number): UpdateCase[] {
  const levels = [1, 2, 6].map((level) => updateCase(`${name} ${level}`, encoding, COMPRESS_LEVEL_0 + level));
  return [updateCase(name, encoding), ...levels];
}

/** What is measured: encodings at no compress level and at some, and Tight with JPEG. */
export const UPDATE_CASES: readonly UpdateCase[] = [
  updateCase("raw", Encoding.Raw),
  updateCase("hextile", Encoding.Hextile),
  ...levelCases("zlib", Encoding.Zlib),
  ...levelCases("tight", Encoding.Tight),
  ...levelCases("zrle", Encoding.ZRLE),
  updateCase("tight-jpeg 8", Encoding.Tight, QUALITY_LEVEL_0 + 8),
];

const WARM_UP_UPDATES = 3;

/** One server asked in one case, over one connection for all rounds. */
export class FullUpdateRun {
  readonly #server: BenchServer;
  readonly #case: UpdateCase;
  readonly #viewer: LightViewer;
  readonly #cpuMs: number[] = [];
  readonly #wallMs: number[] = [];
  readonly #bytes: number[] = [];

  private constructor(server: BenchServer, what: UpdateCase, viewer: LightViewer) {
    this.#server = server;
    this.#case = what;
    this.#viewer = viewer;
  }

  /** Connects and warms up. Undefined when the server answers in another encoding than the one asked for. */
  static async start(server: BenchServer, what: UpdateCase): Promise<FullUpdateRun | undefined> {
    const viewer = await LightViewer.connect(server.port, what.encodings);
    const used = new Set<number>();
    for (let i = 0; i < WARM_UP_UPDATES; i++) {
      for (const encoding of (await viewer.update(false)).encodings.keys()) used.add(encoding);
    }
    if (used.has(what.encoding)) return new FullUpdateRun(server, what, viewer);
    viewer.close();
    return undefined;
  }

  /** Asks for `updates` full non-incremental updates, one after the other. */
  async round(updates: number): Promise<void> {
    const [cpuBefore, bytesBefore, startMs] = [this.#server.cpuMs(), this.#viewer.bytes, performance.now()];
    for (let i = 0; i < updates; i++) await this.#viewer.update(false);
    this.#wallMs.push((performance.now() - startMs) / updates);
    this.#cpuMs.push((this.#server.cpuMs() - cpuBefore) / updates);
    this.#bytes.push((this.#viewer.bytes - bytesBefore) / updates);
  }

  /**
   * Ends the connection. Returns the least of the rounds: what else runs on the machine, and what is compiled while it
   * runs, can only add.
   */
  finish(picture: string): FullUpdateResult {
    this.#viewer.close();
    return {
      server: this.#server.name,
      picture,
      case: this.#case.name,
      cpuMsPerUpdate: Math.min(...this.#cpuMs),
      wallMsPerUpdate: Math.min(...this.#wallMs),
      bytesPerUpdate: Math.min(...this.#bytes),
    };
  }
}
