/** Whether a rect is all of one colour: what most of a desktop is, and what needs no snapshot to be looked at. */

/** Whether all words of a rect are equal, rows `strideBytes` apart. Reads nothing behind a row. */
@inline
export function isSolid(from: usize, strideBytes: u32, width: u32, height: u32): bool {
  return isOneColour(from, strideBytes, width, height, load<u32>(from));
}

/** Whether all are `word`, which was read before: what is in memory may change. */
export function isOneColour(from: usize, strideBytes: u32, width: u32, height: u32, word: u32): bool {
  const colour = v128.splat<u32>(word);
  const vectorBytes = <usize>(width & ~3) << 2;
  const rowBytes = <usize>width << 2;
  for (let y: u32 = 0; y < height; y++, from += strideBytes) {
    let different = i8x16.splat(0);
    let at: usize = 0;
    for (; at + 64 <= vectorBytes; at += 64) {
      const row = from + at;
      const left = v128.or(v128.xor(v128.load(row), colour), v128.xor(v128.load(row, 16), colour));
      const right = v128.or(v128.xor(v128.load(row, 32), colour), v128.xor(v128.load(row, 48), colour));
      different = v128.or(different, v128.or(left, right));
    }
    for (; at < vectorBytes; at += 16) {
      different = v128.or(different, v128.xor(v128.load(from + at), colour));
    }
    for (; at < rowBytes; at += 4) {
      different = v128.or(different, v128.xor(v128.load32_splat(from + at), colour));
    }
    if (v128.any_true(different)) return false;
  }
  return true;
}
