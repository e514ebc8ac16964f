/** A zlib stream that is flushed after every call (RFC 1950, RFC 1951). */

import { alignBits, putBits } from "./deflate_bits";
import { endBlock, fillTables } from "./deflate_block";
import { Search, searchMatches } from "./deflate_search";
import {
  DeflateStream,
  DeflateWork,
  INPUT,
  loadHistory,
  OUTPUT,
  saveHistory,
  SEARCH,
  SEGMENTS,
  STREAM_BYTES,
  WORK_BYTES,
} from "./deflate_work";

/** 32 KiB of window, no dictionary, compressed fast. */
const ZLIB_HEADER: u32 = 0x0178;

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

export function deflateOutputOffset(): usize {
  return OUTPUT;
}

export function deflateSegmentsOffset(): usize {
  return SEGMENTS;
}

/** Makes memory ready to deflate in. */
export function openDeflateWork(work: DeflateWork): void {
  fillTables(work);
}

/** Starts a stream: the next bytes need nothing that came before. */
export function resetDeflate(stream: DeflateStream): void {
  stream.historyBytes = 0;
  stream.started = 0;
}

export function deflate(work: DeflateWork, stream: DeflateStream, segments: u32, level: u32): u32 {
  const base = changetype<usize>(work);
  work.stream = stream;
  work.output = base + OUTPUT;
  work.bits = 0;
  work.bitCount = 0;
  work.sequences = 0;
  work.symbols = 0;
  work.anchor = base + INPUT;
  work.blockStart = base + INPUT;
  loadHistory(work);
  if (stream.started == 0) putBits(work, ZLIB_HEADER, 16);
  stream.started = 1;
  const search = changetype<Search>(base + SEARCH);
  setEffort(search, level);
  for (let segment: u32 = 0; segment < segments; segment++) {
    search.step = load<u32>(base + SEGMENTS + (<usize>segment << 3), 4);
    searchMatches(work, search, base + INPUT + load<u32>(base + SEGMENTS + (<usize>segment << 3)));
  }
  endBlock(work);
  putBits(work, 0, 3);
  alignBits(work);
  putBits(work, 0xffff_0000, 32);
  saveHistory(work, <u32>(work.anchor - base - INPUT));
  return <u32>(work.output - base - OUTPUT);
}

function setEffort(search: Search, level: u32): void {
  search.lazyLength = level & 15;
  search.insertLength = level & 16 ? 300 : 0;
  search.oneReach = level & 32 ? 32768: 1024;
}
