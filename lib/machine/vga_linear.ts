/** Linear modes: 32 bpp is shown from video memory as it is, other depths are converted line by line when they change. */

import { type Rect, rect } from "../base/rect.ts";
import type { Display } from "../display/display.ts";
import type { DisplaySurface } from "../display/display_surface.ts";
import { convertLine } from "./convert_line.ts";
import type { DirtySnapshot } from "./dirty_pages.ts";
import type { LinearGeometry } from "./vbe.ts";
import type { VgaDac } from "./vga_dac.ts";
import type { VideoMemory } from "./video_memory.ts";

/** The parts of a card that a linear mode is made of. */
export interface LinearHardware {
  readonly dac: VgaDac;
  readonly vram: VideoMemory;
}

/** One linear mode on a display. */
export class LinearMode {
  readonly #display: Display;
  readonly #hardware: LinearHardware;
  #geometry: LinearGeometry;
  /** Nothing of the shadow surface is right yet. */
  #isAllDirty = true;
  #dacVersion = -1;

  /** Takes the display: the guest surface is video memory itself, or a shadow of the same size. */
  constructor(display: Display, hardware: LinearHardware, geometry: LinearGeometry) {
    this.#display = display;
    this.#hardware = hardware;
    this.#geometry = geometry;
    if (this.isZeroCopy) display.switchSurface(this.#surface());
    else display.resize(geometry.width, geometry.height);
  }

  /** What is shown. */
  get geometry(): LinearGeometry {
    return this.#geometry;
  }

  /** Whether the guest surface is video memory. */
  get isZeroCopy(): boolean {
    return this.#geometry.bitsPerPixel === 32;
  }

  /** Shows another part of memory when that is all that differs from the mode at present; else returns false. */
  tryFlip(geometry: LinearGeometry): boolean {
    const { width, height, bitsPerPixel, strideBytes, start } = this.#geometry;
    if (width !== geometry.width || height !== geometry.height || bitsPerPixel !== geometry.bitsPerPixel) return false;
    if (strideBytes === geometry.strideBytes && start === geometry.start) return true;
    this.#geometry = geometry;
    this.#isAllDirty = true;
    if (this.isZeroCopy) this.#display.switchSurface(this.#surface());
    return true;
  }

  /** Looks at the dirty pages of what is shown; runs of dirty lines become one full-width update each. */
  update(): void {
    const dirty = this.#hardware.vram.takeDirty(this.#geometry.start, shownBytes(this.#geometry));
    const isAllDirty = this.#isAllDirty || this.#paletteChanged();
    this.#isAllDirty = false;
    if (!isAllDirty && dirty.isEmpty) return;
    for (const lines of dirtyRuns(this.#geometry, isAllDirty ? undefined : dirty)) {
      if (!this.isZeroCopy) this.#convert(lines);
      this.#display.update(lines);
    }
  }

  /** The rect on the screen of a block of bytes, undefined when it is not completely visible or not whole pixels. */
  locate(address: number, widthBytes: number, height: number, pitchBytes: number): Rect | undefined {
    const { width, height: lines, pixelBytes, strideBytes, start } = this.#geometry;
    if (address < start || (height > 1 && pitchBytes !== strideBytes)) return undefined;
    const xBytes = (address - start) % strideBytes;
    const y = Math.floor((address - start) / strideBytes);
    if (xBytes % pixelBytes !== 0 || widthBytes % pixelBytes !== 0) return undefined;
    if (xBytes + widthBytes > width * pixelBytes || y + height > lines) return undefined;
    return rect(xBytes / pixelBytes, y, widthBytes / pixelBytes, height);
  }

  /** Bytes in a rect were written: tells the display, or marks the lines that have to be converted. */
  paint(area: Rect): void {
    if (this.isZeroCopy) return this.#display.update(area);
    const { strideBytes, start, pixelBytes } = this.#geometry;
    for (let y = area.y; y < area.y + area.height; y++) {
      this.#hardware.vram.markDirty(start + y * strideBytes + area.x * pixelBytes, area.width * pixelBytes);
    }
  }

  #surface(): DisplaySurface {
    const { width, height, strideBytes, start } = this.#geometry;
    return { width, height, strideBytes, pointer: this.#hardware.vram.pointer + start };
  }

  #paletteChanged(): boolean {
    const { version } = this.#hardware.dac;
    if (this.#geometry.bitsPerPixel !== 8 || version === this.#dacVersion) return false;
    this.#dacVersion = version;
    return true;
  }

  #convert(lines: Rect): void {
    const { width, bitsPerPixel, strideBytes, start } = this.#geometry;
    const { buffer, byteOffset, byteLength } = this.#display.pixels;
    const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
    const strideWords = this.#display.strideBytes / 4;
    const memory = this.#hardware.vram.bytes;
    const { colours } = this.#hardware.dac;
    for (let y = lines.y; y < lines.y + lines.height; y++) {
      const target = words.subarray(y * strideWords, y * strideWords + width);
      convertLine(bitsPerPixel, memory, start + y * strideBytes, target, colours);
    }
  }
}

function shownBytes({ width, height, pixelBytes, strideBytes }: LinearGeometry): number {
  return (height - 1) * strideBytes + width * pixelBytes;
}

/** Runs of consecutive lines that overlap a dirty page, all lines without a snapshot, as full-width rects. */
function* dirtyRuns(geometry: LinearGeometry, dirty: DirtySnapshot | undefined): Generator<Rect> {
  const { width, height, pixelBytes, strideBytes, start } = geometry;
  let first = -1;
  for (let y = 0; y <= height; y++) {
    const isDirty = y < height && (dirty?.overlaps(start + y * strideBytes, width * pixelBytes) ?? true);
    if (isDirty && first < 0) first = y;
    if (isDirty || first < 0) continue;
    yield rect(0, first, width, y - first);
    first = -1;
  }
}
