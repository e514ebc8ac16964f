/** Who watches: so many seats, each taken by one viewer after the other. */

import type { Door } from "./soak_server.ts";
import { pause, SoakViewer, type ViewerKind } from "./soak_viewer.ts";
import { oneOf, random } from "./wishes.ts";

/** Every fourth viewer has the slow decoder. */
const REFERENCE_EVERY = 4;
const SHORTEST_STAY_MS = 5_000;
const LONGEST_STAY_MS = 60_000;
const LONGEST_ABSENCE_MS = 2_000;
const LOOK_AGAIN_MS = 250;

/** The seats. */
export class Audience {
  readonly failures: string[] = [];
  readonly seen = new Set<number>();
  joined = 0;
  /** Of viewers that have left. */
  #updates = 0;
  #bytes = 0;
  readonly #doors: readonly Door[];
  readonly #present = new Set<SoakViewer>();
  readonly #seats: Promise<void>[];
  #joining = 0;
  #isSteady = false;
  #isOver = false;

  constructor(doors: readonly Door[], seats: number) {
    this.#doors = doors;
    this.#seats = Array.from({ length: seats }, (_, seat) => this.#fill(seat));
  }

  /** Who is there. */
  get viewers(): readonly SoakViewer[] {
    return [...this.#present];
  }

  /** Whether somebody is on the way in. */
  get isJoining(): boolean {
    return this.#joining > 0;
  }

  get updates(): number {
    return this.viewers.reduce((sum, { updates }) => sum + updates, this.#updates);
  }

  get bytes(): number {
    return this.viewers.reduce((sum, { bytes }) => sum + bytes, this.#bytes);
  }

  /** From now on nobody comes, goes or changes anything; or they do again. */
  setSteady(isSteady: boolean): void {
    this.#isSteady = isSteady;
    for (const viewer of this.#present) viewer.isSteady = isSteady;
  }

  /** Everybody leaves. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#seats);
  }

  async #fill(seat: number): Promise<void> {
    while (!this.#isOver) {
      await this.#wait(random(LONGEST_ABSENCE_MS));
      if (this.#isOver) return;
      const viewer = await this.#join(seat % REFERENCE_EVERY === 0 ? "reference" : "decoders");
      if (viewer === undefined) continue;
      const stayMs = SHORTEST_STAY_MS + random(LONGEST_STAY_MS - SHORTEST_STAY_MS);
      await this.#wait(stayMs, () => viewer.failure !== undefined);
      this.#dismiss(viewer);
    }
  }

  /** Waits, and on while all are to be steady. */
  async #wait(ms: number, isInVain: () => boolean = () => false): Promise<void> {
    const endMs = performance.now() + ms;
    while (!this.#isOver && !isInVain() && (this.#isSteady || performance.now() < endMs)) await pause(LOOK_AGAIN_MS);
  }

  async #join(kind: ViewerKind): Promise<SoakViewer | undefined> {
    this.#joining++;
    try {
      const viewer = await SoakViewer.join(kind, oneOf(this.#doors));
      viewer.isSteady = this.#isSteady;
      this.#present.add(viewer);
      this.joined++;
      return viewer;
    } catch (error) {
      this.failures.push(`a viewer could not join: ${error}`);
      return undefined;
    } finally {
      this.#joining--;
    }
  }

  #dismiss(viewer: SoakViewer): void {
    if (viewer.failure !== undefined) this.failures.push(`${viewer.failure} (${viewer.description})`);
    for (const encoding of viewer.seen) this.seen.add(encoding);
    this.#updates += viewer.updates;
    this.#bytes += viewer.bytes;
    this.#present.delete(viewer);
    viewer.leave();
  }
}
