// Paints where the pointer is while a button is down; "c" clears.  deno run -A examples/drawing_board.ts [address]
import { Display, serveVnc } from "@vncd/vncd";

const display = new Display({ width: 800, height: 600 });
display.pixels.fill(0xff);
const service = await serveVnc(display, { listen: Deno.args[0] ?? "127.0.0.1:0", name: "drawing board" });
console.log(`draw at ${service.addresses[0]}`);

const COLOURS: Record<number, readonly [number, number, number]> = {
  1: [200, 60, 20],
  2: [40, 140, 40],
  4: [30, 60, 200],
};

function dot(x: number, y: number, [blue, green, red]: readonly [number, number, number]): void {
  for (let row = Math.max(0, y - 2); row <= Math.min(display.height - 1, y + 2); row++) {
    for (let column = Math.max(0, x - 2); column <= Math.min(display.width - 1, x + 2); column++) {
      display.pixels.set([blue, green, red], row * display.strideBytes + column * 4);
    }
  }
  display.update({ x: x - 2, y: y - 2, width: 5, height: 5 });
}

service.on("key", ({ keysym, down }) => {
  if (!down || keysym !== "c".charCodeAt(0)) return;
  display.pixels.fill(0xff);
  display.update({ x: 0, y: 0, width: display.width, height: display.height });
});

let last: { x: number; y: number } | undefined;
for await (const { x, y, buttonMask } of service.pointers()) {
  const colour = COLOURS[buttonMask & 7];
  if (colour !== undefined && last !== undefined) {
    const steps = Math.max(Math.abs(x - last.x), Math.abs(y - last.y), 1);
    for (let i = 0; i <= steps; i++) {
      dot(Math.round(last.x + (x - last.x) * i / steps), Math.round(last.y + (y - last.y) * i / steps), colour);
    }
  }
  last = { x, y };
}
