// A board that everybody who looks at it draws on, a colour a button; "c" wipes it.
// deno run -A examples/drawing_board.ts [address]
import { Display, type Point, PointerButton, serveVnc } from "@vncd/vncd";

const [width, height, pen] = [800, 600, 5];
const display = new Display({ width, height });
const listen = Deno.args[0] ?? "127.0.0.1:0";
const service = await serveVnc(display, { listen, name: "drawing board", share: "ignore" });
console.log(`draw at ${service.addresses[0]}`);

function wipe(): void {
  display.pixels.fill(0xff);
  display.update({ x: 0, y: 0, width, height });
}

function drawDot({ x, y }: Point, [red, green, blue]: readonly number[]): void {
  const left = Math.min(Math.max(Math.round(x - pen / 2), 0), width - pen);
  const top = Math.min(Math.max(Math.round(y - pen / 2), 0), height - pen);
  for (let row = top; row < top + pen; row++) {
    for (let column = left; column < left + pen; column++) {
      display.pixels.set([blue!, green!, red!], row * display.strideBytes + column * 4);
    }
  }
  display.update({ x: left, y: top, width: pen, height: pen });
}

function drawLine(from: Point, to: Point, colour: readonly number[]): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
  for (let i = 0; i <= steps; i++) {
    drawDot({ x: from.x + (to.x - from.x) * i / steps, y: from.y + (to.y - from.y) * i / steps }, colour);
  }
}

wipe();
service.on("key", ({ keysym, down }) => {
  if (down && keysym === "c".charCodeAt(0)) wipe();
});

const colours: Record<number, readonly number[]> = {
  [PointerButton.Left]: [200, 40, 20],
  [PointerButton.Middle]: [40, 140, 40],
  [PointerButton.Right]: [30, 60, 200],
};
/** Where the pen of each viewer was last, while it is down. */
const pens = new Map<number, Point>();
service.on("disconnected", ({ id }) => pens.delete(id));

for await (const { client, x, y, buttonMask } of service.pointers()) {
  const colour = colours[buttonMask];
  if (colour === undefined) {
    pens.delete(client.id);
  } else {
    drawLine(pens.get(client.id) ?? { x, y }, { x, y }, colour);
    pens.set(client.id, { x, y });
  }
}
