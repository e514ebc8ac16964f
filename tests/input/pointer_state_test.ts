import assert from "node:assert/strict";
import { InputRouter } from "../../lib/input/input_router.ts";
import { UsGuest } from "./us_guest.ts";

interface Desk {
  readonly guest: UsGuest;
  readonly router: InputRouter;
  point(client: number, x: number, y: number, buttonMask?: number, clientIsRelative?: boolean): void;
}

function makeDesk(pointerIsAbsolute: boolean): Desk {
  const guest = new UsGuest();
  guest.pointerIsAbsolute = pointerIsAbsolute;
  const router = new InputRouter(guest);
  function point(client: number, x: number, y: number, buttonMask = 0, clientIsRelative = false): void {
    router.pointerEvent(client, x, y, buttonMask, 1000, 500, clientIsRelative);
  }
  return { guest, router, point };
}

Deno.test("a position is scaled to the tablet's range and clipped to the surface", () => {
  const { guest, point } = makeDesk(true);
  point(1, 0, 0);
  point(1, 500, 250, 1);
  point(1, 999, 499);
  point(1, 5000, 65535);
  assert.deepEqual(guest.pointer, ["abs 0,0 0", "abs 16383,16383 1", "abs 32734,32701 0", "abs 32734,32701 0"]);
});

Deno.test("every pixel of the surface can be told from its neighbours on the tablet", () => {
  const { guest, router } = makeDesk(true);
  for (let x = 0; x < 7680; x++) router.pointerEvent(1, x, 0, 0, 7680, 1, false);
  const pixels = guest.pointer.map((event) => Math.ceil(parseInt(event.slice(4)) * 7680 / 0x7fff));
  assert.deepEqual(pixels, Array.from({ length: 7680 }, (_, x) => x));
});

Deno.test("a relative device gets differences, and nothing for a client's first event", () => {
  const { guest, point } = makeDesk(false);
  point(1, 100, 100);
  point(1, 110, 95, 1);
  point(2, 700, 300);
  point(1, 111, 95, 1);
  assert.deepEqual(guest.pointer, ["rel 0,0 0", "rel 10,-5 1", "rel 0,0 1", "rel 1,0 1"]);
});

Deno.test("a client that was told of relative motion sends it around 0x7fff", () => {
  const { guest, point } = makeDesk(false);
  point(1, 0x7fff + 3, 0x7fff - 4, 4, true);
  point(1, 0x7fff, 0x7fff, 0, true);
  assert.deepEqual(guest.pointer, ["rel 3,-4 4", "rel 0,0 0"]);
});

Deno.test("motion meant for a device that has become absolute does not move it, buttons still count", () => {
  const { guest, point } = makeDesk(true);
  point(1, 100, 100);
  point(1, 0x7fff + 3, 0x7fff, 1, true);
  assert.deepEqual(guest.pointer, ["abs 3276,6553 0", "abs 3276,6553 1"]);
});

Deno.test("a device that becomes relative does not jump", () => {
  const { guest, point } = makeDesk(true);
  point(1, 900, 400);
  guest.pointerIsAbsolute = false;
  point(1, 901, 400);
  assert.equal(guest.pointer.at(-1), "rel 1,0 0");
});

Deno.test("a button is down while any client has it down, and goes up with the client that leaves", () => {
  const { guest, router, point } = makeDesk(true);
  point(1, 0, 0, 1);
  point(2, 0, 0, 4);
  router.releaseClient(1);
  router.releaseClient(2);
  router.releaseClient(3);
  assert.deepEqual(guest.pointer.map((event) => event.split(" ")[2]), ["1", "5", "4", "0"]);
});
