/** A flat user interface: windows, title bars, buttons, lists, icons, little text. */

import {
  type BenchPicture,
  blankPicture,
  type Colour,
  fillGradient,
  fillRect,
  lineOfWords,
  randomSource,
  writeText,
} from "./picture.ts";

const INK = [40, 44, 52] as const;
const ACCENT = [53, 132, 228] as const;
const ACCENT_LIGHT = [98, 160, 234] as const;
const LINE = [205, 199, 194] as const;
const ICON_COLOURS: readonly Colour[] = [[46, 194, 126], [229, 165, 10], [224, 27, 36], ACCENT, [145, 65, 172]];

/** Paints it. */
export function flatUI(width: number, height: number): BenchPicture {
  const picture = blankPicture(width, height, [36, 31, 49]);
  const random = randomSource(5);
  paintPanel(picture, random);
  const [w, h] = [Math.round(width * 0.52), Math.round(height * 0.6)];
  paintWindow(picture, Math.round(width * 0.04), Math.round(height * 0.08), w, h, random);
  paintWindow(picture, Math.round(width * 0.4), Math.round(height * 0.3), w, h, random);
  paintDialog(picture, Math.round(width * 0.12), Math.round(height * 0.7), random);
  return picture;
}

function paintPanel(picture: BenchPicture, random: () => number): void {
  fillGradient(picture, 0, 0, picture.width, 32, [[48, 48, 48], [28, 28, 28]]);
  writeText(picture, 16, 8, "Activities", { colour: [240, 240, 240], scale: 1 });
  writeText(picture, Math.round(picture.width / 2) - 48, 8, "22 Nov 01:20", { colour: [240, 240, 240], scale: 1 });
  for (let i = 0; i < 4; i++) paintIcon(picture, picture.width - 36 * (i + 1), 4, 24, random);
}

function paintWindow(
  picture: BenchPicture,
  x: number,
  y: number,
  w: number,
  h: number,
  random: () => number,
): void {
  fillRect(picture, x - 1, y - 1, w + 2, h + 2, [140, 140, 140]);
  fillGradient(picture, x, y, w, 40, [[246, 245, 244], [222, 221, 218]]);
  writeText(picture, x + 16, y + 12, lineOfWords(24, random), { colour: INK, scale: 1 });
  for (let i = 0; i < 3; i++) paintButton(picture, x + w - 36 * (i + 1), y + 8, 28, "");
  fillRect(picture, x, y + 40, w, h - 40, [250, 250, 250]);
  fillRect(picture, x, y + 40, 200, h - 40, [242, 242, 242]);
  fillRect(picture, x + 200, y + 40, 1, h - 40, LINE);
  paintSideBar(picture, x, y + 56, h - 72, random);
  paintRows(picture, x + 220, y + 60, w - 240, h - 120, random);
  paintButton(picture, x + w - 232, y + h - 46, 100, "Cancel");
  paintButton(picture, x + w - 120, y + h - 46, 100, "Apply", true);
}

function paintSideBar(picture: BenchPicture, x: number, y: number, h: number, random: () => number): void {
  for (let row = 0; row * 36 + 36 < h; row++) {
    if (row === 2) fillRect(picture, x, y + row * 36 - 6, 200, 34, ACCENT);
    paintIcon(picture, x + 12, y + row * 36 - 1, 24, random);
    const colour = row === 2 ? [255, 255, 255] as const : INK;
    writeText(picture, x + 46, y + row * 36 + 3, lineOfWords(16, random), { colour, scale: 1 });
  }
}

function paintRows(picture: BenchPicture, x: number, y: number, w: number, h: number, random: () => number): void {
  for (let row = 0; row * 48 + 48 < h; row++) {
    const top = y + row * 48;
    if (row % 2 === 1) fillRect(picture, x, top, w, 48, [244, 245, 247]);
    paintIcon(picture, x + 10, top + 8, 32, random);
    writeText(picture, x + 58, top + 8, lineOfWords(30, random), { colour: INK, scale: 1 });
    writeText(picture, x + 58, top + 26, lineOfWords(22, random), { colour: [130, 134, 140], scale: 0.875 });
    fillRect(picture, x + w - 200, top + 20, 180, 8, [222, 221, 218]);
    fillGradient(picture, x + w - 200, top + 20, Math.round(random() * 180), 8, [ACCENT_LIGHT, ACCENT]);
  }
}

function paintDialog(picture: BenchPicture, x: number, y: number, random: () => number): void {
  fillRect(picture, x - 1, y - 1, 482, 202, [120, 120, 120]);
  fillRect(picture, x, y, 480, 200, [255, 255, 255]);
  paintIcon(picture, x + 24, y + 24, 64, random);
  for (let line = 0; line < 4; line++) {
    writeText(picture, x + 110, y + 24 + line * 22, lineOfWords(40, random), { colour: INK, scale: 1 });
  }
  paintButton(picture, x + 360, y + 150, 100, "OK", true);
}

function paintButton(picture: BenchPicture, x: number, y: number, w: number, label: string, isDefault = false): void {
  const h = label === "" ? 24 : 30;
  fillRect(picture, x, y, w, h, isDefault ? [26, 95, 180] : LINE);
  const colours = isDefault ? [ACCENT_LIGHT, ACCENT] as const : [[255, 255, 255], [237, 235, 233]] as const;
  fillGradient(picture, x + 1, y + 1, w - 2, h - 2, colours);
  const colour = isDefault ? [255, 255, 255] as const : INK;
  writeText(picture, x + Math.round((w - label.length * 8) / 2), y + 7, label, { colour, scale: 1 });
}

/** A round badge with a shaded face and a bar across it. */
function paintIcon(picture: BenchPicture, left: number, top: number, side: number, random: () => number): void {
  const colour = ICON_COLOURS[Math.floor(random() * ICON_COLOURS.length)]!;
  const radius = side / 2;
  for (let row = 0; row < side; row++) {
    const half = Math.round(Math.sqrt(Math.max(0, radius ** 2 - (row + 0.5 - radius) ** 2)));
    const light = 1.15 - 0.35 * row / side;
    const shade = colour.map((value) => Math.min(255, Math.round(value * light))) as unknown as Colour;
    fillRect(picture, left + Math.round(radius) - half, top + row, half * 2, 1, shade);
  }
  fillRect(picture, left + Math.round(side / 4), top + Math.round(side * 0.45), side >> 1, side >> 3, [255, 255, 255]);
}
