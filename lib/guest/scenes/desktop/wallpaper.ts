/** The desktop's wallpaper, computed: dusk over mountains and a lake, the same pixels at every start. */

import { type Colour, rgb } from "../../drawing/colour.ts";
import { fractalNoise, latticeNoise, ridgeNoise, smoothStep } from "./noise.ts";

/** A picture as colours 0xRRGGBB, row by row. */
export interface Wallpaper {
  readonly width: number;
  readonly height: number;
  readonly colours: Uint32Array;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** A mountain range: `base` is the height of its valleys from the top, `rise` that of its summits above them. */
interface Range {
  readonly base: number;
  readonly rise: number;
  readonly scale: number;
  readonly seed: number;
  readonly crest: Rgb;
  readonly foot: Rgb;
  readonly trees: number;
}

/** Lengths are parts of the picture's height. */
const SHORE = 0.8;
const SUN = { x: 0.93, y: 0.545 } as const;

const SKY: readonly (readonly [at: number, colour: Rgb])[] = [
  [0, [22, 34, 74]],
  [0.2, [48, 62, 116]],
  [0.38, [120, 98, 150]],
  [0.5, [214, 138, 140]],
  [0.58, [248, 184, 134]],
  [0.66, [255, 224, 170]],
];

/** From the farthest to the nearest. */
const RANGES: readonly Range[] = [
  { base: 0.66, rise: 0.19, scale: 2.1, seed: 11, crest: [168, 122, 150], foot: [226, 168, 152], trees: 0 },
  { base: 0.71, rise: 0.17, scale: 2.6, seed: 29, crest: [112, 90, 132], foot: [186, 136, 146], trees: 0 },
  { base: 0.75, rise: 0.14, scale: 3.1, seed: 47, crest: [68, 66, 108], foot: [132, 104, 134], trees: 0 },
  { base: 0.79, rise: 0.12, scale: 3.4, seed: 71, crest: [34, 44, 76], foot: [70, 70, 104], trees: 0.012 },
  { base: 0.815, rise: 0.07, scale: 2.2, seed: 93, crest: [14, 24, 44], foot: [24, 36, 58], trees: 0.026 },
];

/** Computes the wallpaper for a screen of that size. */
export function createWallpaper(width: number, height: number): Wallpaper {
  const colours = new Uint32Array(width * height);
  const shore = Math.min(height, Math.round(SHORE * height));
  const crests = RANGES.map((range) => crestLine(range, width, height));
  for (let y = 0; y < shore; y++) {
    for (let x = 0; x < width; x++) colours[y * width + x] = landscapeColour(x, y, height, crests);
  }
  for (let y = shore; y < height; y++) reflectRow(colours, width, height, shore, y);
  return { width, height, colours };
}

/** The first row of a range in every column. */
function crestLine(range: Range, width: number, height: number): Float64Array {
  const line = new Float64Array(width);
  for (let x = 0; x < width; x++) {
    const at = x / height;
    const mountain = ridgeNoise(at * range.scale, range.seed, 7);
    line[x] = (range.base - range.rise * mountain) * height - treeHeight(at, range) * height;
  }
  return line;
}

/** Conifers along a crest: a triangle every few pixels, each of its own height. */
function treeHeight(at: number, range: Range): number {
  if (range.trees === 0) return 0;
  let tallest = 0;
  const spacing = range.trees * 0.33;
  const first = Math.floor(at / spacing);
  for (let tree = first - 2; tree <= first + 2; tree++) {
    const centre = (tree + latticeNoise(tree, 1, range.seed)) * spacing;
    const tall = range.trees * (0.35 + 0.65 * latticeNoise(tree, 2, range.seed));
    tallest = Math.max(tallest, tall - Math.abs(at - centre) * 4.5);
  }
  return tallest;
}

/** The nearest range that covers the pixel whole, and over it the crests that cover a part of it. */
function landscapeColour(x: number, y: number, height: number, crests: readonly Float64Array[]): Colour {
  const across = x / height;
  const down = y / height;
  let first = crests.length - 1;
  while (first >= 0 && y < crests[first]![x]!) first--;
  let colour = first < 0 ? skyColour(across, down) : rangeColour(RANGES[first]!, across, down);
  for (let i = first + 1; i < crests.length; i++) {
    const cover = y + 1 - crests[i]![x]!;
    if (cover > 0) colour = mix(colour, rangeColour(RANGES[i]!, across, down), cover);
  }
  return toColour(colour);
}

function rangeColour(range: Range, x: number, y: number): Rgb {
  const haze = smoothStep(range.base - range.rise * 0.9, range.base + 0.02, y);
  const light = 1 + relief(x, y, range.seed) * (range.trees === 0 ? 1.05 : 0.6) * (1 - haze * 0.55);
  const [red, green, blue] = mix(range.crest, range.foot, haze);
  const glow = 30 * sunGlow(x, y, 0.5) * (1 - haze);
  return [red * light + glow, green * light + glow * 0.55, blue * light + glow * 0.3];
}

/** How much more (or less) light a slope gets from the sun at the right. */
function relief(x: number, y: number, seed: number): number {
  const u = x * 22 + y * 10;
  const v = y * 30 - x * 8;
  return fractalNoise(u + 0.14, v - 0.1, seed + 3, 5) - fractalNoise(u, v, seed + 3, 5);
}

function skyColour(x: number, y: number): Rgb {
  let colour = gradientAt(y);
  const cloud = fractalNoise(x * 2.2 + y * 1.4, y * 13, 5, 5);
  const band = smoothStep(0.1, 0.34, y) * (1 - smoothStep(0.5, 0.64, y));
  colour = mix(colour, [255, 190, 168], 0.55 * band * smoothStep(0.5, 0.72, cloud));
  colour = mix(colour, [92, 76, 128], 0.4 * band * smoothStep(0.52, 0.3, cloud));
  colour = mix(colour, [255, 226, 170], 0.75 * sunGlow(x, y, 0.42));
  colour = mix(colour, [255, 250, 226], sunDisc(x, y));
  const star = starLight(x, y);
  return star === 0 ? colour : mix(colour, [255, 255, 255], star);
}

function gradientAt(y: number): Rgb {
  for (let i = 1; i < SKY.length; i++) {
    const [end, to] = SKY[i]!;
    const [start, from] = SKY[i - 1]!;
    if (y <= end) return mix(from, to, (y - start) / (end - start));
  }
  return SKY[SKY.length - 1]![1];
}

/** 1 at the sun, falling to 0 at `reach` from it. */
function sunGlow(x: number, y: number, reach: number): number {
  const dx = x - SUN.x;
  const dy = (y - SUN.y) * 1.5;
  const near = Math.max(0, 1 - Math.sqrt(dx * dx + dy * dy) / reach);
  return near * near;
}

function sunDisc(x: number, y: number): number {
  const dx = x - SUN.x;
  const dy = y - SUN.y;
  return smoothStep(0.0345, 0.0325, Math.sqrt(dx * dx + dy * dy));
}

/** Few, faint, and only high up. */
function starLight(x: number, y: number): number {
  const cellX = Math.floor(x * 384);
  const cellY = Math.floor(y * 384);
  const chance = latticeNoise(cellX, cellY, 131);
  if (chance > 0.0028) return 0;
  return (0.3 + 0.6 * latticeNoise(cellX, cellY, 137)) * (1 - smoothStep(0.06, 0.3, y));
}

/** One row of the lake: the land mirrored, pushed sideways by ripples, darkened towards the viewer. */
function reflectRow(colours: Uint32Array, width: number, height: number, shore: number, y: number): void {
  const depth = (y - shore) / height;
  const stretch = 1 + depth * 2.2;
  const shade = 0.26 + 0.9 * depth;
  for (let x = 0; x < width; x++) {
    const ripple = fractalNoise((x / height) * (26 - depth * 70), depth * (320 - depth * 700), 173, 3) - 0.5;
    const mirrored = shore - 1 - (y - shore) * stretch - ripple * height * (0.012 + depth * 0.16);
    const row = Math.max(0, Math.min(shore - 1, Math.round(mirrored)));
    const source = colours[row * width + x]!;
    const water = mix(fromColour(source), [30, 46, 86], Math.min(0.72, shade));
    const glint = 46 * smoothStep(0.12, 0.36, ripple) * (0.35 + sunGlow(x / height, SUN.y, 0.34));
    colours[y * width + x] = toColour([water[0] + glint, water[1] + glint * 0.8, water[2] + glint * 0.7]);
  }
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const rest = 1 - share;
  return [from[0] * rest + to[0] * share, from[1] * rest + to[1] * share, from[2] * rest + to[2] * share];
}

function toColour(colour: Rgb): Colour {
  return rgb(colour[0], colour[1], colour[2]);
}

function fromColour(colour: Colour): Rgb {
  return [colour >>> 16, (colour >>> 8) & 0xff, colour & 0xff];
}
