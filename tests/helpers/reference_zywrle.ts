/** ZYWRLE's coefficients back to pixels, by the definition of the transform: picture by picture of half the size. */

/** Bits of the fields of a pixel, the lowest first. */
export type FieldBits = readonly [number, number, number];

/** A picture of coefficients or of numbers, one channel. */
type Plane = number[][];

/** The definition of the transform: two numbers to what they have in common and how they differ. */
function transform(a: number, b: number): [low: number, high: number] {
  if (a >= 0 === b >= 0) return [Math.abs(a) >= Math.abs(b) && (a - b >= 0 === a >= 0) ? a : b, a - b];
  return [a + b, a + b >= 0 === b >= 0 ? -b : a];
}

const inverses = new Map<string, [number, number]>();
for (let a = -127; a <= 127; a++) {
  for (let b = -127; b <= 127; b++) inverses.set(transform(a, b).join(), [a, b]);
}
if (inverses.size !== 255 * 255) throw new Error("the transform loses something");

/** Two numbers from their transform. */
function inverse(low: number, high: number): [number, number] {
  const found = inverses.get(`${low},${high}`);
  if (found === undefined) throw new Error(`nothing is transformed to ${low},${high}`);
  return found;
}

/** The pixel values of a tile from those that were sent for it. */
export function synthesise(
  sent: readonly number[],
  width: number,
  height: number,
  depth: number,
  bits: FieldBits,
): number[] {
  const block = 2 ** depth;
  const [wide, high] = [width - width % block, height - height % block];
  if (wide === 0 || high === 0) return [...sent];
  const queue = [...sent];
  const channels = [0, 1, 2].map((channel) => {
    const numbers = sent.slice(0, wide * high).map((value) => signedField(value, channel, bits));
    return joinLevels(numbers, wide, high, depth);
  });
  queue.splice(0, wide * high);
  const pixels = new Array<number>(width * height);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const [u, luma, v] = channels.map((plane) => plane[y]![x]!) as [number, number, number];
      pixels[y * width + x] = pixelOf(u, luma, v, bits);
    }
  }
  const rest = [[wide, 0, width, high], [0, high, wide, height], [wide, high, width, height]] as const;
  for (const [left, top, right, bottom] of rest) {
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) pixels[y * width + x] = queue.shift()!;
  }
  return pixels;
}

function shiftOf(channel: number, bits: FieldBits): number {
  return bits.slice(0, channel).reduce((sum, each) => sum + each, 0);
}

function signedField(value: number, channel: number, bits: FieldBits): number {
  const field = Math.floor(value / 2 ** shiftOf(channel, bits)) % 2 ** bits[channel]!;
  const byte = field * 2 ** (8 - bits[channel]!);
  return byte > 127 ? byte - 256 : byte;
}

function joinLevels(numbers: number[], wide: number, high: number, depth: number): Plane {
  const levels: Plane[][] = [];
  for (let level = 1; level <= depth; level++) {
    levels.push([0, 1, 2].map(() => plane(numbers, wide / 2 ** level, high / 2 ** level)));
  }
  let picture = plane(numbers, wide / 2 ** depth, high / 2 ** depth);
  for (const [diagonal, vertical, horizontal] of levels.reverse()) {
    picture = double(picture, diagonal!, vertical!, horizontal!);
  }
  return picture;
}

/** Takes the next numbers as rows. */
function plane(numbers: number[], width: number, height: number): Plane {
  return Array.from({ length: height }, () => numbers.splice(0, width));
}

function double(low: Plane, diagonal: Plane, vertical: Plane, horizontal: Plane): Plane {
  const large: Plane = Array.from({ length: low.length * 2 }, () => []);
  low.forEach((row, y) =>
    row.forEach((number, x) => {
      const [left, leftBelow] = inverse(number, vertical[y]![x]!);
      const [difference, differenceBelow] = inverse(horizontal[y]![x]!, diagonal[y]![x]!);
      large[2 * y]!.push(...inverse(left, difference));
      large[2 * y + 1]!.push(...inverse(leftBelow, differenceBelow));
    })
  );
  return large;
}

function pixelOf(u: number, luma: number, v: number, bits: FieldBits): number {
  const green = luma + 128 - Math.floor((2 * u + 2 * v) / 4);
  const bytes = [2 * u + green, green, 2 * v + green].map((each) => Math.max(0, Math.min(255, each)));
  return bytes.reduce((sum, byte, at) => sum + Math.floor(byte / 2 ** (8 - bits[at]!)) * 2 ** shiftOf(at, bits), 0);
}
