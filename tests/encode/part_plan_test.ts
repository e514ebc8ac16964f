import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { chooseConversion } from "../../lib/encode/choose.ts";
import type { EncodeSettings } from "../../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import { pickEncodings } from "../../lib/encode/offered_encodings.ts";
import { type PlannedPart, planParts } from "../../lib/encode/part_plan.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import {
  paintPicture,
  PICTURE_KINDS,
  pixelFormats,
  randomNumbers,
  usualPixelFormats,
} from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";

const { CoRRE, Hextile, JPEG, Raw, RRE, Tight, TightPNG, TRLE, Zlib, ZRLE } = Encoding;
const WIDTH = 640;
const HEIGHT = 384;
const MAX_RECTS = 1_000;

const surface = TestSurface.create(WIDTH, HEIGHT);
const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);

/** Noise at the left, one colour in the middle, text of two colours at the right. */
function paintThree(): void {
  const random = randomNumbers(1);
  surface.paint(Uint32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const x = at % WIDTH;
    if (x < 192) return random() & 0xffffff;
    return x < 448 || (x * 7 + Math.floor(at / WIDTH) * 3) % 11 > 2 ? 0x336699 : 0xffffff;
  }));
}

function settingsOf(listed: readonly number[], takesJpeg = false): EncodeSettings {
  const jpeg = takesJpeg ? { jpeg: { quality: 80, subsampling: "4:4:4" } as const } : {};
  return { ...pickEncodings(listed, "best", takesJpeg), pixelFormat: X8R8G8B8, ...jpeg };
}

function planOf(settings: EncodeSettings, rects: readonly Rect[] = [surface.bounds], lossy?: "allowed"): PlannedPart[] {
  const job = { ...surface.job(settings, rects), ...(lossy && { lossy: rects.map(() => lossy) }) };
  return planParts(job, arena, chooseConversion(Raw, settings.pixelFormat), MAX_RECTS);
}

/** The encodings that areas of a plan are sent in, by their left edges. */
function columnsOf(plan: readonly PlannedPart[]): Record<string, string[]> {
  const areas: Record<string, Set<string>> = {};
  for (const { x, encoding, solidColour } of plan) {
    const area = x < 192 ? "noise" : x < 448 ? "solid" : "text";
    (areas[area] ??= new Set()).add(`${encoding}${solidColour === undefined ? "" : "s"}`);
  }
  return Object.fromEntries(Object.entries(areas).map(([area, found]) => [area, [...found].sort()]));
}

Deno.test("Tight and ZRLE take everything, the first of them that is listed", () => {
  paintThree();
  for (
    const list of [[Tight, ZRLE, Hextile, RRE, Raw], [ZRLE, Tight, Zlib, Raw], [Hextile, Raw, ZRLE], [Raw, RRE, Tight]]
  ) {
    const wanted = list.find((encoding) => encoding === Tight || encoding === ZRLE)!;
    const isWanted = ({ encoding, solidColour }: PlannedPart) => encoding === wanted && solidColour === undefined;
    assert(planOf(settingsOf(list)).every(isWanted), list.join());
  }
});

Deno.test("one colour, few colours and noise go out as what is best for them", () => {
  paintThree();
  const plans: readonly (readonly [readonly number[], string, string, string])[] = [
    [[Hextile, Raw], `${Raw}`, `${Hextile}`, `${Hextile}`],
    [[Hextile, RRE, Raw], `${Raw}`, `${RRE}s`, `${Hextile}`],
    [[Raw, RRE], `${Raw}`, `${RRE}s`, `${RRE}`],
    [[RRE, CoRRE, Raw], `${Raw}`, `${RRE}s`, `${CoRRE}`],
    [[Zlib, Hextile, Raw], `${Zlib}`, `${Hextile}s`, `${Zlib}`],
    [[Zlib, RRE, Hextile, Raw], `${Zlib}`, `${RRE}s`, `${Zlib}`],
    [[TRLE, Hextile, Raw], `${TRLE}`, `${Hextile}s`, `${TRLE}`],
    [[Hextile, TRLE, Raw], `${Raw}`, `${Hextile}`, `${Hextile}`],
  ];
  for (const [list, noise, solid, text] of plans) {
    const found = columnsOf(planOf(settingsOf(list)));
    const { solid: middle = found.text, text: right = found.solid } = found;
    assert.deepEqual([found.noise, middle, right], [[noise], [solid], [text]], list.join());
  }
});

Deno.test("a client that lists one encoding gets that one", () => {
  paintThree();
  for (const only of [Raw, RRE, CoRRE, Hextile, Zlib, TRLE, ZRLE, Tight, TightPNG]) {
    assert(planOf(settingsOf([Encoding.CopyRect, only, -223])).every(({ encoding }) => encoding === only), `${only}`);
  }
  assert(planOf(settingsOf([JPEG], true), undefined, "allowed").every(({ encoding }) => encoding === JPEG));
});

Deno.test("JPEG is for many colours where a loss is allowed, and for clients without Tight", () => {
  paintThree();
  const list = [JPEG, ZRLE, Hextile, Raw];
  assert.deepEqual(columnsOf(planOf(settingsOf(list, true), undefined, "allowed")), {
    noise: [`${JPEG}`],
    solid: [`${ZRLE}`],
  });
  assert(planOf(settingsOf(list, true)).every(({ encoding }) => encoding === ZRLE));
  assert(planOf(settingsOf(list), undefined, "allowed").every(({ encoding }) => encoding === ZRLE));
  const withTight = settingsOf([JPEG, Tight, ZRLE], true);
  assert(planOf(withTight, undefined, "allowed").every(({ encoding }) => encoding === Tight));
  assert.equal(columnsOf(planOf(settingsOf([JPEG, Raw], true), undefined, "allowed")).noise?.join(), `${JPEG}`);
});

