/** The index beside a recording: a line of JSON an event, appended as it happens. */

import { errorMessage } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { SessionFile } from "./session_file.ts";

/** One line of an index; readers leave out the kinds they do not know. Times are those of the recording's blocks. */
export type IndexLine =
  /** The recording begins. `startTime` is RFC 3339. */
  | {
    readonly kind: "start";
    readonly version: 1;
    readonly startTime: string;
    readonly width: number;
    readonly height: number;
    readonly name: string;
  }
  /** The block at `offset` gives the framebuffer a new size. */
  | {
    readonly kind: "size";
    readonly timeMs: number;
    readonly offset: number;
    readonly width: number;
    readonly height: number;
  }
  /** Messages are missing before the block at `offset`, because they could not be written. */
  | { readonly kind: "gap"; readonly timeMs: number; readonly offset: number; readonly fromMs: number }
  /** The recording was ended as it should; `offset` is its length. */
  | { readonly kind: "end"; readonly timeMs: number; readonly offset: number; readonly blocks: number };

/** Appends lines. An index that cannot be written is given up with one log line: it can be made anew. */
export class IndexWriter {
  readonly #file: SessionFile;
  readonly #logger: Logger;
  #isGivenUp = false;

  constructor(file: SessionFile, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  /** Appends a line. Never throws. */
  async write(line: IndexLine): Promise<void> {
    if (this.#isGivenUp) return;
    try {
      await this.#file.append(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    } catch (error) {
      this.#isGivenUp = true;
      this.#logger.warn(`the index is given up: ${errorMessage(error)}`);
    }
  }

  close(): void {
    this.#file.close();
  }
}
