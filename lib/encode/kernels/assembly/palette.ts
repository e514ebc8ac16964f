/** The colours and runs of a tile, found in one pass. */

/** More colours than this and a tile has no palette. */
export const MAX_PALETTE: u32 = 127;

/** What a scan found; the colours, a hash table over them and the runs lie behind it in memory. */
@unmanaged
export class Palette {
  /** Colours, in the order they were seen. */
  size: u32;
  /** Runs of equal words. */
  runs: u32;
  /** Runs of one word. */
  singles: u32;
  /** Bytes the lengths of all longer runs take, as RLE writes them. */
  lengthBytes: u32;
}

const COLOURS: usize = 64;
const COUNTS: usize = COLOURS + 4 * 128;
const KEYS: usize = COUNTS + 4 * 128;
const SLOTS: usize = KEYS + 4 * 256;
const STARTS: usize = SLOTS + 256;
const INDICES: usize = STARTS + 2 * 4104;
/** Bytes of a palette with everything behind it. */
export const PALETTE_BYTES: usize = INDICES + 4104;

/** The colour with an index. */
@inline
export function paletteColour(palette: Palette, index: u32): u32 {
  return load<u32>(changetype<usize>(palette) + (<usize>index << 2), COLOURS);
}

/** Words of the tile that have the colour with an index. */
@inline
export function paletteCount(palette: Palette, index: u32): u32 {
  return load<u32>(changetype<usize>(palette) + (<usize>index << 2), COUNTS);
}

/** Where the colours lie, one word each. */
@inline
export function paletteColours(palette: Palette): usize {
  return changetype<usize>(palette) + COLOURS;
}

/** First word of a run; that of the run behind the last is the end of the tile. */
@inline
export function runStart(palette: Palette, run: u32): u32 {
  return load<u16>(changetype<usize>(palette) + (<usize>run << 1), STARTS);
}

/** Palette index of a run. */
@inline
export function runIndex(palette: Palette, run: u32): u32 {
  return load<u8>(changetype<usize>(palette) + run, INDICES);
}

/** Gives a run another palette index. */
@inline
export function setRunIndex(palette: Palette, run: u32, index: u8): void {
  store<u8>(changetype<usize>(palette) + run, index, INDICES);
}

/** The index of the colour that most words have. */
export function mostFrequent(palette: Palette): u32 {
  let most: u32 = 0;
  for (let index: u32 = 1; index < palette.size; index++) {
    if (paletteCount(palette, index) > paletteCount(palette, most)) most = index;
  }
  return most;
}

/** Bytes of a run length as RLE writes it: length - 1 in bytes of 255 and a rest. */
@inline
export function runLengthBytes(length: u32): u32 {
  return (length - 1) / 255 + 1;
}

/** Which of the 16 words at `at` differ from the word behind them. */
@inline
export function runEnds(at: usize): u32 {
  const a = v128.eq<i32>(v128.load(at), v128.load(at, 4));
  const b = v128.eq<i32>(v128.load(at, 16), v128.load(at, 20));
  const c = v128.eq<i32>(v128.load(at, 32), v128.load(at, 36));
  const d = v128.eq<i32>(v128.load(at, 48), v128.load(at, 52));
  const equal = v128.bitmask<i8>(v128.narrow<i16>(v128.narrow<i32>(a, b), v128.narrow<i32>(c, d)));
  return <u32>equal ^ 0xffff;
}

/**
 * Finds the runs and colours of `count` words, at most 4096. Returns false, with the scan given up, when there are
 * more than `maxColours`, at most MAX_PALETTE. Writes the word behind the last and reads up to 64 bytes behind.
 */
export function scanTile(palette: Palette, words: usize, count: u32, maxColours: u32): bool {
  const base = changetype<usize>(palette);
  clearPalette(palette);
  const last = words + (<usize>(count - 1) << 2);
  // A word that differs from the last one ends the last run.
  store<u32>(last, ~load<u32>(last), 4);
  let runs: u32 = 0;
  let singles: u32 = 0;
  let lengthBytes: u32 = 0;
  let start: u32 = 0;
  for (let group: u32 = 0; group < count; group += 16) {
    for (let ends = runEnds(words + (<usize>group << 2)); ends != 0; ends &= ends - 1) {
      const next = group + ctz<u32>(ends) + 1;
      if (next > count) break;
      const index = findOrInsert(palette, load<u32>(words + (<usize>start << 2)), maxColours);
      if (index == maxColours) return false;
      store<u16>(base + (<usize>runs << 1), <u16>start, STARTS);
      store<u8>(base + runs, <u8>index, INDICES);
      const length = next - start;
      const counted = base + (<usize>index << 2);
      store<u32>(counted, load<u32>(counted, COUNTS) + length, COUNTS);
      if (length == 1) singles++;
      else lengthBytes += runLengthBytes(length);
      runs++;
      start = next;
    }
  }
  store<u16>(base + (<usize>runs << 1), <u16>count, STARTS);
  palette.runs = runs;
  palette.singles = singles;
  palette.lengthBytes = lengthBytes;
  return true;
}

/** Starts a palette without colours. */
function clearPalette(palette: Palette): void {
  memory.fill(changetype<usize>(palette) + SLOTS, 0, 256);
  palette.size = 0;
}

/** The index of a colour, `maxColours` when it is new and there is no room. */
@inline
function findOrInsert(palette: Palette, word: u32, maxColours: u32): u32 {
  const base = changetype<usize>(palette);
  let slot = <usize>((word * 0x9e3779b1) >> 24);
  for (let taken: u32 = load<u8>(base + slot, SLOTS); taken != 0; taken = load<u8>(base + slot, SLOTS)) {
    if (load<u32>(base + (slot << 2), KEYS) == word) return taken - 1;
    slot = (slot + 1) & 255;
  }
  return insert(palette, word, slot, maxColours);
}

function insert(palette: Palette, word: u32, slot: usize, maxColours: u32): u32 {
  const base = changetype<usize>(palette);
  const index = palette.size;
  if (index == maxColours) return index;
  store<u8>(base + slot, <u8>(index + 1), SLOTS);
  store<u32>(base + (slot << 2), word, KEYS);
  store<u32>(base + (<usize>index << 2), word, COLOURS);
  store<u32>(base + (<usize>index << 2), 0, COUNTS);
  palette.size = index + 1;
  return index;
}

/** How many runs of one word `count` words are. Reads up to 64 bytes behind them. */
export function countRuns(words: usize, count: u32): u32 {
  let runs: u32 = 0;
  for (let group: u32 = 0; group < count; group += 16) {
    const counted = count - group < 16 ? (1 << (count - group)) - 1 : 0xffff;
    runs += popcnt<u32>(runEnds(words + (<usize>group << 2)) & counted);
  }
  return runs;
}
