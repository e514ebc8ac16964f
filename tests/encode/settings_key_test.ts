import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import type { EncodeJob, EncodeSettings, LossyRule } from "../../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { settingsKey } from "../../lib/encode/settings_key.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintWalk } from "../helpers/jpeg_pictures.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const WIDTH = 256;
const HEIGHT = 192;
const surface = TestSurface.create(WIDTH, HEIGHT);
const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
const { CoRRE, Hextile, JPEG, Raw, RRE, Tight, TightPNG, TRLE, Zlib, ZRLE, ZYWRLE } = Encoding;

/** A photo, and at the right of it one colour, text and noise. */
function paintAllKinds(): void {
  const picture = paintWalk(WIDTH, HEIGHT, 3);
  const others = (["flat", "text", "noise"] as const).map((kind) => paintPicture(kind, WIDTH, HEIGHT, 4));
  surface.paint(picture.map((colour, at) => at % WIDTH < 128 ? colour : others[Math.floor(at / WIDTH / 64)]![at]!));
}

function jobOf(settings: EncodeSettings, rule?: LossyRule): EncodeJob {
  const job = surface.job(settings);
  return rule === undefined ? job : { ...job, lossy: [rule] };
}

const DEFLATING: ReadonlySet<number> = new Set([Tight, TightPNG, Zlib, ZRLE, ZYWRLE]);

/** What a job becomes: its bytes; behind zlib, which finds other matches each time, what they say. */
async function contentOf(job: EncodeJob): Promise<unknown> {
  const { encoding, pixelFormat, zywrleDepth = 1 } = job.settings;
  const streams: ClientStreams = {};
  const steps = encodeJob(job, arena, streams);
  let step = steps.next();
  while (!step.done) step = steps.next();
  closeStreams(streams);
  const { bytes, lossyRects } = step.value;
  if (!DEFLATING.has(encoding)) return { bytes: hashOf(bytes), lossyRects };
  const decoder = new ReferenceDecoder(WIDTH, HEIGHT, pixelFormat);
  decoder.zywrleDepth = zywrleDepth;
  const rects = (await decoder.applyUpdate(bytes)).map((each) => JSON.stringify(each));
  decoder.close();
  return { rects, picture: hashOf(new Uint8Array(decoder.picture.buffer)), lossyRects };
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Of a few values each, so that two of them often agree in most. */
const anySettings: fc.Arbitrary<EncodeSettings> = fc.record({
  pixelFormat: fc.constant(X8R8G8B8),
  beside: fc.constantFrom([], [JPEG], [Hextile, Raw], [RRE, Raw, JPEG]),
  compressLevel: fc.constantFrom(1, 6),
  gradients: fc.constant(false),
  qualityLevel: fc.constantFrom(2, 6),
  jpeg: fc.constantFrom(
    { quality: 20, subsampling: "4:2:0" } as const,
    { quality: 90, subsampling: "4:4:4" } as const,
  ),
  zywrleDepth: fc.constantFrom(1, 3),
}, { requiredKeys: ["pixelFormat"] }).map((settings) => ({ ...settings, encoding: Raw }) as EncodeSettings);

Deno.test("jobs with equal keys become the same, whatever else their settings say", async () => {
  paintAllKinds();
  let shared = 0;
  const encodings = fc.constantFrom(CoRRE, Hextile, JPEG, Raw, RRE, Tight, TightPNG, TRLE, Zlib, ZRLE, ZYWRLE);
  const rules = fc.constantFrom<(LossyRule | undefined)[]>(undefined, "forbidden", "smooth", "allowed", "forced");
  const lists = fc.array(anySettings, { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(encodings, rules, lists, async (encoding, rule, all) => {
      const contents = new Map<string, unknown>();
      for (const settings of all) {
        const job = jobOf({ ...settings, encoding }, rule);
        const key = settingsKey(job);
        const content = await contentOf(job);
        if (contents.has(key)) shared++;
        assert.deepEqual(content, contents.get(key) ?? content, key);
        contents.set(key, content);
      }
    }),
    { numRuns: 60 },
  );
  assert(shared > 60, `only ${shared} pairs had equal keys`);
});

Deno.test("what says nothing about a job is left out, what does is not", () => {
  const plain = { encoding: Tight, pixelFormat: X8R8G8B8, compressLevel: 1 };
  const lossy = { ...plain, qualityLevel: 5, jpeg: { quality: 77, subsampling: "4:2:2" } } as const;
  const same = (a: EncodeJob, b: EncodeJob) => settingsKey(a) === settingsKey(b);
  assert(same(jobOf(plain), jobOf(lossy)));
  assert(same(jobOf(plain, "forbidden"), jobOf({ ...lossy, beside: [Hextile, Raw] })));
  assert(!same(jobOf(plain, "allowed"), jobOf(lossy, "allowed")));
  assert(!same(jobOf(lossy), jobOf({ ...lossy, compressLevel: 2 })));
  const hextile = { ...lossy, encoding: Hextile };
  assert(same(jobOf(hextile, "forced"), jobOf({ ...plain, encoding: Hextile, compressLevel: 9 }, "forced")));
  assert(!same(jobOf(hextile), jobOf({ ...hextile, beside: [RRE] })));
  assert(!same(jobOf({ ...plain, encoding: ZYWRLE, zywrleDepth: 1 }), jobOf({ ...plain, encoding: ZYWRLE })));
});
