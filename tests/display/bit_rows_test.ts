import assert from "node:assert/strict";
import fc from "fast-check";
import { BitRows } from "../../lib/display/bit_rows.ts";

const COLUMNS = 100;

const runs = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: COLUMNS }),
    end: fc.integer({ min: 0, max: COLUMNS }),
    set: fc.boolean(),
  }),
  { maxLength: 12 },
);

Deno.test("BitRows does with words what an array of booleans does one by one", () => {
  fc.assert(
    fc.property(runs, fc.nat(COLUMNS), fc.nat(COLUMNS), (changes, a, b) => {
      const bits = new BitRows(COLUMNS, 3, 4);
      const model = new Array<boolean>(COLUMNS).fill(false);
      for (const { from, end, set } of changes) {
        if (set) bits.setRun(1, from, end);
        else bits.clearRun(1, from, end);
        for (let k = from; k < end; k++) model[k] = set;
      }
      assert.deepEqual(model.map((_, k) => bits.isRunSet(1, k, k + 1)), model);
      const from = Math.min(a, b);
      const end = Math.max(a, b);
      assert.equal(bits.nextSet(1, from, end), indexOf(model, true, from, end));
      assert.equal(bits.nextClear(1, from, end), indexOf(model, false, from, end));
      assert.equal(bits.nextSet(0, 0, COLUMNS), COLUMNS);
      assert.equal(bits.nextSet(2, 0, COLUMNS), COLUMNS);
    }),
  );
});

Deno.test("setRuns sets the same run in each of its rows, and nothing else", () => {
  const row = fc.nat(5);
  const column = fc.nat(COLUMNS);
  fc.assert(
    fc.property(row, row, column, column, runs, (firstRow, endRow, from, end, before) => {
      const [bits, oneByOne] = [new BitRows(COLUMNS, 5, 4), new BitRows(COLUMNS, 5, 4)];
      for (const each of [bits, oneByOne]) before.forEach((run, at) => each.setRun(at % 5, run.from, run.end));
      bits.setRuns(firstRow, endRow, from, end);
      for (let y = firstRow; y < endRow; y++) oneByOne.setRun(y, from, end);
      assert.deepEqual(bits.words, oneByOne.words);
    }),
  );
});

function indexOf(model: readonly boolean[], value: boolean, from: number, end: number): number {
  const index = model.indexOf(value, from);
  return index === -1 || index > end ? end : index;
}
