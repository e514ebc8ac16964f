/** What a photograph is to an encoder: a sky, clouds, ridges with hard edges, texture of all sizes, blobs, grain. */

import { type BenchPicture, blankPicture, clamp, type Colour, mix, randomSource } from "./picture.ts";

const RIDGES: readonly { readonly base: number; readonly rise: number; readonly colour: Colour }[] = [
  { base: 0.5, rise: 0.16, colour: [120, 134, 160] },
  { base: 0.62, rise: 0.13, colour: [84, 104, 104] },
  { base: 0.76, rise: 0.1, colour: [58, 82, 52] },
];

/** Paints it. */
export function photo(width: number, height: number): BenchPicture {
  const picture = blankPicture(width, height, [0, 0, 0]);
  const skylines = RIDGES.map(({ base, rise }, i) => skyline(width, height, base, rise, 40 + i));
  const random = randomSource(3);
  const scale = 1080 / height;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const ridge = skylines.findLastIndex((line) => y >= line[x]!);
      const [u, v] = [x * scale, y * scale];
      const [red, green, blue] = ridge < 0 ? sky(u, v) : ground(ridge, u, v, (y - skylines[ridge]![x]!) / height);
      // grain of a sensor: of all three colours alike, and a little of each
      const grain = (random() + random() + random() - 1.5) * 7;
      picture.rgbx[at] = clamp(red + grain + (random() - 0.5) * 3);
      picture.rgbx[at + 1] = clamp(green + grain);
      picture.rgbx[at + 2] = clamp(blue + grain + (random() - 0.5) * 4);
    }
  }
  return picture;
}

function skyline(width: number, height: number, base: number, rise: number, seed: number): Float32Array {
  return Float32Array.from({ length: width }, (_, x) => {
    const u = x * 1080 / height;
    return height * (base - rise * (fractal(u / 260, seed, 5) - 0.35));
  });
}

function sky(u: number, v: number): Colour {
  const cloud = Math.max(0, fractal(u / 330 + v / 900, v / 150, 4) - 0.48) * 3.2;
  const sun = Math.exp(-((u - 1380) ** 2 + (v - 190) ** 2) / 26_000) * 120;
  const [red, green, blue] = mix([64, 112, 182], [226, 208, 188], Math.min(1, v / 620));
  const light = Math.min(1, cloud);
  return [red + (246 - red) * light + sun, green + (242 - green) * light + sun * 0.8, blue + (238 - blue) * light];
}

function ground(ridge: number, u: number, v: number, depth: number): Colour {
  const [red, green, blue] = RIDGES[ridge]!.colour;
  // nearer ground has more and finer texture
  const texture = (fractal(u / (70 - ridge * 24), v / (46 - ridge * 15), 2 + ridge) - 0.5) * (30 + ridge * 52);
  const bush = ridge === 2 ? Math.max(0, fractal(u / 34, v / 34, 2) - 0.56) * 190 : 0;
  const shade = texture - depth * 70;
  return [red + shade - bush * 0.5, green + shade * 1.1 - bush * 0.2, blue + shade * 0.7 - bush];
}

/** Value noise of several octaves, 0 to 1. */
function fractal(x: number, y: number, octaves: number): number {
  let [sum, weight, total] = [0, 1, 0];
  for (let i = 0; i < octaves; i++) {
    sum += noise(x, y) * weight;
    total += weight;
    weight *= 0.55;
    x *= 2.03;
    y *= 2.03;
  }
  return sum / total;
}

function noise(x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [s, t] = [smooth(x - left), smooth(y - top)];
  const above = lattice(left, top) * (1 - s) + lattice(left + 1, top) * s;
  const below = lattice(left, top + 1) * (1 - s) + lattice(left + 1, top + 1) * s;
  return above * (1 - t) + below * t;
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}

function lattice(x: number, y: number): number {
  let hash = Math.imul(x, 374761393) + Math.imul(y, 668265263);
  hash = Math.imul(hash ^ (hash >>> 13), 1274126177);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
