/** The memory in which a worker deflates, one stream at a time, and what its streams keep from call to call. */

import { HUFFMAN_BYTES } from "./deflate_huffman";

/** How far back a match may lie. */
export const WINDOW_BYTES: usize = 32 * 1024;
/** Input of one call. */
export const MAX_INPUT_BYTES: usize = 544 * 1024;
/** Symbols of a block: codes that fit a part of the picture save more than the block's header costs. */
export const BLOCK_SYMBOLS: u32 = 12_000;
/** Sequences of one block. */
export const MAX_SEQUENCES: u32 = 8192;
/** Pixels that are searched before it is chosen among their matches. */
export const MAX_MATCHES: u32 = 4096;

/** Bytes of the longest match. */
export const MAX_MATCH_BYTES: u32 = 258;
/** Bytes of the longest run of pixels of four bytes that is one match to the search: four of the longest. */
export const MAX_RUN_BYTES: u32 = 4 * MAX_MATCH_BYTES;
/** Pixels of the longest match or run: what the last one may go on behind its end, and some. */
export const MAX_MATCH_PIXELS: u32 = 272;

export const LITERAL_SYMBOLS: u32 = 286;
export const DISTANCE_SYMBOLS: u32 = 30;
export const END_OF_BLOCK: u32 = 256;
/** How many match lengths there are: 3 to 258. */
const LENGTHS: usize = 256;
/** Symbols of the code that code lengths are written in. */
export const HEADER_SYMBOLS: u32 = 19;

/** What a stream keeps; behind it lie the tables of earlier positions and the last bytes, up to the slot's end. */
@unmanaged
export class DeflateStream {
  /** Bytes before the next ones that a decoder has. */
  historyBytes: u32;
  /** Position of the next byte; counts on for ever, only the low bits matter. */
  position: u32;
  /** Whether the zlib header has been written. */
  started: u32;
}

/** What searching pixels of one size has brought a stream. */
@unmanaged
export class Payoff {
  /** Bytes that are still to be left alone, and so many at the next probe that fails. */
  literals: u32;
  stretch: u32;
  /** Entropy of bytes where a probe failed. */
  bits: u32;
  /** Pixels that are still to be searched without a probe, and so many after the next that pays. */
  pixels: u32;
  trust: u32;
  /** Whether long matches were so few that more places are not worth a look. */
  isGrainy: u32;
}

/** Of pixels of `step` bytes. */
@inline
export function payoffOf(stream: DeflateStream, step: u32): Payoff {
  return changetype<Payoff>(changetype<usize>(stream) + PAYOFFS + <usize>(step - 1) * offsetof<Payoff>());
}

/** The block in the making; what is found behind it is told by the offsets below. */
@unmanaged
export class DeflateWork {
  stream: DeflateStream;
  /** Where the next byte of output goes. */
  output: usize;
  /** Bits that do not fill a byte yet. */
  bits: u64;
  bitCount: u32;
  /** Sequences of the block, and where its bytes start. */
  sequences: u32;
  blockStart: usize;
  /** Bytes from here on are in no sequence yet. */
  anchor: usize;
  /** Symbols of the block without those behind the anchor. */
  symbols: u32;
  /** Whether a block's prices are of use to the next. */
  setsPrices: u32;
  /** Whether the bytes of the stream's past lie before the input. */
  hasHistory: u32;
  /** Where the input starts; what came before it is right in front. */
  input: usize;
}

/** In a stream's slot: what searching has brought, for each size of pixels. */
const PAYOFFS: usize = 16;
/** In a stream's slot: what the symbols of the block before cost. */
export const PRICES: usize = 128;
/**
 * In a stream's slot: where a hash of one pixel, of two and of six was last, the low bits of its position; of six
 * the last four places, the latest lowest.
 */
export const ONES: usize = PRICES + 576;
export const ONE_BITS: u32 = 13;
export const TWOS: usize = ONES + (2 << ONE_BITS);
export const TWO_BITS: u32 = 13;
export const MORES: usize = TWOS + (2 << TWO_BITS);
export const MORE_BITS: u32 = 11;
const HISTORY: usize = MORES + (8 << MORE_BITS);
/** Bytes of a stream's slot. */
export const STREAM_BYTES: usize = HISTORY + WINDOW_BYTES;

