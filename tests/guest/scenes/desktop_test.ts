/** The desktop scene on a whole machine. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../lib/base/errors.ts";
import { containsRect, rect } from "../../../lib/base/rect.ts";
import { drawText } from "../../../lib/guest/drawing/text.ts";
import { Canvas } from "../../../lib/guest/drawing/canvas.ts";
import { defineScene } from "../../../lib/guest/scene.ts";
import { desktop, type DesktopOptions } from "../../../lib/guest/scenes/desktop.ts";
import { cursorShape } from "../../../lib/guest/scenes/desktop/cursors.ts";
import type { CursorName } from "../../../lib/guest/scenes/desktop/cursor_table.ts";
import { DesktopShell } from "../../../lib/guest/scenes/desktop/desktop_shell.ts";
import { contains, type DesktopWindow } from "../../../lib/guest/scenes/desktop/desktop_window.ts";
import { formatClock } from "../../../lib/guest/scenes/desktop/taskbar.ts";
import { Theme } from "../../../lib/guest/scenes/desktop/theme.ts";
import { PointerButton } from "../../../lib/machine/input_device.ts";
import { differenceBounds, firstDifference, Scancode, SceneRig } from "./scene_rig.ts";

/** Not a multiple of 8 across. */
const WIDTH = 523;
const HEIGHT = 391;

async function bootDesktop(options: DesktopOptions = {}): Promise<{ rig: SceneRig; shell: DesktopShell }> {
  let shell: DesktopShell | undefined;
  const rig = await SceneRig.boot(defineScene({
    name: "desktop",
    start(guest): void {
      const mode = guest.firmware.setLinearMode(WIDTH, HEIGHT, 32);
      shell = new DesktopShell(guest, mode, { still: true, ...options });
      shell.start();
    },
  }));
  assert.ok(shell !== undefined);
  return { rig, shell };
}

function assertEqualsFullRedraw(rig: SceneRig, shell: DesktopShell): void {
  const before = rig.colours;
  shell.repaint();
  const difference = firstDifference(before, rig.colours);
  const place = difference === undefined ? "" : `${difference % WIDTH}, ${Math.floor(difference / WIDTH)}`;
  assert.equal(difference, undefined, `painting everything anew changes the pixel at ${place}`);
}

type Step =
  | {
    readonly kind: "drag";
    readonly from: readonly [number, number];
    readonly path: readonly (readonly [number, number])[];
  }
  | { readonly kind: "grab"; readonly window: number; readonly path: readonly (readonly [number, number])[] }
  | { readonly kind: "wheel"; readonly at: readonly [number, number]; readonly up: boolean }
  | { readonly kind: "key"; readonly code: number };

const anyPoint = fc.tuple(fc.integer({ min: 0, max: WIDTH - 1 }), fc.integer({ min: 0, max: HEIGHT - 1 }));
const anyPath = fc.array(anyPoint, { minLength: 1, maxLength: 5 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("grab" as const), window: fc.nat({ max: 1 }), path: anyPath }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drag" as const), from: anyPoint, path: anyPath }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wheel" as const), at: anyPoint, up: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("key" as const),
      code: fc.constantFrom(Scancode.Enter, Scancode.Backspace, Scancode.Up, Scancode.Down, Scancode.Left, 0x1e, 0x32),
    }),
  },
);

async function takeStep(rig: SceneRig, shell: DesktopShell, step: Step): Promise<void> {
  if (step.kind === "key") return await rig.press(step.code);
  if (step.kind === "wheel") {
    await rig.point(...step.at, step.up ? PointerButton.WheelUp : PointerButton.WheelDown);
    return await rig.point(...step.at);
  }
  const window = shell.compositor.windows[step.kind === "grab" ? step.window : 0]!;
  if (!window.visible) {
    shell.compositor.raise(window);
    shell.taskbar.paint();
  }
  const [x, y] = step.kind === "grab" ? [window.titleBar.x + 12, window.titleBar.y + 8] : step.from;
  const from = [Math.max(0, Math.min(WIDTH - 1, x)), Math.max(0, Math.min(HEIGHT - 1, y))] as const;
  await rig.point(...from, PointerButton.Left);
  for (const at of step.path) await rig.point(...at, PointerButton.Left);
  await rig.point(...step.path.at(-1)!);
}

Deno.test("whatever is dragged, resized, typed and scrolled, the screen is as painted anew and viewers see it", async () => {
  const { rig, shell } = await bootDesktop();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (steps) => {
        for (const step of steps) {
          await takeStep(rig, shell, step);
          assertEqualsFullRedraw(rig, shell);
        }
        rig.assertWatcherSeesGuest();
      }),
      { numRuns: 60 },
    );
    assert.ok(rig.copies.length > 50, "windows are moved by copies");
  } finally {
    await rig.close();
  }
});

