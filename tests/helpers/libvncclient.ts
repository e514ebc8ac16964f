/** libvncserver's client library, as a program that shows one update. */

import assert from "node:assert/strict";
import type { Picture } from "./pictures.ts";

const SOURCE = new URL("../fixtures/libvncclient_peer.c", import.meta.url).pathname;

let built: Promise<string> | undefined;

Deno.test.afterAll(async () => {
  if (built !== undefined) await Deno.remove(await built);
});

async function build(): Promise<string> {
  const binary = await Deno.makeTempFile();
  const { code, stderr } = await new Deno.Command("gcc", { args: ["-O1", "-o", binary, SOURCE, "-lvncclient"] })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return binary;
}

/** How libvncclient asks. */
export interface LibvncclientOptions {
  /** As its encoding list names them: raw, trle, … */
  readonly encoding: string;
  readonly qualityLevel: number;
  /** Of a pixel. */
  readonly bits: 16 | 32;
}

/** What libvncclient shows of one whole update. */
export async function libvncclient(port: number, options: LibvncclientOptions): Promise<Picture> {
  const { encoding, qualityLevel, bits } = options;
  const binary = await (built ??= build());
  const args = [String(port), encoding, String(qualityLevel), String(bits)];
  const { code, stdout, stderr } = await new Deno.Command(binary, { args, stdout: "piped", stderr: "piped" }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const headEnd = stdout.indexOf(10) + 1;
  const [width, height] = new TextDecoder().decode(stdout.subarray(0, headEnd)).trim().split(" ").map(Number);
  const pixels = stdout.slice(headEnd);
  const rgb = new Uint8Array(width! * height! * 3);
  for (let at = 0; at < width! * height!; at++) {
    if (bits === 32) {
      rgb.set(pixels.subarray(at * 4, at * 4 + 3), at * 3);
    } else {
      const value = pixels[at * 2]! | pixels[at * 2 + 1]! << 8;
      rgb.set([value >> 8 & 0xf8, value >> 3 & 0xfc, value << 3 & 0xf8], at * 3);
    }
  }
  return { width: width!, height: height!, rgb };
}
