import assert from "node:assert/strict";
import { Ps2Queue } from "../../lib/machine/ps2_queue.ts";

function queue() {
  const levels: boolean[] = [];
  return { levels, queue: new Ps2Queue((hasData) => levels.push(hasData)) };
}

function readAll(from: Ps2Queue): number[] {
  return Array.from({ length: from.length }, () => from.read());
}

Deno.test("sixteen bytes of events fit, and an event that does not fit is dropped whole", () => {
  const { queue: q } = queue();
  for (let i = 0; i < 4; i++) assert.equal(q.pushEvent([i, i, i]), true);
  assert.equal(q.pushEvent([9, 9, 9, 9, 9]), false);
  assert.equal(q.length, 12);
  assert.equal(q.pushEvent([4, 4, 4, 4]), true);
  assert.equal(q.pushEvent([5]), false);
  assert.deepEqual(readAll(q), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4]);
});

Deno.test("a reply goes before all events, also when they fill the queue", () => {
  const { queue: q } = queue();
  q.pushEvent(Array.from({ length: 16 }, (_, i) => i));
  q.reply(0xfa, 0xaa);
  assert.deepEqual(readAll(q).slice(0, 4), [0xfa, 0xaa, 0, 1]);
});

Deno.test("a new reply discards what was not read of the one before", () => {
  const { queue: q } = queue();
  q.reply(0xfa, 0xaa, 0x00);
  q.read();
  q.reply(0xfe);
  assert.deepEqual(readAll(q), [0xfe]);
});

Deno.test("reading an empty queue gives the last byte again", () => {
  const { queue: q } = queue();
  assert.equal(q.read(), 0);
  q.pushEvent([0x1c]);
  assert.deepEqual([q.read(), q.read(), q.read()], [0x1c, 0x1c, 0x1c]);
});

Deno.test("the controller hears after each change whether there is more", () => {
  const { queue: q, levels } = queue();
  q.pushEvent([1, 2]);
  q.read();
  q.read();
  assert.deepEqual(levels, [true, true, false]);
});