/** The part of the picture in `area` as a canvas of its own paints it. */
function assertShowsText(rig: SceneRig, x: number, y: number, text: string): void {
  const width = text.length * 8;
  const bytes = new Uint8Array(width * 16 * 4);
  const memory = {
    bytes,
    fill32: (offset: number, count: number, value: number) => {
      new Uint32Array(bytes.buffer, offset, count).fill(value);
    },
    writeBytes: (offset: number, row: Uint8Array) => bytes.set(row, offset),
  };
  drawText(new Canvas(memory, { width, height: 16, strideBytes: width * 4 }), 0, 0, text, {
    colour: Theme.ink,
    background: Theme.paper,
  });
  const expected = new Uint32Array(bytes.buffer);
  const { colours } = rig;
  for (let row = 0; row < 16; row++) {
    const start = (y + row) * WIDTH + x;
    const shown = colours.subarray(start, start + width);
    assert.deepEqual(shown, expected.subarray(row * width, row * width + width), `row ${row} of ${text}`);
  }
}

function windowCalled(shell: DesktopShell, title: string): DesktopWindow {
  const window = shell.compositor.windows.find((candidate) => candidate.title === title);
  assert.ok(window !== undefined);
  return window;
}

Deno.test("every printable ASCII character that is typed appears in the field, and Backspace takes it away", async () => {
  const { rig, shell } = await bootDesktop();
  const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 0x20 + i));
  const { column, row } = shell.notes.caretCell;
  assert.equal(column, 0);
  const { columns } = shell.notes.grid;
  await rig.type(ascii);
  const top = shell.notes.caretCell.row - Math.floor(ascii.length / columns);
  assert.ok(top <= row);
  const { x, y } = shell.notes.grid;
  for (let start = 0; start < ascii.length; start += columns) {
    const part = ascii.slice(start, start + columns);
    // Without the caret's own cell, behind the last character.
    assertShowsText(rig, x, y + (top + start / columns) * 16, part);
  }
  const empty = rig.colours;
  await rig.type("a");
  assert.notEqual(firstDifference(empty, rig.colours), undefined);
  await rig.press(Scancode.Backspace);
  const bounds = differenceBounds(empty, rig.colours, WIDTH);
  assert.ok(containsRect(windowCalled(shell, "Input").frame, bounds), "nothing but the key display is different");
  await rig.close();
});

Deno.test("Enter in the last row scrolls the field by a blit", async () => {
  const { rig, shell } = await bootDesktop();
  await rig.type("\n".repeat(shell.notes.grid.rows));
  rig.display.refresh();
  rig.copies.length = 0;
  await rig.type("\n");
  const { x, y, columns, rows } = shell.notes.grid;
  assert.deepEqual(rig.copies, [rect(x, y, (columns + 1) * 8, (rows - 1) * 16)]);
  assertEqualsFullRedraw(rig, shell);
  rig.assertWatcherSeesGuest();
  await rig.close();
});

Deno.test("a drag by the title bar moves the window by one copy of what can be seen of it", async () => {
  const { rig, shell } = await bootDesktop();
  const window = windowCalled(shell, "Notes");
  const { frame } = window;
  await rig.point(frame.x + 40, frame.y + 10, PointerButton.Left);
  rig.copies.length = 0;
  await rig.point(frame.x + 57, frame.y + 3, PointerButton.Left);
  assert.deepEqual(window.frame, rect(frame.x + 17, frame.y - 7, frame.width, frame.height));
  assert.equal(rig.copies.length, 1);
  assert.equal(rig.copies[0]!.x, frame.x + 17);
  await rig.point(frame.x + 57, frame.y + 3);
  await rig.point(frame.x + 90, frame.y + 90);
  assert.deepEqual(window.frame.x, frame.x + 17, "a released window stays");
  rig.assertWatcherSeesGuest();
  await rig.close();
});

Deno.test("a click raises the window under the pointer, the taskbar puts it away and an icon brings it back", async () => {
  const { rig, shell } = await bootDesktop();
  const { compositor } = shell;
  const input = windowCalled(shell, "Input");
  assert.equal(compositor.focused?.title, "Notes");
  const notes = windowCalled(shell, "Notes").titleBar;
  await rig.point(notes.x + 20, notes.y + 4, PointerButton.Left);
  await rig.point(notes.x + 20, notes.y + 250, PointerButton.Left);
  await rig.point(notes.x + 20, notes.y + 250);
  const { x, y, width } = input.titleBar;
  await rig.point(x + width - 40, y + 4, PointerButton.Left);
  await rig.point(x + width - 40, y + 4);
  assert.equal(compositor.focused, input);
  const button = findButton(shell, input);
  await rig.point(...button, PointerButton.Left);
  await rig.point(...button);
  assert.equal(input.visible, false);
  assertEqualsFullRedraw(rig, shell);
  await rig.point(33, 120, PointerButton.Left);
  assert.equal(input.visible, true);
  assert.equal(compositor.focused, input);
  assertEqualsFullRedraw(rig, shell);
  await rig.close();
});

