import assert from "node:assert/strict";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";

Deno.test("memoryPipe takes no more than its capacity until somebody reads", async () => {
  const [near, far] = memoryPipe({ capacityBytes: 10 });
  const writing = near.write(new Uint8Array(25).map((_, i) => i));
  assert.equal(near.bytesTaken, 10);
  assert.equal((await far.read())?.length, 10);
  assert.equal((await far.read())?.length, 10);
  assert.deepEqual(await far.read(), new Uint8Array([20, 21, 22, 23, 24]));
  await writing;
  assert.equal(near.bytesTaken, 25);
});

Deno.test("memoryPipe gives single bytes when asked to", async () => {
  const [near, far] = memoryPipe({ maxReadBytes: 1 });
  await near.write(new Uint8Array([7, 8]));
  assert.deepEqual(await far.read(), new Uint8Array([7]));
  assert.deepEqual(await far.read(), new Uint8Array([8]));
});

Deno.test("memoryPipe keeps what was written when the writer reuses its buffer", async () => {
  const [near, far] = memoryPipe();
  const buffer = new Uint8Array([1, 2]);
  await near.write(buffer);
  buffer.fill(9);
  assert.deepEqual(await far.read(), new Uint8Array([1, 2]));
});
