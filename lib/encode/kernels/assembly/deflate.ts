/** A zlib stream that is flushed after every call (RFC 1950, RFC 1951). */

import { alignBits, putBits } from "./deflate_bits";
import { endBlock, fillTables, writeStored } from "./deflate_block";
import { Search } from "./deflate_effort";
import { resetPrices } from "./deflate_prices";
import { addSequences, resetPayoffs } from "./deflate_sequences";
import {
  clearHistory,
  clearSlack,
  DeflateStream,
  DeflateWork,
  INPUT,
  MAX_INPUT_BYTES,
  MAX_SEGMENTS,
  OUTPUT,
  saveHistory,
  SEARCH,
  SEGMENTS,
  STREAM_BYTES,
  WORK_BYTES,
} from "./deflate_work";

/** 32 KiB of window, no dictionary, compressed fast. */
const ZLIB_HEADER: u32 = 0x0178;

/** The level of what is searched only where matches save much; as lib/encode/zlib_stream.ts has it. */
const CHOOSY_LEVEL: u32 = 10;
/** Percent of the bits that matches must save there: searching takes twice the time of all else. */
const LEAST_SAVED_CHOOSY: f32 = 16;

/** Bytes of memory that deflating takes, whatever the number of streams. */
export function deflateWorkBytes(): usize {
  return WORK_BYTES;
}

/** Bytes that each stream keeps. */
export function deflateStreamBytes(): usize {
  return STREAM_BYTES;
}

/** Where in the work memory the input goes. */
export function deflateInputOffset(): usize {
  return INPUT;
}

/** Where the output is. */
export function deflateOutputOffset(): usize {
  return OUTPUT;
}

/** Where the segments go: pairs of u32, an end in the input and the bytes of a pixel. */
export function deflateSegmentsOffset(): usize {
  return SEGMENTS;
}

/** Input that one call takes. */
export function maxDeflateBytes(): usize {
  return MAX_INPUT_BYTES;
}

/** Segments that one call takes. */
export function maxDeflateSegments(): u32 {
  return MAX_SEGMENTS;
}

/** Makes memory ready to deflate in. */
export function openDeflate(work: DeflateWork): void {
  fillTables(work);
}

/** Starts a stream: the next bytes need nothing that came before. */
export function resetDeflate(stream: DeflateStream): void {
  clearHistory(stream);
  stream.started = 0;
  resetPrices(stream);
  resetPayoffs(stream);
}

/**
 * Compresses the input and flushes, so that a decoder can have all of it. Returns the number of bytes: at most what
 * stored blocks take.
 */
export function deflate(work: DeflateWork, stream: DeflateStream, segments: u32, level: u32): u32 {
  const input = changetype<usize>(work) + INPUT;
  const output = changetype<usize>(work) + OUTPUT;
  clearSlack(input + inputBytes(work, segments));
  return <u32>(deflateTo(work, stream, input, output, segments, level) - output);
}

/** Where the last segment ends. */
function inputBytes(work: DeflateWork, segments: u32): u32 {
  return load<u32>(changetype<usize>(work) + SEGMENTS + 8 * <usize>segments - 8);
}

/**
 * The same for input at any place: the 32 KiB before it are overwritten, and the output depends a little on what lies
 * right behind it. Returns where the output ends.
 */
export function deflateTo(
  work: DeflateWork,
  stream: DeflateStream,
  input: usize,
  output: usize,
  segments: u32,
  level: u32,
): usize {
  const base = changetype<usize>(work);
  work.stream = stream;
  work.input = input;
  work.output = output;
  work.bits = 0;
  work.bitCount = 0;
  work.sequences = 0;
  work.symbols = 0;
  work.anchor = input;
  work.blockStart = input;
  work.hasHistory = 0;
  const bytes = inputBytes(work, segments);
  if (stream.started == 0) putBits(work, ZLIB_HEADER, 16);
  stream.started = 1;
  const search = changetype<Search>(base + SEARCH);
  const effort = level == CHOOSY_LEVEL ? 1 : level;
  setEffort(search, effort);
  if (level == CHOOSY_LEVEL) search.leastSaved = search.leastSavedWide = LEAST_SAVED_CHOOSY;
  work.setsPrices = search.widestWeighed;
  if (level == 0) storeInput(work, bytes);
  else for (let segment: u32 = 0; segment < segments; segment++) {
    search.step = load<u32>(base + SEGMENTS + (<usize>segment << 3), 4);
    search.places = countPlaces(effort, search.step);
    addSequences(work, search, input + load<u32>(base + SEGMENTS + (<usize>segment << 3)));
  }
  endBlock(work);
  putBits(work, 0, 3);
  alignBits(work);
  putBits(work, 0xffff_0000, 32);
  saveHistory(work, bytes);
  return work.output;
}

function storeInput(work: DeflateWork, byteCount: u32): void {
  work.anchor += byteCount;
  writeStored(work, byteCount);
  work.blockStart = work.anchor;
}

/** At how many places a level looks: at 2 at none for bytes that are no pixels, which hashes of twelve find as well. */
function countPlaces(level: u32, step: u32): u32 {
  if (level < 2 || (level == 2 && step == 1)) return 0;
  return level < 6 ? 2 : 4;
}

/** What else a level from 1 to 9 looks for. */
function setEffort(search: Search, level: u32): void {
  search.widestWeighed = level < 7 ? 0 : 4;
  search.remembered = level < 3 ? 8 : 258;
  search.niceLength = level < 6 ? 64 : 258;
  search.lazyLength = level < 2 ? 0 : level < 6 ? 16 : 32;
  search.jumpLength = level < 2 ? 8 : level < 7 ? 16 : 64;
  search.leastSaved = level < 3 ? 4 : level < 7 ? 2 : 0;
  search.leastSavedWide = -3;
}
