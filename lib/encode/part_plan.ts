/** Which part of a job is sent in which encoding [TigerVNC EncodeManager]: solid areas first, then by content. */

import { intersectRects, type Rect, rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { Arena } from "./arena.ts";
import { CellAreas } from "./cell_areas.ts";
import { choosePartShape } from "./choose.ts";
import type { EncodeJob, EncodeSettings } from "./job.ts";
import { CellKind } from "./kernels/kernels.ts";
import { clipRects, type Part, planRects, splitRect } from "./rect_plan.ts";
import { SOLID_ENCODINGS, solidBytes, solidShape } from "./solid.ts";

/** Side of a cell that is looked at. */
const CELL_SIDE = 64;
/** Smaller solid areas go with what is around them: every cut costs headers. */
const MIN_SOLID_CELLS = 4;
/** The same where what is around them is Zlib: there their rows are a few bits each. */
const MIN_SOLID_CELLS_ZLIB = 8;
/** The same for noise. */
const MIN_NOISE_CELLS = 2;
/** Cells of one colour have a value from this on, all others the encoding that they are to be sent in. */
const SOLID_VALUE = CellKind.solid << 24;

/** A part and how it is sent. */
export interface PlannedPart extends Part {
  readonly encoding: number;
  /** Its only colour, 0xRRGGBB, to be written as such: the surface may have another one by then. */
  readonly solidColour?: number | undefined;
}

/** What else than its own encoding a job's areas may be sent in. */
export interface ContentEncodings {
  /** Areas of one colour: the smallest of these. */
  readonly solid: readonly number[];
  /** Pixels that are hardly ever like the one before. */
  readonly noise: number;
  /** Many colours, where a loss is allowed. */
  readonly lossy: number | undefined;
}

/** The parts of a job, `maxRects` at most. `conversion` makes the client's pixels. */
export function planParts(job: EncodeJob, arena: Arena, conversion: Uint8Array, maxRects: number): PlannedPart[] {
  const { surface, settings: { encoding }, rects, lossy } = job;
  const contents = contentEncodings(job.settings, mayLose(job));
  if (contents !== undefined) {
    const planner = new ContentPlanner(job, contents, arena, conversion);
    const parts = clipRects(rects, surface, lossy).flatMap((whole) => planner.plan(whole));
    if (parts.length <= maxRects) return parts;
  }
  const parts = planRects(rects, surface, choosePartShape(encoding), maxRects, lossy);
  return parts.map((part) => ({ ...part, encoding }));
}

/** Whether anything of a job may be sent with a loss. */
export function mayLose({ lossy = [] }: EncodeJob): boolean {
  return lossy.some((rule) => rule !== "forbidden");
}

/** Undefined when everything goes in the settings' own encoding; `isLossy`: whether something may be lost. */
export function contentEncodings(settings: EncodeSettings, isLossy: boolean): ContentEncodings | undefined {
  const { encoding, beside = [], jpeg, pixelFormat } = settings;
  const takesJpeg = isLossy && jpeg !== undefined && pixelFormat.bitsPerPixel > 8;
  const contents = {
    solid: solidEncodings(encoding, beside),
    noise: isWithoutPacking(encoding) && beside.includes(Encoding.Raw) ? Encoding.Raw : encoding,
    lossy: takesJpeg && !hasOwnJpeg(encoding) && beside.includes(Encoding.JPEG) ? Encoding.JPEG : undefined,
  };
  const isPlain = contents.solid.length === 0 && contents.noise === encoding && contents.lossy === undefined;
  return isPlain ? undefined : contents;
}

/** None where they save nothing: Tight and ZRLE have their own, and a Hextile is no smaller for being alone. */
function solidEncodings(encoding: number, beside: readonly number[]): number[] {
  if (hasOwnJpeg(encoding) || encoding === Encoding.ZRLE || encoding === Encoding.ZYWRLE) return [];
  const solid = SOLID_ENCODINGS.filter((one) => one === encoding || beside.includes(one));
  return solid.every((one) => one === encoding && one === Encoding.Hextile) ? [] : solid;
}

function hasOwnJpeg(encoding: number): boolean {
  return encoding === Encoding.Tight || encoding === Encoding.TightPNG;
}

/** Whether noise is no fewer bytes in an encoding than as it is. */
function isWithoutPacking(encoding: number): boolean {
  return encoding === Encoding.Hextile || encoding === Encoding.CoRRE || encoding === Encoding.RRE;
}

/** Looks at a job's rects. */
class ContentPlanner {
  readonly #job: EncodeJob;
  readonly #contents: ContentEncodings;
  readonly #arena: Arena;
  readonly #conversion: Uint8Array;

  constructor(job: EncodeJob, contents: ContentEncodings, arena: Arena, conversion: Uint8Array) {
    this.#job = job;
    this.#contents = contents;
    this.#arena = arena;
    this.#conversion = conversion;
  }

  /** The parts of one rect. */
  plan(whole: Part): PlannedPart[] {
    const { noise } = this.#contents;
    const { encoding } = this.#job.settings;
    const areas = new CellAreas(this.#lookAt(whole), Math.ceil(whole.width / CELL_SIDE));
    const minSolid = encoding === Encoding.Zlib ? MIN_SOLID_CELLS_ZLIB : MIN_SOLID_CELLS;
    const solid = areas.take((value) => value >= SOLID_VALUE, minSolid, encoding);
    const noisy = noise === encoding ? [] : areas.take((value) => value === noise, MIN_NOISE_CELLS, encoding);
    return [
      ...solid.flatMap((area) => this.#solidParts(pixelsOf(area, whole), area.value & 0xffffff)),
      ...[...noisy, ...areas.take(() => true)].flatMap((area) => cut(pixelsOf(area, whole), area.value)),
    ];
  }

  /** The cells of a rect. */
  #lookAt(whole: Part): Uint32Array {
    const bytes = this.#arena.encode(this.#arena.kernels.analyseCells, this.#conversion, this.#job.surface, whole);
    // a copy: the arena is used again
    return new Uint32Array(bytes.slice().buffer).map((cell) => this.#valueOf(cell, whole.lossy !== "forbidden"));
  }

  #valueOf(cell: number, mayLose: boolean): number {
    const { solid, noise, lossy } = this.#contents;
    const { encoding } = this.#job.settings;
    const kind = cell >>> 24;
    if (kind === CellKind.solid) return solid.length > 0 ? cell : encoding;
    if (kind === CellKind.fewColours) return encoding;
    if (mayLose && lossy !== undefined) return lossy;
    return kind === CellKind.noise ? noise : encoding;
  }

  #solidParts(part: Part, solidColour: number): PlannedPart[] {
    const pixelBytes = this.#job.settings.pixelFormat.bitsPerPixel / 8;
    const bytes = (encoding: number) => solidBytes(encoding, part, pixelBytes);
    const encoding = this.#contents.solid.reduce((best, other) => bytes(other) < bytes(best) ? other : best);
    return splitRect(part, solidShape(encoding)).map((piece) => ({ ...piece, encoding, solidColour }));
  }
}

function cut(part: Part, encoding: number): PlannedPart[] {
  return splitRect(part, choosePartShape(encoding)).map((piece) => ({ ...piece, encoding }));
}

/** An area of cells in pixels, inside the rect they are of. */
function pixelsOf({ x, y, width, height }: Rect, whole: Part): Part {
  const area = rect(whole.x + x * CELL_SIDE, whole.y + y * CELL_SIDE, width * CELL_SIDE, height * CELL_SIDE);
  return { ...intersectRects(area, whole), lossy: whole.lossy };
}
