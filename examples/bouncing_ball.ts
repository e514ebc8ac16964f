// A ball that bounces. Look at it with any VNC viewer:  deno run -A examples/bouncing_ball.ts [address]
import { Display, serveVnc } from "@vncd/vncd";

const [width, height, size] = [640, 400, 48];
const display = new Display({ width, height });
const service = await serveVnc(display, { listen: Deno.args[0] ?? "127.0.0.1:0", name: "bouncing ball" });
console.log(`look at ${service.addresses[0]}`);

function paintBall(left: number, top: number, colour: number): void {
  const { buffer, byteOffset, byteLength } = display.pixels;
  const pixels = new Uint32Array(buffer, byteOffset, byteLength / 4); // 0x00RRGGBB
  for (let y = 0; y < size; y++) {
    const halfWidth = Math.round(Math.sqrt((size / 2) ** 2 - (y + 0.5 - size / 2) ** 2));
    const middle = (top + y) * display.strideBytes / 4 + left + size / 2;
    pixels.fill(colour, middle - halfWidth, middle + halfWidth);
  }
  display.update({ x: left, y: top, width: size, height: size });
}

let [x, y, dx, dy] = [40, 60, 5, 3];
setInterval(() => {
  paintBall(x, y, 0x000000);
  if (x + dx < 0 || x + dx + size > width) dx = -dx;
  if (y + dy < 0 || y + dy + size > height) dy = -dy;
  paintBall(x += dx, y += dy, 0xffb000);
}, 20);
