/** A display, a tracker, and a client whose jobs are encoded late: what the property test of copies plays with. */

import { isEmptyRect, type Rect, translateRect } from "../../lib/base/rect.ts";
import { Display } from "../../lib/display/display.ts";
import type { DisplaySurface } from "../../lib/display/display_surface.ts";
import { type TrackedUpdate, UpdateTracker } from "../../lib/display/update_tracker.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

interface Job extends TrackedUpdate {
  /** What has been read from the server surface so far, by pixel index, in the order it was read. */
  readonly encoded: Map<number, number>;
  /** The next line to be encoded, counted over all rects. */
  linesDone: number;
}

/** The colour of a pixel of one paint: different at every place, so that a wrong shift shows. */
function colourAt(paint: number, x: number, y: number): number {
  return (paint * 0x3779b1 + x * 0x10101 + y * 0x357) & 0xffffff;
}

/** One small display with one client. */
export class TrackerWorld {
  readonly #display: Display;
  readonly #removeListener: () => void;
  readonly #tracker: UpdateTracker;
  readonly #picture: Uint32Array;
  readonly #allowCopies: boolean;
  #job: Job | undefined;
  #paints = 0;
  /** Pixels that came to the client as copies. */
  copiedPixels = 0;

  constructor(display: Display, allowCopies: boolean) {
    const { width, height } = display;
    this.#display = display;
    this.#allowCopies = allowCopies;
    this.#tracker = new UpdateTracker(width, height);
    this.#picture = new Uint32Array(width * height).fill(0xdead);
    this.#removeListener = display.addListener({
      gfxUpdate: (changed) => this.#tracker.addChanged(changed),
      gfxCopy: (destination, dx, dy) => this.#tracker.addCopied(destination, dx, dy, this.#job?.rects ?? []),
    });
  }

  /** Brings the client up to date with a first picture. */
  showFirstPicture(): void {
    this.paint({ x: 0, y: 0, width: this.#display.width, height: this.#display.height });
    this.tick();
    this.cut();
    this.deliver();
  }

  paint(area: Rect): void {
    const { width, height } = this.#display;
    const guest = pixelWords(this.#display, this.#display.surface);
    this.#paints++;
    for (let y = Math.max(0, area.y); y < Math.min(height, area.y + area.height); y++) {
      for (let x = Math.max(0, area.x); x < Math.min(width, area.x + area.width); x++) {
        guest[y * this.#display.strideBytes / 4 + x] = colourAt(this.#paints, x, y);
      }
    }
    this.#display.update(area);
  }

  copy(source: Rect, x: number, y: number): void {
    this.#display.copy(source, x, y);
  }

  /** A device that announces a copy and paints something else into a part of where it went. */
  copyWrongly(source: Rect, x: number, y: number): void {
    this.#display.copy(source, x, y, () => this.paint({ x, y, width: source.width, height: 1 }));
  }

  tick(): void {
    this.#display.refresh();
  }

  request(area: Rect): void {
    this.#tracker.addChangedRect(area);
  }

  cut(): void {
    if (this.#job !== undefined || this.#tracker.isEmpty) return;
    this.#job = { ...this.#tracker.take(this.#allowCopies), encoded: new Map(), linesDone: 0 };
  }

  /** Encodes some more lines of the job from the live server surface. */
  encode(lines: number): void {
    const job = this.#job;
    if (job === undefined) return;
    const server = pixelWords(this.#display, this.#display.serverSurface);
    const stride = this.#display.serverSurface.strideBytes / 4;
    const all = job.rects.flatMap((r) => Array.from({ length: r.height }, (_, i) => ({ ...r, y: r.y + i })));
    for (const { x, y, width } of all.slice(job.linesDone, job.linesDone + lines)) {
      for (let i = x; i < x + width; i++) job.encoded.set(y * this.#display.width + i, server[y * stride + i]!);
    }
    job.linesDone += lines;
  }

  /** Encodes what is left and lets the client have the update. */
  deliver(): void {
    const job = this.#job;
    if (job === undefined) return;
    this.encode(Infinity);
    for (const { destination, dx, dy } of job.copies) this.#clientCopies(destination, dx, dy);
    for (const [index, colour] of job.encoded) this.#picture[index] = colour;
    this.#job = undefined;
  }

  /** Lets everything pending through. Returns the first pixel in which the three pictures differ. */
  settle(): string | undefined {
    this.tick();
    for (let i = 0; i < 3; i++) {
      this.deliver();
      this.cut();
    }
    this.#removeListener();
    return this.#tracker.isEmpty ? this.#firstDifference() : "the tracker never gets empty";
  }

  #firstDifference(): string | undefined {
    const { width, height } = this.#display;
    const guest = pixelWords(this.#display, this.#display.surface);
    const server = pixelWords(this.#display, this.#display.serverSurface);
    const stride = this.#display.serverSurface.strideBytes / 4;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const colours = [guest[y * stride + x]!, server[y * stride + x]!, this.#picture[y * width + x]!];
        if (new Set(colours).size > 1) return `${x},${y}: ${colours.map((c) => c.toString(16)).join(" ")}`;
      }
    }
    return undefined;
  }

  #clientCopies(destination: Rect, dx: number, dy: number): void {
    const { width } = this.#display;
    const source = translateRect(destination, -dx, -dy);
    if (isEmptyRect(destination) || source.x < 0 || source.y < 0) throw new Error("a CopyRect that no client can do");
    if (source.x + source.width > width || source.y + source.height > this.#display.height) {
      throw new Error("a CopyRect from outside");
    }
    const before = this.#picture.slice();
    for (let y = 0; y < destination.height; y++) {
      const from = (source.y + y) * width + source.x;
      this.#picture.set(before.subarray(from, from + source.width), (destination.y + y) * width + destination.x);
    }
    this.copiedPixels += destination.width * destination.height;
  }
}

/** A surface as 32-bit words. */
function pixelWords(display: Display, surface: DisplaySurface): Uint32Array {
  return new Uint32Array(display.memory.memory.buffer, surface.pointer, surface.strideBytes / 4 * surface.height);
}

/** The display all runs of a property share: a shared memory for each would be a burden. */
export function makeWorldDisplay(): Display {
  return new Display({ width: 16, height: 16, clock: new FakeClock() });
}
