import assert from "node:assert/strict";
import { EventQueue } from "../../../lib/guest/firmware/event_queue.ts";

Deno.test("items come out in the order they went in, whether or not a reader waits", async () => {
  const queue = new EventQueue<number>(4);
  const first = queue.next();
  for (const item of [1, 2, 3]) assert.ok(queue.push(item));
  assert.deepEqual([await first, await queue.next(), await queue.next()].map((result) => result.value), [1, 2, 3]);
});

Deno.test("a full queue takes nothing more", async () => {
  const queue = new EventQueue<number>(2);
  assert.deepEqual([queue.push(1), queue.push(2), queue.push(3)], [true, true, false]);
  assert.equal((await queue.next()).value, 1);
  assert.ok(queue.push(4));
});

Deno.test("closing ends readers that wait and those that come", async () => {
  const queue = new EventQueue<number>(2);
  const waiting = queue.next();
  queue.push(1);
  const second = queue.next();
  queue.close();
  assert.equal((await waiting).value, 1);
  assert.equal((await second).done, true);
  assert.equal((await queue.next()).done, true);
  assert.equal(queue.push(2), false);
});
