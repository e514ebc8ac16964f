import assert from "node:assert/strict";
import { IoBus } from "../../lib/machine/io_bus.ts";

function recorder(values: Record<number, number> = {}) {
  const writes: [number, number][] = [];
  return {
    writes,
    read: (port: number) => values[port] ?? 0,
    write: (port: number, value: number) => void writes.push([port, value]),
  };
}

Deno.test("a port nobody answers at reads as all ones and swallows writes", () => {
  const io = new IoBus();
  assert.equal(io.inb(0x80), 0xff);
  assert.equal(io.inw(0x80), 0xffff);
  assert.equal(io.inl(0x80), 0xffff_ffff);
  io.outl(0x80, 1);
});

Deno.test("a wide access to byte ports is split, low byte first", () => {
  const io = new IoBus();
  const device = recorder({ 0x10: 0x11, 0x11: 0x22, 0x12: 0x33, 0x13: 0xff });
  io.register(0x10, 4, device);
  io.outl(0x10, 0xaabbccdd);
  assert.deepEqual(device.writes, [[0x10, 0xdd], [0x11, 0xcc], [0x12, 0xbb], [0x13, 0xaa]]);
  assert.equal(io.inw(0x10), 0x2211);
  assert.equal(io.inl(0x10), 0xff332211);
});

Deno.test("a port of 16 bits takes 16 bits at once, and a byte zero-extended", () => {
  const io = new IoBus();
  const device = recorder({ 0x20: 0x1234 });
  io.register(0x20, 1, device, 2);
  io.outw(0x20, 0xfedc);
  io.outb(0x20, 0x07);
  assert.deepEqual(device.writes, [[0x20, 0xfedc], [0x20, 0x07]]);
  assert.equal(io.inw(0x20), 0x1234);
  assert.equal(io.inb(0x20), 0x34);
  assert.equal(io.inl(0x20), 0xffff1234);
});

Deno.test("a port of 32 bits takes 32 bits at once, unsigned", () => {
  const io = new IoBus();
  const device = recorder({ 0x30: 0xdeadbeef });
  io.register(0x30, 1, device, 4);
  io.outl(0x30, 0xffffffff);
  assert.deepEqual(device.writes, [[0x30, 0xffffffff]]);
  assert.equal(io.inl(0x30), 0xdeadbeef);
  assert.equal(io.inw(0x30), 0xbeef);
});

Deno.test("port numbers have 16 bits", () => {
  const io = new IoBus();
  const device = recorder({ 0: 0x5a });
  io.register(0, 1, device);
  assert.equal(io.inb(0x10000), 0x5a);
  assert.equal(io.inw(0xffff), 0x5aff);
});
