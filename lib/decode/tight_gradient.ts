/** Tight's gradient filter, backwards: each channel was predicted from the pixels at its left and above. */

const CHANNELS = 3;

/**
 * The pixels of a row, bytes R,G,B, from what the filter left of them. `above` holds the row above, zero for the first
 * row, and holds this one afterwards. Returns a view into it.
 */
export function addGradient(row: Uint8Array, above: Uint8Array): Uint8Array {
  for (let channel = 0; channel < CHANNELS; channel++) {
    let left = 0;
    let aboveLeft = 0;
    for (let at = channel; at < row.length; at += CHANNELS) {
      const up = above[at]!;
      const predicted = Math.max(0, Math.min(255, left + up - aboveLeft));
      left = row[at]! + predicted & 255;
      above[at] = left;
      aboveLeft = up;
    }
  }
  return above.subarray(0, row.length);
}
