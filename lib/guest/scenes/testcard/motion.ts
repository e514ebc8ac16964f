/** The parts of the test card that move: a bouncing box, painted, and a ticker, moved by blits. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Blitter } from "../../drawing/blitter.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import type { Colour } from "../../drawing/colour.ts";
import { CELL_HEIGHT, drawText, measureText } from "../../drawing/text.ts";

const TICKER =
  "vncd test card  •  colour bars, gradients, moire, text, motion  •  this line is moved by the blitter  •  ";
const TICKER_STEP = 2;
const TICKER_HEIGHT = CELL_HEIGHT + 8;
const BOX_SIDE = 28;
const BOX_STEP_X = 5;
const BOX_STEP_Y = 2;
const PANEL: Colour = 0x10131a;
const BOX: Colour = 0xff8a3c;
const TICKER_PAPER: Colour = 0x1d3152;
const TICKER_INK: Colour = 0xffffff;

/** The moving parts in an area of the screen; what they show depends on the number of the frame alone. */
export class Motion {
  readonly #canvas: Canvas;
  readonly #blitter: Pick<Blitter, "copy">;
  readonly #panel: Rect;
  readonly #ticker: Rect;
  #frame = 0;

  constructor(canvas: Canvas, blitter: Pick<Blitter, "copy">, area: Rect) {
    this.#canvas = canvas;
    this.#blitter = blitter;
    const split = area.height - Math.min(TICKER_HEIGHT, area.height >> 1);
    this.#panel = rect(area.x, area.y, area.width, split);
    this.#ticker = rect(area.x, area.y + split, area.width, area.height - split);
  }

  /** Paints both parts whole. */
  paint(): void {
    this.#paintPanel(this.#panel);
    this.#paintTicker(this.#ticker);
  }

  /** Goes on by one frame and brings the screen in step. */
  step(): void {
    const before = this.#boxArea();
    this.#frame++;
    this.#paintPanel(before);
    this.#paintPanel(this.#boxArea());
    const { x, y, width, height } = this.#ticker;
    this.#blitter.copy(rect(x + TICKER_STEP, y, width - TICKER_STEP, height), x, y);
    this.#paintTicker(rect(x + width - TICKER_STEP, y, TICKER_STEP, height));
  }

  #boxArea(): Rect {
    const { x, y, width, height } = this.#panel;
    const side = Math.min(BOX_SIDE, width, height);
    const left = bounce(this.#frame * BOX_STEP_X, width - side);
    return rect(x + left, y + bounce(this.#frame * BOX_STEP_Y, height - side), side, side);
  }

  #paintPanel(area: Rect): void {
    this.#canvas.clipTo(area, () => {
      this.#canvas.clipTo(this.#panel, () => {
        this.#canvas.fillRect(this.#panel, PANEL);
        const box = this.#boxArea();
        this.#canvas.fillRect(box, BOX);
        this.#canvas.bevel(box, 0xffc79a, 0x9a4512, 2);
      });
    });
  }

  #paintTicker(area: Rect): void {
    const { x, y, height } = this.#ticker;
    const { width } = measureText(TICKER);
    this.#canvas.clipTo(this.#ticker, () => {
      this.#canvas.clipTo(area, () => {
        this.#canvas.fillRect(area, TICKER_PAPER);
        const textTop = y + ((height - CELL_HEIGHT) >> 1);
        const start = x - (this.#frame * TICKER_STEP) % width;
        for (let at = start; at < x + this.#ticker.width; at += width) {
          drawText(this.#canvas, at, textTop, TICKER, { colour: TICKER_INK });
        }
      });
    });
  }
}

/** A position between 0 and `range` that goes to and fro as `distance` grows. */
function bounce(distance: number, range: number): number {
  if (range <= 0) return 0;
  const phase = distance % (2 * range);
  return phase <= range ? phase : 2 * range - phase;
}
