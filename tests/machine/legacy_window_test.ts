import assert from "node:assert/strict";
import fc from "fast-check";
import type { Machine } from "../../lib/machine/machine.ts";
import { setTextMode, testMachine, writeIndexed } from "./test_machine.ts";

/** Planar access through 64 KiB from A0000, all planes written. */
function planarMachine(): Machine {
  const { machine } = testMachine();
  const setup = [[0x3c4, 2, 0x0f], [0x3c4, 4, 0x06], [0x3ce, 5, 0x00], [0x3ce, 6, 0x05], [0x3ce, 8, 0xff]] as const;
  for (const [port, index, value] of setup) writeIndexed(machine, port, index, value);
  return machine;
}

function planes(machine: Machine, address: number): number[] {
  return [...machine.vram.bytes.subarray(address * 4, address * 4 + 4)];
}

Deno.test("text memory at B8000 has characters in plane 0 and attributes in plane 1", () => {
  const { machine } = testMachine();
  setTextMode(machine);
  machine.legacyMemory.write16(0xb8000 + 10, 0x1e41);
  assert.deepEqual(planes(machine, 5), [0x41, 0x1e, 0, 0]);
  assert.equal(machine.legacyMemory.read8(0xb8000 + 10), 0x41);
  assert.equal(machine.legacyMemory.read16(0xb8000 + 10), 0x1e41);
});

Deno.test("in text mode nobody answers at A0000", () => {
  const { machine } = testMachine();
  setTextMode(machine);
  machine.legacyMemory.write8(0xa0000, 0x55);
  assert.equal(machine.legacyMemory.read8(0xa0000), 0xff);
  assert.ok(machine.vram.bytes.subarray(0, 64).every((byte) => byte === 0));
});

Deno.test("outside A0000 to BFFFF there is no video memory", () => {
  const machine = planarMachine();
  writeIndexed(machine, 0x3ce, 6, 0x01);
  for (const address of [0x9ffff, 0xc0000, -1, 0, NaN]) {
    machine.legacyMemory.write8(address, 0x55);
    assert.equal(machine.legacyMemory.read8(address), 0xff);
  }
  assert.ok(machine.vram.bytes.every((byte) => byte === 0));
});

Deno.test("only planes of the map mask are written", () => {
  const machine = planarMachine();
  writeIndexed(machine, 0x3c4, 2, 0x05);
  machine.legacyMemory.write8(0xa0003, 0xff);
  assert.deepEqual(planes(machine, 3), [0xff, 0, 0xff, 0]);
});

Deno.test("only bits of the bit mask are written, the others come from the latches", () => {
  const machine = planarMachine();
  machine.legacyMemory.write8(0xa0000, 0xa5);
  machine.legacyMemory.read8(0xa0000);
  writeIndexed(machine, 0x3ce, 8, 0x0f);
  machine.legacyMemory.write8(0xa0000, 0x3c);
  assert.deepEqual(planes(machine, 0), [0xac, 0xac, 0xac, 0xac]);
});

Deno.test("a read gives the plane of the read map and fills the latches with all four", () => {
  const machine = planarMachine();
  [1, 2, 4, 8].forEach((mask, i) => {
    writeIndexed(machine, 0x3c4, 2, mask);
    machine.legacyMemory.write8(0xa0000, 0x11 * (i + 1));
  });
  writeIndexed(machine, 0x3ce, 4, 2);
  assert.equal(machine.legacyMemory.read8(0xa0000), 0x33);
  writeIndexed(machine, 0x3c4, 2, 0x0f);
  writeIndexed(machine, 0x3ce, 5, 0x01);
  machine.legacyMemory.write8(0xa0009, 0xff);
  assert.deepEqual(planes(machine, 9), [0x11, 0x22, 0x33, 0x44], "write mode 1 writes the latches");
});

Deno.test("read mode 1 tells which pixels have the colour that is compared", () => {
  const machine = planarMachine();
  writeIndexed(machine, 0x3c4, 2, 0x05);
  machine.legacyMemory.write8(0xa0000, 0xf0);
  writeIndexed(machine, 0x3ce, 2, 0x05);
  writeIndexed(machine, 0x3ce, 7, 0x0f);
  writeIndexed(machine, 0x3ce, 5, 0x08);
  assert.equal(machine.legacyMemory.read8(0xa0000), 0xf0);
  writeIndexed(machine, 0x3ce, 7, 0x00);
  assert.equal(machine.legacyMemory.read8(0xa0000), 0xff);
});

/** VGA's write modes bit by bit, as the books tell them. */
function referenceWrite(gr: readonly number[], latches: readonly number[], value: number): number[] {
  const rotated = ((value >> (gr[3]! & 7)) | (value << (8 - (gr[3]! & 7)))) & 0xff;
  return latches.map((latch, plane) => {
    let result = 0;
    for (let bit = 0; bit < 8; bit++) {
      result |= referenceBit(gr, (latch >> bit) & 1, plane, bit, value, rotated) << bit;
    }
    return result;
  });
}

function referenceBit(
  gr: readonly number[],
  latch: number,
  plane: number,
  bit: number,
  value: number,
  rotated: number,
) {
  const mode = gr[5]! & 3;
  if (mode === 1) return latch;
  const setReset = (gr[0]! >> plane) & 1;
  const isSetReset = mode === 3 || (mode === 0 && ((gr[1]! >> plane) & 1) === 1);
  const data = mode === 2 ? (value >> plane) & 1 : isSetReset ? setReset : (rotated >> bit) & 1;
  const mask = mode === 3 ? gr[8]! & rotated : gr[8]!;
  if (((mask >> bit) & 1) === 0) return latch;
  return [data, data & latch, data | latch, data ^ latch][(gr[3]! >> 3) & 3]!;
}

Deno.test("the four write modes do what they do bit by bit", () => {
  const byte = fc.nat(255);
  const registers = fc.tuple(byte, byte, byte, byte, byte, fc.nat(3), byte, byte, byte);
  const latches = fc.tuple(byte, byte, byte, byte);
  fc.assert(
    fc.property(registers, latches, byte, fc.nat(15), (gr, latched, value, mapMask) => {
      const machine = planarMachine();
      machine.vram.writeBytes(0, Uint8Array.from(latched));
      machine.legacyMemory.read8(0xa0000);
      for (const index of [0, 1, 3, 5, 8]) writeIndexed(machine, 0x3ce, index, gr[index]!);
      writeIndexed(machine, 0x3c4, 2, mapMask);
      machine.legacyMemory.write8(0xa0001, value);
      const written = referenceWrite(gr, latched, value);
      assert.deepEqual(planes(machine, 1), written.map((data, plane) => (mapMask >> plane) & 1 ? data : 0));
    }),
    { numRuns: 200 },
  );
});