/** What may be read or written behind an end without harm. */
const SLACK: usize = 64;
/** For each match length its symbol, the number of its extra bits and those, a byte each. */
export const LENGTH_SYMBOLS: usize = 64;
export const LITERAL_COUNTS: usize = LENGTH_SYMBOLS + 4 * LENGTHS;
/** Four counts for each literal, so that one count need not wait for the other. */
export const DISTANCE_COUNTS: usize = LITERAL_COUNTS + 4 * 4 * 288;
/** Symbols of the fixed codes: two more than are ever used. */
export const FIXED_LITERAL_SYMBOLS: u32 = 288;
export const FIXED_DISTANCE_SYMBOLS: u32 = 32;
/** The fixed codes, and those of the block. */
export const FIXED_CODES: usize = DISTANCE_COUNTS + 4 * 32;
export const FIXED_CODES_BYTES: usize = 4 * <usize>(FIXED_LITERAL_SYMBOLS + FIXED_DISTANCE_SYMBOLS);
export const LITERAL_CODES: usize = FIXED_CODES + FIXED_CODES_BYTES;
export const DISTANCE_CODES: usize = LITERAL_CODES + 4 * <usize>FIXED_LITERAL_SYMBOLS;
/** Code lengths as a header has them: those of the literals, and right behind the last that is used the distances'. */
export const CODE_LENGTHS: usize = DISTANCE_CODES + 4 * <usize>FIXED_DISTANCE_SYMBOLS;
export const HEADER_ITEMS: usize = CODE_LENGTHS + 288 + 32;
export const HEADER_COUNTS: usize = HEADER_ITEMS + 2 * 320;
export const HEADER_LENGTHS: usize = HEADER_COUNTS + 4 * 32;
export const HEADER_CODES: usize = HEADER_LENGTHS + 32;
export const HEADER_ORDER: usize = HEADER_CODES + 4 * 32;
export const HUFFMAN: usize = HEADER_ORDER + 32;
/** What a probe counts: its bytes, and the literals, lengths and distances that its matches make of them. */
export const PROBE_LITERALS: usize = HUFFMAN + HUFFMAN_BYTES;
export const PROBE_SYMBOLS: usize = PROBE_LITERALS + 4 * 256;
export const PROBE_DISTANCES: usize = PROBE_SYMBOLS + 4 * 288;
export const PROBE_WORDS: usize = 256 + 288 + 32;
/** How the segments of the input are to be searched: pairs of u32, the end and the bytes of a pixel. */
export const SEARCH: usize = PROBE_LITERALS + 4 * PROBE_WORDS;
export const SEGMENTS: usize = SEARCH + 128;
export const MAX_SEGMENTS: u32 = 128;
/** A sequence: some literals and the match behind them, none when its length is 0. */
export const SEQUENCES: usize = SEGMENTS + 8 * MAX_SEGMENTS;
/** For each pixel the match that was found there. */
export const MATCHES: usize = SEQUENCES + 8 * (MAX_SEQUENCES + 6);
/** At the last pixel of a long match, beside how many it has, until what is left of it has been told to each. */
export const WHOLE_MATCH: u32 = 0xffff_0000;
/** For each pixel the bits that it takes at least from there to the end. */
export const COSTS: usize = MATCHES + 4 * (MAX_MATCHES + MAX_MATCH_PIXELS);
const WINDOW: usize = COSTS + 4 * (MAX_MATCHES + 2 * MAX_MATCH_PIXELS) + SLACK;
/** Where the first input goes; what came before it is laid in front. */
export const INPUT: usize = WINDOW + WINDOW_BYTES;
export const OUTPUT: usize = INPUT + MAX_INPUT_BYTES + SLACK;
/**
 * Stored blocks cost 5 bytes for every 65535, a flush 5 and the zlib header 2. Tight's rects have headers besides: each
 * that is compressed takes up to 37 bytes more than its own 12 or more, which lie at the input with 28 that say so.
 */
const MAX_OUTPUT_BYTES: usize = MAX_INPUT_BYTES + MAX_INPUT_BYTES / 4;
export const WORK_BYTES: usize = (OUTPUT + MAX_OUTPUT_BYTES + SLACK + 63) & ~63;

/**
 * Forgets a stream's past, and all places of earlier pixels: those of another stream would be hints like any, and its
 * bytes depend on them.
 */
export function clearHistory(stream: DeflateStream): void {
  stream.historyBytes = 0;
  stream.position = 0;
  memory.fill(changetype<usize>(stream) + ONES, 0, HISTORY - ONES);
}

/** Clears what lies behind the last input: its last pixels are hashed and compared with some of that. */
export function clearSlack(end: usize): void {
  memory.fill(end, 0, SLACK);
}

/** Lays the bytes of the stream's past before the input. They are kept in a ring: each where its position says. */
export function loadHistory(work: DeflateWork): void {
  work.hasHistory = 1;
  const kept = <usize>work.stream.historyBytes;
  const ring = changetype<usize>(work.stream) + HISTORY;
  const from = (<usize>work.stream.position - kept) & (WINDOW_BYTES - 1);
  const first = min(kept, WINDOW_BYTES - from);
  const into = work.input - kept;
  memory.copy(into, ring + from, first);
  memory.copy(into + first, ring, kept - first);
}

/** Keeps the last bytes of the input for the next call. */
export function saveHistory(work: DeflateWork, inputBytes: u32): void {
  const stream = work.stream;
  stream.historyBytes = min(stream.historyBytes + inputBytes, <u32>WINDOW_BYTES);
  stream.position += inputBytes;
  const added = min(<usize>inputBytes, WINDOW_BYTES);
  const ring = changetype<usize>(stream) + HISTORY;
  const at = (<usize>stream.position - added) & (WINDOW_BYTES - 1);
  const first = min(added, WINDOW_BYTES - at);
  const from = work.input + inputBytes - added;
  memory.copy(ring + at, from, first);
  memory.copy(ring, from + first, added - first);
}