function findButton(shell: DesktopShell, window: DesktopWindow): [number, number] {
  const { area } = shell.taskbar;
  for (let x = area.x; x < area.x + area.width; x++) {
    if (shell.taskbar.buttonAt(x, area.y + 12) === window) return [x + 4, area.y + 12];
  }
  assert.fail("the window has no button");
}

Deno.test("the pointer's shape tells what it is over", async () => {
  const { rig, shell } = await bootDesktop();
  const { frame, titleBar, inside, minimizeButton } = windowCalled(shell, "Notes");
  const right = frame.x + frame.width - 1;
  const bottom = frame.y + frame.height - 1;
  const places: readonly (readonly [number, number, CursorName])[] = [
    [titleBar.x + 5, titleBar.y + 5, "move"],
    [inside.x + 30, inside.y + 30, "text"],
    [minimizeButton.x + 3, minimizeButton.y + 3, "hand"],
    [right, frame.y + 60, "resizeHorizontal"],
    [frame.x + 60, bottom, "resizeVertical"],
    [right, bottom, "resizeDiagonal"],
    [WIDTH - 3, 3, "arrow"],
    [33, 40, "hand"],
  ];
  for (const [x, y, name] of places) {
    await rig.point(x, y);
    assert.deepEqual(rig.cursor, cursorShape(name), `${name} at ${x}, ${y}`);
  }
  await rig.close();
});

Deno.test("the clock paints only the digits that change", async () => {
  let nowMs = new Date(2026, 4, 6, 13, 9, 58, 750).getTime();
  const { rig, shell } = await bootDesktop({ still: false, nowMs: () => nowMs });
  const { x, y } = shell.taskbar.clockArea;
  const before = rig.colours;
  nowMs += 1_000;
  rig.clock.advance(250);
  assert.equal(formatClock(nowMs), "13:09:59");
  const second = rig.colours;
  const bounds = differenceBounds(before, second, WIDTH);
  assert.ok(containsRect(rect(x + 56, y, 8, 16), bounds), "8 -> 9 is one digit");
  assert.ok(bounds.width > 0);
  nowMs += 1_000;
  rig.clock.advance(500);
  rig.clock.advance(500);
  const notes = windowCalled(shell, "Notes").frame;
  const changed = differenceBounds(second, rig.colours, WIDTH);
  assert.ok(changed.y >= notes.y, "the clock and the caret");
  assertEqualsFullRedraw(rig, shell);
  await rig.close();
  assert.equal(rig.clock.timerCount, 0);
});

Deno.test("the caret blinks while nobody types", async () => {
  const { rig, shell } = await bootDesktop({ still: false, nowMs: () => 0 });
  const { x, y } = shell.notes.grid;
  const { column, row } = shell.notes.caretCell;
  const cell = rect(x + column * 8, y + row * 16, 8, 16);
  const shown = rig.colours;
  rig.clock.advance(540);
  const bounds = differenceBounds(shown, rig.colours, WIDTH);
  assert.ok(bounds.width > 0 && containsRect(cell, bounds));
  rig.clock.advance(540);
  assert.equal(firstDifference(shown, rig.colours), undefined);
  await rig.close();
});

Deno.test("a desktop that stands still is the same in every run and does not change by time or motion", async () => {
  const first = await SceneRig.boot(desktop({ still: true, width: WIDTH, height: HEIGHT }));
  const second = await SceneRig.boot(desktop({ still: true, width: WIDTH, height: HEIGHT }));
  const picture = first.colours;
  assert.equal(firstDifference(picture, second.colours), undefined);
  first.clock.advance(10_000);
  await first.point(5, 300);
  assert.equal(firstDifference(picture, first.colours), undefined);
  await first.close();
  await second.close();
});

Deno.test("the wheel scrolls the text under the pointer and typing brings the caret back into view", async () => {
  const { rig, shell } = await bootDesktop();
  await rig.type("ab\ncd\n".repeat(shell.notes.grid.rows));
  const { inside } = windowCalled(shell, "Notes");
  assert.ok(contains(inside, inside.x + 50, inside.y + 50));
  const rows = shell.notes.rowsInView;
  await rig.point(inside.x + 50, inside.y + 50, PointerButton.WheelUp);
  await rig.point(inside.x + 50, inside.y + 50);
  assert.notDeepEqual(shell.notes.rowsInView, rows);
  assert.ok(shell.notes.caretCell.row >= shell.notes.grid.rows);
  assertEqualsFullRedraw(rig, shell);
  await rig.type("x");
  assert.ok(shell.notes.caretCell.row < shell.notes.grid.rows);
  assertEqualsFullRedraw(rig, shell);
  await rig.close();
});

Deno.test("desktop refuses a screen too small for its windows", () => {
  assert.throws(() => desktop({ width: 399 }), UsageError);
  assert.throws(() => desktop({ height: 299 }), UsageError);
});
