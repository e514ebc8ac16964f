/** The server surface, what clients are sent, with the maps that bring it up to date. */

import type { Rect } from "../base/rect.ts";
import { DirtyMap, dirtyMapStrideBytes } from "./dirty_map.ts";
import { type DisplaySurface, roundUpWidth } from "./display_surface.ts";
import type { FrameMemory, MemoryRegion } from "./frame_memory.ts";
import { movePixels, type PixelMove } from "./move_pixels.ts";

/** A black surface of its own in frame memory, rows of a width rounded up to 16 pixels. */
export interface OwnSurface {
  /** Where its pixels lie. */
  readonly surface: DisplaySurface;
  /** What to give back. */
  readonly region: MemoryRegion;
}

/** Allocates a black surface. */
export function allocateSurface(memory: FrameMemory, width: number, height: number): OwnSurface {
  const strideBytes = roundUpWidth(width) * 4;
  const region = memory.allocate(strideBytes * height);
  return { surface: { width, height, strideBytes, pointer: region.pointer }, region };
}

/** A map the kernels can reach. */
interface SharedMap {
  readonly map: DirtyMap;
  readonly region: MemoryRegion;
}

function allocateMap(memory: FrameMemory, width: number, height: number): SharedMap {
  const region = memory.allocate(dirtyMapStrideBytes(width) * height);
  const words = new Uint32Array(memory.memory.buffer, region.pointer, region.byteLength / 4);
  return { map: new DirtyMap(width, height, words), region };
}

/** The last compared state of a guest surface of one size. */
export class ComparedSurface {
  /** The server surface. */
  readonly surface: DisplaySurface;
  readonly #memory: FrameMemory;
  readonly #own: OwnSurface;
  readonly #guestMap: SharedMap;
  readonly #changedMap: SharedMap;

  /** A black one, with nothing marked. */
  constructor(memory: FrameMemory, width: number, height: number) {
    this.#memory = memory;
    this.#own = allocateSurface(memory, width, height);
    this.surface = this.#own.surface;
    this.#guestMap = allocateMap(memory, width, height);
    this.#changedMap = allocateMap(memory, width, height);
  }

  /** What the guest may have painted since the last compare. */
  get guestMap(): DirtyMap {
    return this.#guestMap.map;
  }

  /** What the last {@link compare} found. */
  get changedMap(): DirtyMap {
    return this.#changedMap.map;
  }

  /** Brings every marked block up to date; the changed map has those that differed. Returns how many. */
  compare(guest: DisplaySurface): number {
    const { firstRow, endRow, strideBytes } = this.guestMap;
    this.changedMap.clear();
    if (firstRow >= endRow) return 0;
    const changed = this.#memory.kernels.compareSurfaces(
      guest.pointer + firstRow * guest.strideBytes,
      guest.strideBytes,
      this.surface.pointer + firstRow * this.surface.strideBytes,
      this.surface.strideBytes,
      this.surface.width,
      endRow - firstRow,
      this.#guestMap.region.pointer + firstRow * strideBytes,
      this.#changedMap.region.pointer + firstRow * strideBytes,
      strideBytes,
    );
    this.guestMap.clear();
    if (changed > 0) this.changedMap.includeRows(firstRow, endRow);
    return changed;
  }

  /** Moves pixels as the guest did. */
  move(move: PixelMove): void {
    movePixels(this.#memory, this.surface, move);
  }

  /** Marks what the guest may have painted. */
  markDamage(rect: Rect): void {
    this.guestMap.markRect(rect);
  }

  /** Gives the memory back. */
  free(): void {
    for (const { region } of [this.#own, this.#guestMap, this.#changedMap]) this.#memory.free(region);
  }
}
