import assert from "node:assert/strict";
import { type MouseEvent, PacketAssembler } from "../../../lib/guest/firmware/ps2_mouse.ts";
import { PointerButton } from "../../../lib/machine/input_device.ts";

function assemble(hasWheel: boolean, ...bytes: number[]): MouseEvent[] {
  const assembler = new PacketAssembler(hasWheel);
  return bytes.map((byte) => assembler.add(byte)).filter((event) => event !== undefined);
}

Deno.test("a packet of three bytes is motion with y down and the buttons", () => {
  assert.deepEqual(assemble(false, 0x29, 5, 0xfd), [{ dx: 5, dy: 3, buttons: PointerButton.Left, wheel: 0 }]);
  assert.deepEqual(assemble(false, 0x1e, 0xff, 2), [
    { dx: -1, dy: -2, buttons: PointerButton.Right | PointerButton.Middle, wheel: 0 },
  ]);
});

Deno.test("the fourth byte of a wheel mouse is signed wheel steps", () => {
  assert.deepEqual(assemble(true, 0x08, 0, 0, 0xff, 0x08, 0, 0, 1).map((event) => event.wheel), [-1, 1]);
});

Deno.test("bytes that cannot start a packet are skipped", () => {
  assert.deepEqual(assemble(false, 0x00, 0x07, 0x08, 1, 0), [{ dx: 1, dy: 0, buttons: 0, wheel: 0 }]);
});
