/** What literals and matches are likely to cost in bits: what they cost in the block before. */

import { CODE_LENGTHS, DISTANCE_SYMBOLS, DeflateStream, DeflateWork, LENGTH_SYMBOLS, PRICES } from "./deflate_work";

/** In a stream's slot, a byte each: the prices of literals, of match lengths from 3 on and of distance symbols. */
export const LITERAL_PRICES: usize = PRICES;
export const LENGTH_PRICES: usize = LITERAL_PRICES + 256;
export const DISTANCE_PRICES: usize = LENGTH_PRICES + 256;

/** What is guessed before there was a block, and for what did not occur in it. */
const FIRST_LITERAL_BITS: u8 = 7;
const FIRST_MATCH_BITS: u8 = 8;
const FIRST_DISTANCE_BITS: u8 = 10;
const RARE_LITERAL_BITS: u8 = 11;
const RARE_LENGTH_BITS: u8 = 10;
const RARE_DISTANCE_BITS: u8 = 8;

/** Prices for the first block. */
export function resetPrices(stream: DeflateStream): void {
  const base = changetype<usize>(stream);
  memory.fill(base + LITERAL_PRICES, FIRST_LITERAL_BITS, 256);
  memory.fill(base + LENGTH_PRICES, FIRST_MATCH_BITS, 256);
  memory.fill(base + DISTANCE_PRICES, FIRST_DISTANCE_BITS, DISTANCE_SYMBOLS);
}

/** Takes the prices from the code lengths of a block, of which `literals` are those of literals and lengths. */
export function setPrices(work: DeflateWork, literals: u32, distances: u32): void {
  const base = changetype<usize>(work);
  const stream = changetype<usize>(work.stream);
  for (let literal: usize = 0; literal < 256; literal++) {
    const bits = load<u8>(base + CODE_LENGTHS + literal);
    store<u8>(stream + literal, bits == 0 ? RARE_LITERAL_BITS : bits, LITERAL_PRICES);
  }
  for (let length: usize = 0; length < 256; length++) {
    const entry = load<u32>(base + LENGTH_SYMBOLS + (length << 2));
    const symbol = entry & 0xffff;
    const bits: u8 = symbol < literals ? load<u8>(base + CODE_LENGTHS + symbol) : 0;
    store<u8>(stream + length, (bits == 0 ? RARE_LENGTH_BITS : bits) + <u8>(entry >> 16), LENGTH_PRICES);
  }
  for (let symbol: u32 = 0; symbol < DISTANCE_SYMBOLS; symbol++) {
    const bits: u8 = symbol < distances ? load<u8>(base + CODE_LENGTHS + literals + symbol) : 0;
    const extra: u8 = symbol < 2 ? 0 : <u8>(symbol >> 1) - 1;
    store<u8>(stream + symbol, (bits == 0 ? RARE_DISTANCE_BITS : bits) + extra, DISTANCE_PRICES);
  }
}
