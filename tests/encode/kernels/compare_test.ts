/** compareSurfaces against a plain loop over random surfaces and maps. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { instantiateKernels, KERNEL_RESERVED_BYTES } from "../../../lib/encode/kernels/kernels.ts";

interface Scene {
  readonly width: number;
  readonly height: number;
  readonly guestPadding: number;
  readonly serverPadding: number;
  readonly mapPadding: number;
  readonly seed: number;
  readonly differing: number;
  readonly marked: number;
}

interface Layout {
  readonly guest: number;
  readonly guestStride: number;
  readonly server: number;
  readonly serverStride: number;
  readonly guestMap: number;
  readonly changedMap: number;
  readonly mapStride: number;
  readonly end: number;
}

const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
const kernels = instantiateKernels(memory);

const scenes = fc.record({
  width: fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1000, max: 1100 })),
  height: fc.integer({ min: 1, max: 24 }),
  guestPadding: fc.integer({ min: 0, max: 40 }),
  serverPadding: fc.integer({ min: 0, max: 3 }),
  mapPadding: fc.integer({ min: 0, max: 2 }),
  seed: fc.integer(),
  differing: fc.constantFrom(0, 0.01, 0.3, 1),
  marked: fc.constantFrom(0, 0.1, 0.7, 1),
});

function layOut(scene: Scene): Layout {
  const guestStride = (scene.width + scene.guestPadding) * 4;
  const serverStride = (Math.ceil(scene.width / 16) * 16 + scene.serverPadding * 16) * 4;
  const mapStride = (Math.ceil(scene.width / 1024) + scene.mapPadding) * 8;
  const guest = KERNEL_RESERVED_BYTES;
  const server = guest + guestStride * scene.height;
  const guestMap = Math.ceil((server + serverStride * scene.height) / 8) * 8;
  const changedMap = guestMap + mapStride * scene.height;
  const end = changedMap + mapStride * scene.height;
  return { guest, guestStride, server, serverStride, guestMap, changedMap, mapStride, end };
}

function fill(scene: Scene, at: Layout): Uint8Array {
  const bytes = new Uint8Array(memory.buffer, 0, at.end);
  let state = scene.seed | 1;
  function random(): number {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / (1 << 24);
  }
  for (let i = KERNEL_RESERVED_BYTES; i < at.end; i++) bytes[i] = random() * 256;
  for (let y = 0; y < scene.height; y++) {
    for (let i = 0; i < scene.width * 4; i++) {
      const same = i % 4 !== 3 && random() >= scene.differing;
      if (same) bytes[at.guest + y * at.guestStride + i] = bytes[at.server + y * at.serverStride + i]!;
    }
    for (let i = 0; i < at.mapStride * 8; i++) {
      if (i % 8 === 0) bytes[at.guestMap + y * at.mapStride + i / 8] = 0;
      if (random() < scene.marked) bytes[at.guestMap + y * at.mapStride + (i >> 3)]! |= 1 << (i & 7);
    }
  }
  return bytes;
}

function compareBlock(bytes: Uint8Array, guest: number, server: number, pixels: number): boolean {
  let differs = false;
  for (let i = 0; i < pixels * 4; i++) {
    if (i % 4 !== 3 && bytes[guest + i] !== bytes[server + i]) differs = true;
  }
  if (!differs) return false;
  for (let i = 0; i < pixels * 4; i++) bytes[server + i] = i % 4 === 3 ? 0 : bytes[guest + i]!;
  return true;
}

function comparePlainly(bytes: Uint8Array, scene: Scene, at: Layout): number {
  let changed = 0;
  for (let y = 0; y < scene.height; y++) {
    for (let bit = 0; bit < at.mapStride * 8; bit++) {
      const mapByte = y * at.mapStride + (bit >> 3);
      const mask = 1 << (bit & 7);
      if ((bytes[at.guestMap + mapByte]! & mask) === 0) continue;
      if (bit * 16 >= Math.ceil(scene.width / 1024) * 1024) continue;
      bytes[at.guestMap + mapByte]! &= ~mask;
      if (bit * 16 >= scene.width) continue;
      const pixels = Math.min(16, scene.width - bit * 16);
      const guest = at.guest + y * at.guestStride + bit * 64;
      if (!compareBlock(bytes, guest, at.server + y * at.serverStride + bit * 64, pixels)) continue;
      bytes[at.changedMap + mapByte]! |= mask;
      changed++;
    }
  }
  return changed;
}

function maskUnused(bytes: Uint8Array, scene: Scene, at: Layout): Uint8Array {
  // The X byte of a short block that did not differ may be cleared: it means nothing.
  for (let y = 0; y < scene.height; y++) {
    for (let x = 0; x < scene.width; x++) bytes[at.server + y * at.serverStride + x * 4 + 3] = 0;
  }
  return bytes;
}

Deno.test("compareSurfaces does what the plain loop does", () => {
  fc.assert(fc.property(scenes, (scene) => {
    const at = layOut(scene);
    const bytes = fill(scene, at);
    const expected = bytes.slice();
    const expectedCount = comparePlainly(expected, scene, at);
    const count = kernels.compareSurfaces(
      at.guest,
      at.guestStride,
      at.server,
      at.serverStride,
      scene.width,
      scene.height,
      at.guestMap,
      at.changedMap,
      at.mapStride,
    );
    assert.equal(count, expectedCount);
    assert.deepEqual(maskUnused(bytes.slice(), scene, at), maskUnused(expected, scene, at));
  }));
});

Deno.test("the module's own data ends below KERNEL_RESERVED_BYTES", () => {
  assert.ok(kernels.dataEndBytes() <= KERNEL_RESERVED_BYTES);
});
