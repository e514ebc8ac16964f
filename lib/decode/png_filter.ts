/** The row filters of PNG backwards (PNG §9.2): each byte was predicted from those at its left and above. */

import { ProtocolError } from "../base/errors.ts";

const Filter = { None: 0, Sub: 1, Up: 2, Average: 3, Paeth: 4 } as const;

/** Where filtered rows come from. */
export interface PlainBytes {
  u8(): number;
  /** The next `count` bytes, valid until the next read. */
  view(count: number): Uint8Array;
}

/** The rows of one picture. */
export class FilteredRows {
  readonly #source: PlainBytes;
  /** From a byte to the one of the pixel at its left. */
  readonly #step: number;
  #row: Uint8Array;
  #above: Uint8Array;

  /** Rows of `rowBytes`, before each the number of its filter; a pixel takes `step` bytes, 1 where it takes less. */
  constructor(source: PlainBytes, rowBytes: number, step: number) {
    this.#source = source;
    this.#step = step;
    this.#row = new Uint8Array(rowBytes);
    this.#above = new Uint8Array(rowBytes);
  }

  /** The next row as it was before it was filtered, valid until the next. ProtocolError for an unknown filter. */
  next(): Uint8Array {
    [this.#row, this.#above] = [this.#above, this.#row];
    const filter = this.#source.u8();
    this.#row.set(this.#source.view(this.#row.length));
    this.#unfilter(filter);
    return this.#row;
  }

  #unfilter(filter: number): void {
    switch (filter) {
      case Filter.None:
        return;
      case Filter.Sub:
        return this.#add((left) => left);
      case Filter.Up:
        return this.#add((_, up) => up);
      case Filter.Average:
        return this.#add((left, up) => left + up >> 1);
      case Filter.Paeth:
        return this.#add(paeth);
      default:
        throw new ProtocolError(`Cannot decode a PNG file: there is no filter ${filter}`);
    }
  }

  #add(predict: (left: number, up: number, corner: number) => number): void {
    const [row, above, step] = [this.#row, this.#above, this.#step];
    for (let at = 0; at < row.length; at++) {
      const isFirst = at < step;
      row[at]! += predict(isFirst ? 0 : row[at - step]!, above[at]!, isFirst ? 0 : above[at - step]!);
    }
  }
}

/** The one of the three that is closest to left + up − corner; the first of them where two are. */
function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
