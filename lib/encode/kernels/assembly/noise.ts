/** Whether pixels repeat each other: what does not is not worth a search for matches. */

/** Words of a sample. */
const SAMPLE_WORDS: u32 = 512;
const TABLE_BITS: u32 = 10;
/** Bytes of memory `isNoise` needs for its table. */
export const NOISE_TABLE_BYTES: usize = 2 << TABLE_BITS;
/** Fewer repeated pairs than one of so many and deflate finds next to nothing but single pixels. */
const REPEATS_DIVISOR: u32 = 50;

/** Whether hardly a pair of words in the middle of `count` words comes twice. Fewer words than a sample are no noise. */
export function isNoise(words: usize, count: u32, table: usize): bool {
  if (count < SAMPLE_WORDS) return false;
  memory.fill(table, 0, NOISE_TABLE_BYTES);
  words += <usize>((count - SAMPLE_WORDS) >> 1) << 2;
  let repeats: u32 = 0;
  for (let i: u32 = 0; i < SAMPLE_WORDS - 1; i++) {
    const pair = load<u64>(words + (<usize>i << 2));
    const slot = table + (<usize>((pair * 0x9e3779b97f4a7c15) >> (64 - TABLE_BITS)) << 1);
    const earlier = load<u16>(slot);
    store<u16>(slot, <u16>(i + 1));
    if (earlier != 0 && load<u64>(words + (<usize>(earlier - 1) << 2)) == pair) repeats++;
  }
  return repeats < SAMPLE_WORDS / REPEATS_DIVISOR;
}
