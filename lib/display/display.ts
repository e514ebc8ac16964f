/** The display: what a device paints, compared on a timer, and told to everyone who watches. */

import { type Clock, systemClock } from "../base/clock.ts";
import { errorMessage } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Rect } from "../base/rect.ts";
import { allocateSurface, ComparedSurface } from "./compared_surface.ts";
import type { CursorShape } from "./cursor.ts";
import { checkCursor, checkSize, checkSurface, surfaceByteLength } from "./display_checks.ts";
import type { DisplayChangeListener } from "./display_change_listener.ts";
import type { DisplaySurface } from "./display_surface.ts";
import { FrameMemory, type MemoryRegion } from "./frame_memory.ts";
import { MergedRects } from "./merged_rects.ts";
import { clipMove, movePixels } from "./move_pixels.ts";
import { RefreshTimer } from "./refresh.ts";

const DEFAULT_FPS = 60;
const MAX_FPS = 1_000;

/** How a {@link Display} is made. */
export interface DisplayOptions {
  /** Pixels, 1 … 16384. */
  readonly width: number;
  /** Pixels, 1 … 16384. */
  readonly height: number;
  /** Updates a second at most. Default 60. */
  readonly fps?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Told when the device or a listener throws. Default: silent. */
  readonly logger?: Logger;
}

/**
 * A framebuffer that can be watched. Whoever owns it paints into {@link Display.pixels} and says where with
 * {@link Display.update}; the display finds out what really changed, at most `fps` times a second and only while
 * somebody watches.
 *
 * A display with listeners keeps a timer running; {@link Display.close} ends it.
 *
 * @example A red square that moves; viewers get the move as a CopyRect
 * ```ts
 * import { Display } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * for (let y = 10; y < 30; y++) {
 *   for (let x = 10; x < 30; x++) {
 *     display.pixels.set([0x00, 0x00, 0xff, 0], y * display.strideBytes + x * 4); // B, G, R, X
 *   }
 * }
 * display.update({ x: 10, y: 10, width: 20, height: 20 });
 * display.copy({ x: 10, y: 10, width: 20, height: 20 }, 100, 50);
 *
 * assert.equal(display.pixels[50 * display.strideBytes + 100 * 4 + 2], 0xff);
 * display.close();
 * ```
 */
export class Display {
  /** Where all pixels of this display live; shared with the encoding workers. */
  readonly memory: FrameMemory = new FrameMemory();
  /**
   * For the trackers of this display's viewers.
   * @internal
   */
  readonly mergedRects: MergedRects = new MergedRects();
  readonly #logger: Logger;
  readonly #timer: RefreshTimer;
  readonly #listeners: Set<DisplayChangeListener> = new Set();
  #guest: DisplaySurface;
  /** Set while the guest surface is the display's own, not the device's. */
  #guestRegion: MemoryRegion | undefined;
  #compared: ComparedSurface;
  #hwUpdate: (() => void) | undefined;
  #hwUpdateFault: string | undefined;
  #isInHwUpdate = false;
  #changedSinceTick = false;
  #generation = 0;
  #cursor: CursorShape | undefined;
  #isCursorVisible = true;
  #isClosed = false;

  /** Throws RangeError or LimitError for a size or rate that cannot be. */
  constructor(options: DisplayOptions) {
    const { width, height, fps = DEFAULT_FPS, clock = systemClock, logger = silentLogger } = options;
    checkSize(width, height);
    if (!(fps > 0 && fps <= MAX_FPS)) {
      throw new RangeError(`Cannot make a display: ${fps} is not a rate of 1 to ${MAX_FPS} fps`);
    }
    this.#logger = logger;
    this.#timer = new RefreshTimer(clock, 1_000 / fps, () => this.#tick());
    const own = allocateSurface(this.memory, width, height);
    this.#guest = own.surface;
    this.#guestRegion = own.region;
    this.#compared = new ComparedSurface(this.memory, width, height);
  }

  /** The guest surface: what the device paints. */
  get surface(): DisplaySurface {
    return this.#guest;
  }

  /** The last compared state: what clients are sent. Kept up to date only while there are listeners. */
  get serverSurface(): DisplaySurface {
    return this.#compared.surface;
  }

