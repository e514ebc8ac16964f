/** Which of the matches that were found make the cheapest way through the pixels. */

import { distanceSymbol } from "./deflate_counts";
import { DISTANCE_PRICES, LENGTH_PRICES, LITERAL_PRICES } from "./deflate_prices";
import { COSTS, DeflateWork, MATCHES, MAX_MATCH_BYTES, MAX_MATCH_PIXELS, WHOLE_MATCH } from "./deflate_work";

/** So many of a match's lengths are tried, the longest ones. */
const TRIED_LENGTHS: u32 = 3;

/** What is guessed for the few literals behind a long match that was entered at its end. */
const LEFT_LITERAL_BITS: u32 = 6;

@inline
function literalPrice(stream: usize, at: usize, step: u32): u32 {
  let price: u32 = 0;
  for (let i: u32 = 0; i < step; i++) price += load<u8>(stream + load<u8>(at + i), LITERAL_PRICES);
  return price;
}

/** Tells each pixel of a long match, the last of which is at `match`, what is left of it, and what that costs. */
function spreadMatch(stream: usize, match: usize, cost: usize, step: u32, minPixels: u32, pixels: u32): void {
  const distance = load<u32>(match - (<usize>(pixels - 1) << 2)) & 0xffff;
  const distancePrice = <u32>load<u8>(stream + distanceSymbol(distance - 1), DISTANCE_PRICES);
  const fullPrice = distancePrice + load<u8>(stream + MAX_MATCH_BYTES - 3, LENGTH_PRICES);
  const prices = stream + LENGTH_PRICES - 3;
  let rest = load<u32>(cost, 4) + distancePrice;
  let length: u32 = 0;
  for (let left: u32 = 1; left <= pixels; left++, match -= 4, cost -= 4) {
    length += step;
    if (length > MAX_MATCH_BYTES) {
      length -= MAX_MATCH_BYTES;
      rest += fullPrice;
    }
    if (left < minPixels) {
      store<u32>(match, 0);
      store<u32>(cost, load<u32>(cost, 4) + step * LEFT_LITERAL_BITS);
    } else {
      store<u32>(match, left << 16 | distance);
      store<u32>(cost, rest + load<u8>(prices + max(length, 3)));
    }
  }
}

/**
 * From the last of `count` pixels back, whose bytes start at `at`: the least it costs from here to the end, and how.
 * Cuts the matches to the pixels that are worth taking, and takes away those that are not.
 */
export function chooseMatches(work: DeflateWork, step: u32, minPixels: u32, count: u32, at: usize): void {
  const base = changetype<usize>(work);
  const stream = changetype<usize>(work.stream);
  memory.fill(base + COSTS + (<usize>count << 2), 0, 4 * MAX_MATCH_PIXELS);
  at += count * step;
  let match = base + MATCHES + (<usize>count << 2);
  let cost = base + COSTS + (<usize>count << 2);
  while (match > base + MATCHES) {
    match -= 4;
    cost -= 4;
    at -= step;
    const found = load<u32>(match);
    const pixels = found >> 16;
    const distance = found & 0xffff;
    if (found >= WHOLE_MATCH) {
      const whole = (found & 0xffff) - 1;
      spreadMatch(stream, match, cost, step, minPixels, found & 0xffff);
      match -= <usize>whole << 2;
      cost -= <usize>whole << 2;
      at -= whole * step;
      continue;
    }
    let least = load<u32>(cost, 4) + literalPrice(stream, at, step);
    if (found != 0) {
      const price: u32 = load<u8>(stream + distanceSymbol(distance - 1), DISTANCE_PRICES);
      let best: u32 = 0;
      const shortest = max(minPixels, pixels - min(pixels, TRIED_LENGTHS - 1));
      for (let taken = pixels; taken >= shortest; taken--) {
        const whole = price + load<u8>(stream + taken * step - 3, LENGTH_PRICES) + load<u32>(cost + (<usize>taken << 2));
        const isLess = whole < least;
        least = isLess ? whole : least;
        best = isLess ? taken : best;
      }
      store<u32>(match, best == 0 ? 0 : best << 16 | distance);
    }
    store<u32>(cost, least);
  }
}
