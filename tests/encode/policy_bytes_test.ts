/** What the policy `best` saves, for the lists of real clients, on a desktop of all kinds of content. */

import assert from "node:assert/strict";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import type { EncodingPolicy } from "../../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import { pickEncodings } from "../../lib/encode/offered_encodings.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture, type PictureKind, randomNumbers } from "../helpers/random_picture.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const { CoRRE, Hextile, Raw, RRE, Tight, TightPNG, TRLE, Zlib, ZRLE } = Encoding;
const WIDTH = 960;
const HEIGHT = 540;

const surface = TestSurface.create(WIDTH, HEIGHT);
const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);

/** A background of one colour, a bar, two windows of text, a photo and a noisy one. */
function paintDesktop(): void {
  const picture = new Uint32Array(WIDTH * HEIGHT).fill(0x2d3a4a);
  const windows: readonly (readonly [PictureKind, Rect])[] = [
    ["flat", rect(0, 0, WIDTH, 24)],
    ["text", rect(40, 60, 420, 300)],
    ["text", rect(300, 200, 380, 280)],
    ["gradient", rect(700, 40, 240, 200)],
    ["noise", rect(720, 300, 200, 160)],
    ["blocks", rect(40, 400, 200, 120)],
  ];
  windows.forEach(([kind, { x, y, width, height }], seed) => {
    const painted = paintPicture(kind, width, height, seed + 3);
    for (let row = 0; row < height; row++) {
      picture.set(painted.subarray(row * width, (row + 1) * width), (y + row) * WIDTH + x);
    }
  });
  surface.paint(picture);
}

/** Bytes of the jobs for a client with such a list. */
async function bytesOf(listed: readonly number[], policy: EncodingPolicy, jobs: readonly Rect[][]): Promise<number> {
  const settings = { ...pickEncodings(listed, policy, false), pixelFormat: X8R8G8B8 };
  const streams: ClientStreams = {};
  let bytes = 0;
  for (const rects of jobs) {
    const steps = encodeJob(surface.job(settings, rects), arena, streams);
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    bytes += step.value.bytes.length;
  }
  closeStreams(streams);
  return bytes;
}

/** A picture for a start, then what changes on a desktop: lines of text, windows, a clock. */
function desktopJobs(): Rect[][] {
  const random = randomNumbers(5);
  const pick = (sizes: readonly (readonly [number, number])[]) => sizes[random() % sizes.length]!;
  const changes = Array.from({ length: 60 }, () => {
    const [width, height] = pick([[8, 16], [60, 16], [400, 16], [300, 200], [600, 64], [WIDTH, 24]]);
    return [rect(random() % (WIDTH - width + 1), random() % (HEIGHT - height + 1), width, height)];
  });
  return [[surface.bounds], ...changes];
}

/** Lists of features.md §4 and some in which the first is not the best; what is left of the first one's bytes at most. */
const LISTS: readonly (readonly [name: string, listed: readonly number[], atMost: number])[] = [
  ["TigerVNC", [Tight, ZRLE, Hextile, RRE, Raw], 1],
  ["noVNC", [Tight, TightPNG, ZRLE, Hextile, RRE, Zlib, Raw], 1],
  ["gtk-vnc", [Tight, ZRLE, Hextile, RRE, Raw], 1],
  ["RealVNC", [ZRLE, Hextile, RRE, Raw], 1],
  ["libvncclient", [Tight, Hextile, Zlib, ZRLE, CoRRE, RRE], 1],
  ["libvncclient without Tight", [Hextile, Zlib, ZRLE, CoRRE, RRE], 0.9],
  ["Hextile and what is older", [Hextile, CoRRE, RRE, Raw], 1],
  ["Hextile and Raw", [Hextile, Raw], 1],
  ["Raw first", [Raw, RRE], 0.7],
  ["Zlib first", [Zlib, Hextile, RRE, Raw], 1],
  ["TRLE, then Hextile", [TRLE, Hextile, Raw], 1],
  ["Hextile, then TRLE", [Hextile, TRLE, Raw], 1],
  ["TightPNG first", [TightPNG, ZRLE], 1],
  ["RRE alone", [RRE], 1],
];
for (const [name, listed, atMost] of LISTS) {
  Deno.test(`${name}: the best of the list is no more bytes than the first of it`, async () => {
    paintDesktop();
    const jobs = desktopJobs();
    const [best, first] = [await bytesOf(listed, "best", jobs), await bytesOf(listed, "qemu", jobs)];
    assert(best <= first * atMost, `${best} bytes instead of ${first}`);
  });
}
