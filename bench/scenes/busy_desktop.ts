/** A display that is never still: a terminal that types and scrolls, a video, and a window that is moved about. */

import type { Rect } from "../../lib/base/rect.ts";
import type { Display } from "../../lib/display/display.ts";
import { FONT_8X16, FONT_HEIGHT } from "../../lib/guest/font_table.ts";

const GLYPH_WIDTH = 8;
const TYPED_PER_FRAME = 12;
const WINDOW_SIDE = 96;
const STEP = 4;
const WORDS = "drwxr-xr-x root 4096 lib deno.json README.md const return ./configure make -j2 ok 0x7fff warning:".split(
  " ",
);

const BACKGROUND = 0x2f4858;
const PAPER = 0x10141c;
const INK = [0xd8dee9, 0xa3be8c, 0xebcb8b, 0x88c0d0];
const WINDOW = 0xf2efe4;
const FRAME = 0x6b7a8f;

/** How much of the display is a video, unless told otherwise: at most that, and half of the height. */
const VIDEO = { width: 320, height: 200 };

/** Paints one frame after the other on a display of any size from 64x64 on, also when the size changes between two. */
export class BusyDesktop {
  readonly #display: Display;
  readonly #videoSize: { readonly width: number; readonly height: number };
  #words: Uint32Array = new Uint32Array();
  #strideWords = 0;
  #width = 0;
  #height = 0;
  #frame = 0;
  #column = 0;
  #line = "";
  #window = { x: 0, y: 0, dx: STEP, dy: STEP };

  constructor(display: Display, videoSize: { readonly width: number; readonly height: number } = VIDEO) {
    this.#display = display;
    this.#videoSize = videoSize;
  }

  /** The next frame. */
  paint(): void {
    const { width, height } = this.#display;
    this.#takePixels();
    if (width !== this.#width || height !== this.#height) this.#begin(width, height);
    this.#frame++;
    this.#type();
    this.#playVideo();
    this.#moveWindow();
  }

  get #terminal(): Rect {
    const width = (this.#width >> 4) * GLYPH_WIDTH;
    return { x: 0, y: 0, width, height: Math.floor(this.#height / FONT_HEIGHT) * FONT_HEIGHT };
  }

  get #video(): Rect {
    const x = this.#terminal.width;
    const { width, height } = this.#videoSize;
    return { x, y: 0, width: Math.min(width, this.#width - x), height: Math.min(height, this.#height >> 1) };
  }

  /** Where the window moves. */
  get #desk(): Rect {
    const { x, height: y } = this.#video;
    return { x, y, width: this.#width - x, height: this.#height - y };
  }

  #begin(width: number, height: number): void {
    [this.#width, this.#height] = [width, height];
    this.#fill({ x: 0, y: 0, width, height }, BACKGROUND);
    this.#fill(this.#terminal, PAPER);
    this.#window = { x: this.#desk.x, y: this.#desk.y, dx: STEP, dy: STEP };
    this.#paintWindow();
    this.#column = 0;
    this.#display.update({ x: 0, y: 0, width, height });
  }

  /** Types on the last line; at its end all lines go up, as a copy. */
  #type(): void {
    const { x, y, width, height } = this.#terminal;
    const columns = width / GLYPH_WIDTH;
    const top = y + height - FONT_HEIGHT;
    if (this.#column >= columns) {
      this.#column = 0;
      this.#display.copy({ x, y: y + FONT_HEIGHT, width, height: height - FONT_HEIGHT }, x, y);
      this.#fill({ x, y: top, width, height: FONT_HEIGHT }, PAPER);
      this.#display.update({ x, y: top, width, height: FONT_HEIGHT });
    }
    const from = x + this.#column * GLYPH_WIDTH;
    const end = Math.min(columns, this.#column + TYPED_PER_FRAME);
    for (; this.#column < end; this.#column++) this.#paintGlyph(x + this.#column * GLYPH_WIDTH, top, this.#nextCode());
    this.#display.update({ x: from, y: top, width: x + end * GLYPH_WIDTH - from, height: FONT_HEIGHT });
  }

  #nextCode(): number {
    if (this.#line === "") this.#line = `${WORDS[(this.#frame * 7 + this.#column) % WORDS.length]} `;
    const code = this.#line.charCodeAt(0);
    this.#line = this.#line.slice(1);
    return code;
  }

  #paintGlyph(x: number, y: number, code: number): void {
    const ink = INK[(this.#frame >> 4) % INK.length]!;
    for (let row = 0; row < FONT_HEIGHT; row++) {
      const dots = FONT_8X16[code * FONT_HEIGHT + row]!;
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        this.#set(x + column, y + row, dots & (0x80 >> column) ? ink : PAPER);
      }
    }
  }

  /** Colours that flow into each other, with grain: nothing that deflate likes. */
  #playVideo(): void {
    const { x: left, y: top, width, height } = this.#video;
    const time = this.#frame / 9;
    let grain = this.#frame * 2_654_435_761 >>> 0;
    for (let y = 0; y < height; y++) {
      const across = Math.sin(y / 37 + time) * 60;
      for (let x = 0; x < width; x++) {
        grain = (Math.imul(grain, 1_664_525) + 1_013_904_223) >>> 0;
        const light = 128 + across + Math.sin((x + y) / 53 - time) * 50 + (grain >>> 29);
        this.#set(left + x, top + y, (light << 16) | ((255 - light) << 8) | ((x + this.#frame) & 0xff));
      }
    }
    this.#display.update(this.#video);
  }

  /** Moved as a copy; what it leaves behind is painted. */
  #moveWindow(): void {
    const { x, y, width, height } = this.#desk;
    if (width < WINDOW_SIDE + STEP || height < WINDOW_SIDE + STEP) return;
    const window = this.#window;
    const before = { x: window.x, y: window.y, width: WINDOW_SIDE, height: WINDOW_SIDE };
    if (window.x + window.dx < x || window.x + window.dx + WINDOW_SIDE > x + width) window.dx = -window.dx;
    if (window.y + window.dy < y || window.y + window.dy + WINDOW_SIDE > y + height) window.dy = -window.dy;
    window.x += window.dx;
    window.y += window.dy;
    this.#display.copy(before, window.x, window.y);
    this.#uncover(window.dx > 0 ? before.x : before.x + WINDOW_SIDE - STEP, before.y, STEP, WINDOW_SIDE);
    this.#uncover(before.x, window.dy > 0 ? before.y : before.y + WINDOW_SIDE - STEP, WINDOW_SIDE, STEP);
  }

  #uncover(x: number, y: number, width: number, height: number): void {
    this.#fill({ x, y, width, height }, BACKGROUND);
    this.#display.update({ x, y, width, height });
  }

  #paintWindow(): void {
    const { x, y } = this.#window;
    const side = Math.min(WINDOW_SIDE, this.#width - x, this.#height - y);
    this.#fill({ x, y, width: side, height: side }, FRAME);
    this.#fill({ x: x + 2, y: y + 14, width: Math.max(0, side - 4), height: Math.max(0, side - 16) }, WINDOW);
  }

  #fill({ x, y, width, height }: Rect, colour: number): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) this.#set(column, row, colour);
    }
  }

  #set(x: number, y: number, colour: number): void {
    this.#words[y * this.#strideWords + x] = colour;
  }

  /** The pixels as numbers 0xRRGGBB: bytes B,G,R,X. */
  #takePixels(): void {
    const { pixels, strideBytes } = this.#display;
    this.#words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength >> 2);
    this.#strideWords = strideBytes >> 2;
  }
}