Deno.test("a loss that is allowed for one rect is not allowed for another", () => {
  paintThree();
  const rects = [rect(0, 0, 192, 192), rect(0, 192, 192, 192)];
  const job = { ...surface.job(settingsOf([JPEG, ZRLE], true), rects), lossy: ["forbidden", "forced"] as const };
  const plan = planParts(job, arena, chooseConversion(Raw, X8R8G8B8), MAX_RECTS);
  assert.deepEqual(plan.map(({ y, encoding }) => [y, encoding]), [[0, ZRLE], [192, JPEG]]);
});

Deno.test("a screen of one colour is one rect of the smallest kind there is", () => {
  surface.paint(new Uint32Array(WIDTH * HEIGHT).fill(0x445566));
  assert.deepEqual(planOf(settingsOf([Hextile, RRE, Raw])), [
    { ...surface.bounds, lossy: "forbidden", encoding: RRE, solidColour: 0x445566 },
  ]);
  const [small] = planOf(settingsOf([Hextile, RRE, Raw]), [rect(3, 3, 16, 16)]);
  assert.equal(small?.encoding, Hextile);
});

for (const encoding of [RRE, CoRRE, Hextile]) {
  Deno.test(`a pixel that changes meanwhile is not spread over an area of one colour, in ${encoding}`, async () => {
    const picture = new Uint32Array(WIDTH * HEIGHT).fill(0x445566);
    surface.paint(picture);
    const halves = [rect(0, 0, WIDTH, HEIGHT / 2), rect(0, HEIGHT / 2, WIDTH, HEIGHT / 2)];
    const steps = encodeJob(surface.job(settingsOf([encoding]), halves), arena, {});
    let step = steps.next();
    surface.paint(picture.map((colour, at) => at === WIDTH * HEIGHT / 2 ? 0xffffff : colour));
    while (!step.done) step = steps.next();
    const decoder = new ReferenceDecoder(WIDTH, HEIGHT, X8R8G8B8);
    await decoder.applyUpdate(step.value.bytes);
    decoder.close();
    const spread = decoder.picture.filter((pixel) => pixel === 0xffffff).length;
    // the changed pixel is dirty, and may have gone out as it is now or as it was
    assert(spread <= 1, `${spread} pixels have its colour`);
  });
}

Deno.test("with too many areas for an update everything goes in the job's own encoding", () => {
  paintThree();
  const settings = settingsOf([Hextile, RRE, Raw]);
  const plan = planParts(surface.job(settings), arena, chooseConversion(Raw, X8R8G8B8), 2);
  assert(plan.length <= 2 && plan.every(({ encoding }) => encoding === Hextile));
});

const lossless = [Raw, RRE, CoRRE, Hextile, Zlib, TRLE, ZRLE, Tight, TightPNG];
const runs = fc.record({
  listed: fc.shuffledSubarray(lossless, { minLength: 1 }),
  kinds: fc.array(fc.constantFrom(...PICTURE_KINDS), { minLength: 4, maxLength: 4 }),
  seed: fc.integer(),
  format: fc.oneof(pixelFormats, usualPixelFormats),
  rects: fc.array(
    fc.record({ x: fc.nat(500), y: fc.nat(300), width: fc.integer({ min: 1, max: 600 }), height: fc.nat(400) }),
    { minLength: 1, maxLength: 3 },
  ),
});

Deno.test("whatever a client lists, it sees the surface's picture, in what it listed", async () => {
  await fc.assert(
    fc.asyncProperty(runs, async ({ listed, kinds, seed, format, rects }) => {
      const quarters = kinds.map((kind, at) => paintPicture(kind, WIDTH / 2, HEIGHT / 2, seed + at));
      const picture = Uint32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
        const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
        const quarter = quarters[(x >= WIDTH / 2 ? 1 : 0) + (y >= HEIGHT / 2 ? 2 : 0)]!;
        return quarter[y % (HEIGHT / 2) * WIDTH / 2 + x % (WIDTH / 2)]!;
      });
      surface.paint(picture);
      const streams: ClientStreams = {};
      const decoder = new ReferenceDecoder(WIDTH, HEIGHT, format);
      const settings = { ...pickEncodings(listed, "best", false), pixelFormat: format };
      const steps = encodeJob(surface.job(settings, rects), arena, streams);
      let step = await steps.next();
      while (!step.done) step = await steps.next();
      const sent = await decoder.applyUpdate(step.value.bytes);
      closeStreams(streams);
      decoder.close();
      const allowed = new Set<number>([...listed, Raw]);
      assert(sent.every(({ encoding }) => allowed.has(encoding)));
      const values = pixelValues(format, picture);
      const isSent = (x: number, y: number) =>
        rects.some((r) => x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height);
      const wrong = decoder.picture.findIndex((value, at) => {
        return value !== (isSent(at % WIDTH, Math.floor(at / WIDTH)) ? values[at] : 0);
      });
      assert.equal(wrong, -1);
    }),
    { numRuns: 100 },
  );
});
