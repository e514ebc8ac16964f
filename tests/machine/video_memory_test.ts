import assert from "node:assert/strict";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { VideoMemory } from "../../lib/machine/video_memory.ts";

const PAGE = 4_096;

function vram(byteLength = 16 * PAGE) {
  const memory = new FrameMemory();
  const counts = { dirty: 0 };
  return { memory, counts, vram: new VideoMemory(memory, byteLength, () => counts.dirty++) };
}

Deno.test("writes of 8, 16 and 32 bits are little endian at any offset", () => {
  const { vram: video } = vram();
  video.write32(1, 0x44332211);
  assert.deepEqual([...video.bytes.subarray(0, 6)], [0, 0x11, 0x22, 0x33, 0x44, 0]);
  assert.equal(video.read16(2), 0x3322);
  assert.equal(video.read32(1), 0x44332211);
  video.write16(7, 0xbeef);
  assert.equal(video.read8(7), 0xef);
  video.write32(0, 0xffffffff);
  assert.equal(video.read32(0), 0xffffffff);
});

Deno.test("a write outside video memory does nothing, a read gives all ones", () => {
  const { vram: video, memory } = vram(PAGE);
  const neighbours = memory.allocate(PAGE);
  for (const offset of [-1, PAGE, PAGE - 1, 2 ** 32, 0.5, NaN]) {
    if (offset !== PAGE - 1) video.write8(offset, 0xaa);
    video.write16(offset, 0xaaaa);
    video.write32(offset, 0xaaaaaaaa);
    assert.equal(video.read32(offset), 0xffffffff);
    assert.equal(video.read16(offset), 0xffff);
  }
  assert.equal(video.read8(PAGE), 0xff);
  assert.ok(video.bytes.every((byte) => byte === 0));
  assert.ok(memory.bytes(neighbours.pointer, PAGE).every((byte) => byte === 0));
});

Deno.test("a block operation that does not fit is refused whole", () => {
  const { vram: video } = vram(PAGE);
  assert.throws(() => video.fill32(PAGE - 4, 2, 1), RangeError);
  assert.throws(() => video.writeBytes(PAGE - 1, new Uint8Array(2)), RangeError);
  assert.throws(() => video.copyWithin(0, PAGE - 1, 2), RangeError);
  assert.throws(() => video.copyWithin(PAGE - 1, 0, 2), RangeError);
  assert.throws(() => video.markDirty(0, PAGE + 1), RangeError);
  assert.throws(() => video.fill32(0, -1, 1), RangeError);
  assert.ok(video.bytes.every((byte) => byte === 0));
});

Deno.test("fill32 writes whole words at aligned and unaligned offsets", () => {
  const { vram: video } = vram();
  video.fill32(8, 2, 0x01020304);
  video.fill32(21, 1, 0xa1b2c3d4);
  assert.equal(video.read32(8), 0x01020304);
  assert.equal(video.read32(12), 0x01020304);
  assert.equal(video.read32(16), 0);
  assert.equal(video.read32(21), 0xa1b2c3d4);
});

Deno.test("a snapshot has the pages written since the one before, and only those of its range", () => {
  const { vram: video } = vram();
  video.write8(3 * PAGE + 7, 1);
  video.write32(6 * PAGE - 2, 1);
  video.write8(10 * PAGE, 1);
  const first = video.takeDirty(0, 8 * PAGE);
  assert.deepEqual([2, 3, 4, 5, 6, 7].map((page) => first.overlaps(page * PAGE, PAGE)), [
    false,
    true,
    false,
    true,
    true,
    false,
  ]);
  assert.equal(first.overlaps(4 * PAGE, PAGE + 1), true);
  assert.equal(video.takeDirty(0, 8 * PAGE).isEmpty, true);
  assert.equal(video.takeDirty(0, 16 * PAGE).overlaps(10 * PAGE, 1), true);
});

Deno.test("every way of writing marks its pages", () => {
  const { vram: video } = vram();
  const ways: Record<string, () => void> = {
    write8: () => video.write8(PAGE, 1),
    write16: () => video.write16(PAGE, 1),
    write32: () => video.write32(PAGE, 1),
    fill32: () => video.fill32(PAGE, 4, 1),
    writeBytes: () => video.writeBytes(PAGE, Uint8Array.of(1)),
    copyWithin: () => video.copyWithin(PAGE, 0, 8),
    markDirty: () => video.markDirty(PAGE, 1),
  };
  for (const [name, write] of Object.entries(ways)) {
    write();
    const dirty = video.takeDirty(0, video.size);
    assert.equal(dirty.overlaps(PAGE, PAGE), true, name);
    assert.equal(dirty.overlaps(0, PAGE), false, name);
    assert.equal(dirty.overlaps(2 * PAGE, PAGE), false, name);
  }
});

Deno.test("the first write after a snapshot tells the card, the others do not", () => {
  const { vram: video, counts } = vram();
  video.write8(0, 1);
  video.write8(9 * PAGE, 1);
  video.write8(1, 1);
  assert.equal(counts.dirty, 1);
  video.takeDirty(0, PAGE);
  video.write8(9 * PAGE, 1);
  video.write8(0, 1);
  assert.equal(counts.dirty, 2);
});

Deno.test("video memory is the same bytes after frame memory has grown", () => {
  const { vram: video, memory } = vram();
  video.write32(0, 0x12345678);
  memory.allocate(8 << 20);
  video.write32(4, 0x9abcdef0);
  const fresh = memory.bytes(video.pointer, 8);
  assert.deepEqual([...fresh], [0x78, 0x56, 0x34, 0x12, 0xf0, 0xde, 0xbc, 0x9a]);
  fresh[0] = 0xff;
  assert.equal(video.read8(0), 0xff);
});
