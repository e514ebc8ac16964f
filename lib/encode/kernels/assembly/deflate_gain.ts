/** Whether matches make bytes smaller than Huffman codes alone would: told by the entropy of a few. */

import { addCount, distanceExtra, distanceSymbol, sumCounts } from "./deflate_counts";
import { Search } from "./deflate_effort";
import {
  DeflateWork,
  LENGTH_SYMBOLS,
  MATCHES,
  MAX_MATCH_BYTES,
  PROBE_DISTANCES,
  PROBE_LITERALS,
  PROBE_SYMBOLS,
  PROBE_WORDS,
} from "./deflate_work";

/** n log2(n) in each lane, 0 for 0: the exponent, the mantissa and what that is too low in between. */
@inline
function logProduct(counts: v128): v128 {
  const values = f32x4.convert_i32x4_u(counts);
  const exponent = i32x4.sub(values, i32x4.splat(0x3f80_0000));
  const mantissa = f32x4.sub(
    v128.or(v128.and(values, i32x4.splat(0x7f_ffff)), i32x4.splat(0x3f80_0000)),
    f32x4.splat(1),
  );
  const bent = f32x4.mul(f32x4.mul(mantissa, f32x4.sub(f32x4.splat(1), mantissa)), f32x4.splat(0.3437));
  const log = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(1 / 8_388_608)), bent);
  return f32x4.mul(values, log);
}

/** Bits that symbols take which occur so often, with codes that fit them: at least one each. */
function entropyBits(counts: usize, symbols: u32): f32 {
  let products = f32x4.splat(0);
  let totals = i32x4.splat(0);
  for (let at = counts; at < counts + (<usize>symbols << 2); at += 16) {
    const four = v128.load(at);
    totals = i32x4.add(totals, four);
    products = f32x4.add(products, logProduct(four));
  }
  const total = i32x4.extract_lane(totals, 0) + i32x4.extract_lane(totals, 1) + i32x4.extract_lane(totals, 2) +
    i32x4.extract_lane(totals, 3);
  const sum = f32x4.extract_lane(products, 0) + f32x4.extract_lane(products, 1) + f32x4.extract_lane(products, 2) +
    f32x4.extract_lane(products, 3);
  return max(<f32>total, f32x4.extract_lane(logProduct(i32x4.splat(total)), 0) - sum);
}

/** Bytes that tell whether others are alike. */
export const COMPARED_BYTES: u32 = 256;

/** Bits that the next few bytes take. */
export function comparedBits(work: DeflateWork): u32 {
  const counts = changetype<usize>(work) + PROBE_LITERALS;
  memory.fill(counts, 0, 4 * 256);
  for (let at = work.anchor; at < work.anchor + COMPARED_BYTES; at++) addCount(counts, load<u8>(at));
  return <u32>entropyBits(counts, 256);
}

/** Matches of so many pixels on the average need no weighing. */
const GOOD_PIXELS: u32 = 4;

/** Wide pixels of which one in so many is a match may save more than a probe shows. */
const MATCHED_PIXELS: u32 = 8;

/** Whether the matches in the later half of `count` pixels from the anchor on save enough of the bits. */
export function paysOff(work: DeflateWork, search: Search, count: u32): bool {
  const base = changetype<usize>(work);
  if (isWellMatched(base, count)) return true;
  memory.fill(base + PROBE_LITERALS, 0, 4 * PROBE_WORDS);
  const extraBits = countSequences(base, work.anchor, search.step, count);
  const without = entropyBits(base + PROBE_LITERALS, 256);
  const bits = entropyBits(base + PROBE_SYMBOLS, 288) + entropyBits(base + PROBE_DISTANCES, 32) + <f32>extraBits;
  const isMatched = search.step > 2 && sumCounts(base + PROBE_DISTANCES, 32) * (2 * MATCHED_PIXELS) >= count;
  return bits * 100 <= without * (100 - (isMatched ? search.leastSavedWide : search.leastSaved));
}

function isWellMatched(base: usize, count: u32): bool {
  let steps: u32 = 0;
  const last = base + MATCHES + (<usize>count << 2);
  for (let match = base + MATCHES + (<usize>(count >> 1) << 2); match < last; steps++) {
    match += <usize>max<u32>(load<u16>(match, 2), 1) << 2;
  }
  return steps * (2 * GOOD_PIXELS) <= count;
}

/** Counts the symbols that the matches and the literals between them are. Returns the bits behind their codes. */
function countSequences(base: usize, at: usize, step: u32, count: u32): u32 {
  let extraBits: u32 = 0;
  let match = base + MATCHES;
  const lastMatch = match + (<usize>count << 2);
  const middle = match + (<usize>(count >> 1) << 2);
  while (match < lastMatch) {
    const found = load<u32>(match);
    const pixels = max<u32>(found >> 16, 1);
    const next = at + pixels * step;
    if (match >= middle) {
      for (let byte = at; byte < next; byte++) addCount(base + PROBE_LITERALS, load<u8>(byte));
      if (found == 0) {
        for (let byte = at; byte < next; byte++) addCount(base + PROBE_SYMBOLS, load<u8>(byte));
      } else {
        const length = min(pixels * step, MAX_MATCH_BYTES);
        const entry = load<u32>(base + LENGTH_SYMBOLS + (<usize>(length - 3) << 2));
        const symbol = distanceSymbol((found & 0xffff) - 1);
        addCount(base + PROBE_SYMBOLS, entry & 0xffff);
        addCount(base + PROBE_DISTANCES, symbol);
        extraBits += (entry >> 16 & 0xff) + distanceExtra(symbol);
      }
    }
    match += <usize>pixels << 2;
    at = next;
  }
  return extraBits;
}
