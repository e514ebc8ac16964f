/** Smooth noise that is the same on every machine: integer hashing, additions and multiplications only. */

/** A number 0 ≤ n < 1 that belongs to the lattice point. */
export function latticeNoise(x: number, y: number, seed: number): number {
  let hash = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296;
}

/** 0 below `low`, 1 above `high`, an S-shaped curve between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Value noise, 0 ≤ n < 1. */
export function valueNoise(x: number, y: number, seed: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const u = smoothStep(0, 1, x - left);
  const v = smoothStep(0, 1, y - top);
  const above = latticeNoise(left, top, seed) * (1 - u) + latticeNoise(left + 1, top, seed) * u;
  const below = latticeNoise(left, top + 1, seed) * (1 - u) + latticeNoise(left + 1, top + 1, seed) * u;
  return above * (1 - v) + below * v;
}

/** The sum of `octaves` of value noise, each half as strong and twice as fine; 0 ≤ n < 1. */
export function fractalNoise(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * valueNoise(x, y, seed + octave);
    total += strength;
    strength /= 2;
    x = x * 2 + 11.3;
    y = y * 2 + 7.9;
  }
  return sum / total;
}

/** Like {@link fractalNoise} along a line but with sharp crests, as mountains have them; 0 ≤ n ≤ 1. */
export function ridgeNoise(x: number, seed: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * (1 - Math.abs(2 * valueNoise(x, 0.5, seed + octave) - 1));
    total += strength;
    strength *= 0.47;
    x = x * 2.1 + 5.7;
  }
  return sum / total;
}
