import assert from "node:assert/strict";
import { IoBus } from "../../lib/machine/io_bus.ts";
import { VgaRegisters } from "../../lib/machine/vga_registers.ts";

function registers() {
  const io = new IoBus();
  const counts = { changes: 0 };
  const extension: { writes: [number, number][]; read: Record<number, number> } = { writes: [], read: {} };
  const device = new VgaRegisters({
    readRegister: (index) => extension.read[index],
    writeRegister: (index, value) => void extension.writes.push([index, value]),
  }, () => counts.changes++);
  device.attach(io);
  return { io, device, counts, extension };
}

Deno.test("index and data go out in one 16-bit write", () => {
  const { io, device } = registers();
  io.outw(0x3c4, 0x0f02);
  io.outw(0x3ce, 0x0506);
  assert.equal(device.sequencer[2], 0x0f);
  assert.equal(device.graphics[6], 0x05);
  assert.equal(io.inb(0x3c4), 2);
  assert.equal(io.inb(0x3c5), 0x0f);
  assert.equal(io.inb(0x3cf), 0x05);
});

Deno.test("only bits that exist are kept", () => {
  const { io } = registers();
  io.outw(0x3c4, 0xff01);
  assert.equal(io.inb(0x3c5), 0x3d);
  io.outw(0x3ce, 0xff05);
  assert.equal(io.inb(0x3cf), 0x7b);
  io.outw(0x3c4, 0xff42);
  assert.equal(io.inb(0x3c5), 0);
});

Deno.test("the CRT controller is at 3B4 or 3D4 by bit 0 of misc output", () => {
  const { io, device } = registers();
  io.outw(0x3b4, 0x120e);
  assert.equal(device.crtc[0x0e], 0x12);
  assert.equal(io.inw(0x3d4), 0xffff);
  io.outb(0x3c2, 0x01);
  assert.equal(io.inb(0x3cc), 0x01);
  io.outw(0x3d4, 0x340f);
  assert.equal(device.crtc[0x0f], 0x34);
  assert.equal(io.inb(0x3b5), 0xff);
});

Deno.test("CR11 bit 7 protects CR0 to CR7 but for the line compare bit", () => {
  const { io, device } = registers();
  io.outb(0x3c2, 0x01);
  io.outw(0x3d4, 0x1f07);
  io.outw(0x3d4, 0x8e11);
  io.outw(0x3d4, 0x5001);
  io.outw(0x3d4, 0xe007);
  io.outw(0x3d4, 0x0d09);
  assert.equal(device.crtc[1], 0);
  assert.equal(device.crtc[7], 0x0f);
  assert.equal(device.crtc[9], 0x0d);
});

Deno.test("the attribute port takes index and data in turn, and input status 1 makes it expect an index", () => {
  const { io, device } = registers();
  io.outb(0x3c2, 0x01);
  io.outb(0x3c0, 0x05);
  io.inb(0x3da);
  io.outb(0x3c0, 0x0a);
  io.outb(0x3c0, 0xff);
  assert.equal(device.attribute[0x0a], 0x3f);
  assert.equal(device.attribute[0x05], 0);
  assert.equal(io.inb(0x3c1), 0x3f);
  assert.equal(io.inb(0x3c0), 0x0a);
});

Deno.test("bit 5 of the attribute index shows the picture", () => {
  const { io, device, counts } = registers();
  assert.equal(device.isScreenOn, false);
  io.inb(0x3ba);
  io.outb(0x3c0, 0x20);
  assert.equal(device.isScreenOn, true);
  assert.equal(counts.changes, 1);
});

Deno.test("the retrace bits of input status 1 toggle with every read", () => {
  const { io } = registers();
  const seen = [io.inb(0x3ba) & 9, io.inb(0x3ba) & 9, io.inb(0x3ba) & 9];
  assert.deepEqual(seen, [9, 0, 9]);
});

Deno.test("graphics registers beyond VGA's belong to the extension", () => {
  const { io, extension } = registers();
  extension.read[0x31] = 0x04;
  io.outw(0x3ce, 0x2031);
  assert.equal(io.inb(0x3cf), 0x04);
  assert.deepEqual(extension.writes, [[0x31, 0x20]]);
});

Deno.test("reset turns the screen off and clears every register", () => {
  const { io, device } = registers();
  io.outw(0x3c4, 0x0f02);
  io.inb(0x3ba);
  io.outb(0x3c0, 0x20);
  device.reset();
  assert.equal(device.isScreenOn, false);
  assert.equal(device.sequencer[2], 0);
});
