/** The built-in scene `testcard`: colours, gradients, fine patterns, text, corner marks, and a moving part. */

import { type Rect, rect } from "../../base/rect.ts";
import { Blitter } from "../drawing/blitter.ts";
import { Canvas } from "../drawing/canvas.ts";
import type { GuestContext } from "../scene.ts";
import { checkSceneSize, requiredVramBytes, type SizedScene } from "./sized_scene.ts";
import { Motion } from "./testcard/motion.ts";
import {
  paintBars,
  paintFinePatterns,
  paintGradients,
  paintGround,
  paintTexts,
  paintTitle,
  paintWedge,
} from "./testcard/patterns.ts";

/** What a test card may be told. */
export interface TestcardOptions {
  /** Nothing moves. */
  readonly still?: boolean;
  /** Size of the screen, 1024x768 by default. */
  readonly width?: number;
  /** See {@link TestcardOptions.width}. */
  readonly height?: number;
}

const FRAME_MS = 40;
const MINIMUM = [320, 240] as const;

/** Parts of the card from the top down, and how much of its height each takes. */
const BANDS = ["title", "bars", "gradients", "wedge", "patterns", "texts", "motion"] as const;
type Band = typeof BANDS[number];
const SHARES: Readonly<Record<Band, number>> = {
  title: 0.13,
  bars: 0.21,
  gradients: 0.16,
  wedge: 0.06,
  patterns: 0.14,
  texts: 0.165,
  motion: 0.135,
};

/**
 * A test card of 1024x768 pixels, or of any size from 320x240 on; its outermost pixels are a white line.
 *
 * @example
 * ```ts
 * import { serveScene, testcard } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const running = await serveScene({ scene: testcard({ width: 640, height: 480, still: true }) });
 * assert(running.display.pixels[0] === 0xff);
 * await running.stop();
 * ```
 */
export function testcard(options: TestcardOptions = {}): SizedScene {
  const { width = 1024, height = 768, still = false } = options;
  checkSceneSize("the test card", width, height, MINIMUM);
  return {
    name: "testcard",
    width,
    height,
    vramBytes: requiredVramBytes(width, height),
    start(guest): void {
      const motion = paintTestcard(guest, width, height);
      if (!still) animate(guest, motion);
    },
  };
}

/** Sets the mode and paints everything; returns the parts that can move. */
function paintTestcard(guest: GuestContext, width: number, height: number): Motion {
  const mode = guest.firmware.setLinearMode(width, height, 32);
  const canvas = new Canvas(guest.machine.vram, mode);
  const bands = layOutBands(width, height);
  paintGround(canvas);
  paintTitle(canvas, bands.title, "vncd");
  paintBars(canvas, bands.bars);
  paintGradients(canvas, bands.gradients);
  paintWedge(canvas, bands.wedge);
  paintFinePatterns(canvas, bands.patterns);
  paintTexts(canvas, bands.texts);
  const motion = new Motion(canvas, new Blitter(guest.machine.io, guest.machine.vram, mode), bands.motion);
  motion.paint();
  return motion;
}

function layOutBands(width: number, height: number): Record<Band, Rect> {
  const across = Math.round(width * 0.625);
  const left = Math.round((width - across) / 2);
  const down = Math.round(height * 0.86);
  const top = Math.round((height - down) / 2);
  const bands: Partial<Record<Band, Rect>> = {};
  let share = 0;
  for (const band of BANDS) {
    const start = top + Math.round(down * share);
    share += SHARES[band];
    bands[band] = rect(left, start, across, top + Math.round(down * share) - start);
  }
  return bands as Record<Band, Rect>;
}

/** One frame after the other until the signal aborts. */
function animate(guest: GuestContext, motion: Motion): void {
  let timer = guest.clock.setTimer(onFrame, FRAME_MS);
  function onFrame(): void {
    if (guest.signal.aborted) return;
    motion.step();
    timer = guest.clock.setTimer(onFrame, FRAME_MS);
  }
  guest.signal.addEventListener("abort", () => timer.cancel(), { once: true });
}
