import assert from "node:assert/strict";
import { IoBus } from "../../lib/machine/io_bus.ts";
import { VgaDac } from "../../lib/machine/vga_dac.ts";

function dac() {
  const io = new IoBus();
  const counts = { changes: 0 };
  const device = new VgaDac(() => counts.changes++);
  device.attach(io);
  const writeColour = (...components: number[]) => components.forEach((component) => io.outb(0x3c9, component));
  return { io, device, counts, writeColour };
}

Deno.test("a colour is written red, green, blue, and the index moves on", () => {
  const { io, device, writeColour } = dac();
  io.outb(0x3c8, 10);
  writeColour(63, 0, 21, 0, 42, 63);
  assert.equal(device.colours[10], 0xff0055);
  assert.equal(device.colours[11], 0x00aaff);
  assert.equal(io.inb(0x3c8), 12);
});

Deno.test("a colour changes only when its third component is there", () => {
  const { io, device, counts, writeColour } = dac();
  io.outb(0x3c8, 0);
  writeColour(63, 63);
  assert.equal(counts.changes, 0);
  assert.equal(device.colours[0], 0);
  writeColour(63);
  assert.equal(counts.changes, 1);
  assert.equal(device.colours[0], 0xffffff);
});

Deno.test("colours are read back component by component, from an index of their own", () => {
  const { io, writeColour } = dac();
  io.outb(0x3c8, 254);
  writeColour(1, 2, 3, 4, 5, 6, 7, 8, 9);
  io.outb(0x3c7, 254);
  assert.deepEqual(Array.from({ length: 9 }, () => io.inb(0x3c9)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(io.inb(0x3c8), 1, "the index wraps from 255 to 0");
});

Deno.test("0x3C7 tells whether colours are being read or written", () => {
  const { io } = dac();
  io.outb(0x3c7, 0);
  assert.equal(io.inb(0x3c7), 3);
  io.outb(0x3c8, 0);
  assert.equal(io.inb(0x3c7), 0);
});

Deno.test("with 8 bits a component is taken as it is", () => {
  const { io, device, writeColour } = dac();
  io.outb(0x3c8, 1);
  writeColour(0x81, 0x40, 0xff);
  assert.equal(device.colours[1], 0x0400ff);
  device.is8Bit = true;
  assert.equal(device.colours[1], 0x8140ff);
});

Deno.test("the pixel mask picks the colours that pixels can reach", () => {
  const { io, device, writeColour } = dac();
  io.outb(0x3c8, 2);
  writeColour(63, 0, 0);
  io.outb(0x3c6, 0x02);
  assert.equal(device.colours[0xff], 0xff0000);
  assert.equal(device.colours[0xfd], 0);
  assert.equal(io.inb(0x3c6), 0x02);
});

Deno.test("a new colour is a new version", () => {
  const { io, device, writeColour } = dac();
  const before = device.version;
  io.outb(0x3c8, 2);
  writeColour(63, 0, 0);
  assert.notEqual(device.version, before);
});