  /** Counts the states of the server surface: another number whenever listeners are told of a change. */
  get generation(): number {
    return this.#generation;
  }

  /** Pixels. */
  get width(): number {
    return this.#guest.width;
  }

  /** Pixels. */
  get height(): number {
    return this.#guest.height;
  }

  /** The guest surface as bytes B,G,R,X, rows {@link strideBytes} apart. Take it again after a resize or switch. */
  get pixels(): Uint8Array {
    return this.memory.bytes(this.#guest.pointer, surfaceByteLength(this.#guest));
  }

  /** Bytes from one row of {@link pixels} to the next. */
  get strideBytes(): number {
    return this.#guest.strideBytes;
  }

  /** Milliseconds between two looks at the device as things stand. */
  get refreshIntervalMs(): number {
    return this.#timer.intervalMs;
  }

  /** Damage (gfxUpdate): pixels in the rect may have changed. Clipped to the surface. */
  update(rect: Rect): void {
    this.#compared.markDamage(rect);
    if (!this.#isInHwUpdate) this.#timer.wake();
  }

  /**
   * A blit (gfxCopy): the pixels of `source` go to (x, y), so that clients can do the same with theirs. Clipped to the
   * surface at both ends. Damage that is pending is looked at first. A device that moves its own pixels does it in
   * `blit`, which is called in any case; without it the display moves them. Overlapping is allowed.
   */
  copy(source: Rect, x: number, y: number, blit?: () => void): void {
    const isWatched = this.#listeners.size > 0;
    // First of all: the device is asked here, and may set a new mode.
    if (isWatched) this.#flush();
    const move = clipMove(source, x, y, this.#guest);
    if (isWatched && move !== undefined) {
      this.#compared.move(move);
      this.#markChanged();
      const dx = move.destination.x - move.source.x;
      const dy = move.destination.y - move.source.y;
      this.#tell((listener) => listener.gfxCopy?.(move.destination, dx, dy));
    }
    try {
      if (blit !== undefined) blit();
      else if (move !== undefined) movePixels(this.memory, this.#guest, move);
    } finally {
      // What was really painted there is verified by the next compare.
      if (move !== undefined) this.update(move.destination);
    }
  }

  /** A new guest surface of the display's own, black. Throws RangeError or LimitError for a size that cannot be. */
  resize(width: number, height: number): void {
    checkSize(width, height);
    const own = allocateSurface(this.memory, width, height);
    try {
      this.#switchTo(own.surface, own.region);
    } catch (error) {
      this.memory.free(own.region);
      throw error;
    }
  }

  /**
   * The device's own memory becomes the guest surface (gfxSwitch). It must come from {@link memory} and stays the
   * device's to free. A surface of the same size is a page flip: nothing is new but the pixels.
   */
  switchSurface(surface: DisplaySurface): void {
    checkSurface(surface, this.memory.memory.buffer.byteLength);
    this.#switchTo(surface, undefined);
  }

  /**
   * Asked at every tick before the compare, and before a copy: the card looks at its dirty pages and reports them with
   * {@link update}. When it throws, the logger is told once and the display goes on.
   */
  setHwUpdate(callback: (() => void) | undefined): void {
    this.#hwUpdate = callback;
    this.#hwUpdateFault = undefined;
    this.wake();
  }

  /** The pointer's shape, once there is one. */
  get cursor(): CursorShape | undefined {
    return this.#cursor;
  }

  /** Whether the guest shows its pointer, by the last {@link moveCursor}. */
  get isCursorVisible(): boolean {
    return this.#isCursorVisible;
  }

  /** Gives the pointer a new shape (cursorDefine). Throws RangeError or LimitError for a shape that cannot be. */
  setCursor(shape: CursorShape): void {
    checkCursor(shape);
    this.#cursor = shape;
    this.#tell((listener) => listener.cursorDefine?.(shape));
  }

  /** The guest moved its pointer or hid it (mouseSet). */
  moveCursor(x: number, y: number, visible: boolean): void {
    this.#isCursorVisible = visible;
    this.#tell((listener) => listener.mouseSet?.(x, y, visible));
  }

  /** The guest rang its bell. */
  bell(): void {
    this.#tell((listener) => listener.bell?.());
  }

  /** The guest has put text on its clipboard. */
  cutText(text: string): void {
    this.#tell((listener) => listener.cutText?.(text));
  }

  /** Whether the guest surface could have that many bits per pixel: 32, and no listener refuses. */
  checkFormat(bitsPerPixel: number): boolean {
    const accepts = (listener: DisplayChangeListener) => listener.checkFormat?.(bitsPerPixel) ?? true;
    return bitsPerPixel === 32 && [...this.#listeners].every(accepts);
  }

  /**
   * From now on the listener is told of every change. The server surface is up to date when this returns; what it
   * shows is new to the listener. Returns how to stop.
   */
  addListener(listener: DisplayChangeListener): () => void {
    if (this.#isClosed) return () => {};
    this.#flush();
    this.#listeners.add(listener);
    this.#timer.start();
    this.#timer.wake();
    return () => this.#removeListener(listener);
  }

  /** Input arrived, or a device knows that it has something to show: back to the base interval, a tick soon. */
  wake(): void {
    this.#timer.wake();
  }

  /** One tick now: the device is asked, the surfaces compared, listeners told. */
  refresh(): void {
    this.#timer.tick();
  }

  /** Stops the timer and forgets every listener. */
  close(): void {
    this.#isClosed = true;
    this.#timer.stop();
    this.#listeners.clear();
    this.#hwUpdate = undefined;
  }

  #removeListener(listener: DisplayChangeListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#timer.stop();
  }

  #tick(): boolean {
    this.#flush();
    const changed = this.#changedSinceTick;
    this.#changedSinceTick = false;
    this.#tell((listener) => listener.refresh?.(changed));
    return changed;
  }

  /** Brings the server surface up to date with the guest's. */
  #flush(): void {
    this.#askDevice();
    if (this.#compared.compare(this.#guest) === 0) return;
    this.#markChanged();
    this.#tell((listener) => listener.gfxUpdate?.(this.#compared.changedMap));
  }

  #markChanged(): void {
    this.#changedSinceTick = true;
    this.#generation++;
  }

  #askDevice(): void {
    if (this.#hwUpdate === undefined || this.#isInHwUpdate) return;
    this.#isInHwUpdate = true;
    try {
      this.#hwUpdate();
      this.#hwUpdateFault = undefined;
    } catch (error) {
      this.#reportHwUpdateFault(errorMessage(error));
    } finally {
      this.#isInHwUpdate = false;
    }
  }

  /** Once for the same fault: it comes back with every tick. */
  #reportHwUpdateFault(message: string): void {
    if (message === this.#hwUpdateFault) return;
    this.#hwUpdateFault = message;
    this.#logger.error(`cannot look at the display's device: ${message}`);
  }

  #switchTo(surface: DisplaySurface, region: MemoryRegion | undefined): void {
    const { width, height } = surface;
    const isPageFlip = width === this.width && height === this.height;
    const compared = isPageFlip ? this.#compared : new ComparedSurface(this.memory, width, height);
    if (this.#guestRegion !== undefined) this.memory.free(this.#guestRegion);
    this.#guest = surface;
    this.#guestRegion = region;
    compared.guestMap.markAll();
    if (!isPageFlip) this.#replaceServerSurface(compared);
    this.#timer.wake();
  }

  #replaceServerSurface(compared: ComparedSurface): void {
    this.#compared.free();
    this.#compared = compared;
    if (this.#listeners.size === 0) return;
    // Without this, clients would be sent a black picture between the switch and the next tick.
    this.#compared.compare(this.#guest);
    this.#markChanged();
    this.#tell((listener) => listener.gfxSwitch?.(this.#compared.surface));
  }

  /** A listener that throws harms itself only. */
  #tell(call: (listener: DisplayChangeListener) => void): void {
    for (const listener of [...this.#listeners]) {
      try {
        call(listener);
      } catch (error) {
        this.#logger.error(`cannot tell a display's listener: ${errorMessage(error)}`);
      }
    }
  }
}
