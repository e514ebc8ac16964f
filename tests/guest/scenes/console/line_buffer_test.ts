import assert from "node:assert/strict";
import { MAX_CONSOLE_HISTORY, MAX_CONSOLE_LINE_CHARACTERS } from "../../../../lib/base/limits.ts";
import type { GuestKeyEvent } from "../../../../lib/guest/firmware/key_event.ts";
import { LineBuffer } from "../../../../lib/guest/scenes/console/line_buffer.ts";

function key(name: string, control = false): GuestKeyEvent {
  const event = { keycode: 1, down: true, repeat: false, name, shift: false, control, alt: false };
  const locks = { capsLock: false, numLock: false };
  return name.length === 1 && !control ? { ...event, ...locks, character: name } : { ...event, ...locks };
}

function typed(text: string, line = new LineBuffer()): LineBuffer {
  for (const character of text) line.press(key(character));
  return line;
}

function press(line: LineBuffer, ...names: string[]): LineBuffer {
  for (const name of names) line.press(key(name.replace("^", ""), name.startsWith("^")));
  return line;
}

Deno.test("characters go in at the cursor", () => {
  const line = press(typed("helo"), "ArrowLeft");
  typed("l", line);
  assert.equal(line.text, "hello");
  assert.equal(line.position, 4);
});

Deno.test("Backspace and Delete take the character on their side of the cursor, and none at the ends", () => {
  const line = press(typed("abcd"), "Home", "Delete", "Backspace", "End", "Backspace", "Delete");
  assert.equal(line.text, "bc");
});

Deno.test("control keys move and erase as a shell's do", () => {
  assert.equal(press(typed("one two three"), "^w").text, "one two ");
  assert.equal(press(typed("one two"), "^a", "^k").text, "");
  assert.equal(press(typed("one two"), "ArrowLeft", "^u").text, "o");
  assert.equal(press(typed("one two"), "^ArrowLeft").position, 4);
  assert.equal(press(typed("one two"), "Home", "^ArrowRight").position, 3);
  assert.equal(press(typed("x"), "^ArrowLeft", "^ArrowLeft").position, 0);
});

Deno.test("the history goes back to the oldest line and forward to the draft", () => {
  const line = new LineBuffer();
  for (const text of ["first", "second"]) typed(text, line).take();
  typed("draft", line);
  assert.equal(press(line, "ArrowUp").text, "second");
  assert.equal(press(line, "ArrowUp", "ArrowUp", "ArrowUp").text, "first");
  assert.equal(press(line, "ArrowDown", "ArrowDown", "ArrowDown").text, "draft");
});

Deno.test("a line equal to the last and an empty one are not remembered", () => {
  const line = new LineBuffer();
  for (const text of ["a", "a", "", "  ", "b"]) typed(text, line).take();
  assert.deepEqual(line.history, ["a", "b"]);
});

Deno.test("the history keeps MAX_CONSOLE_HISTORY lines, the line MAX_CONSOLE_LINE_CHARACTERS characters", () => {
  const line = new LineBuffer();
  for (let index = 0; index <= MAX_CONSOLE_HISTORY; index++) typed(`${index}`, line).take();
  assert.equal(line.history.length, MAX_CONSOLE_HISTORY);
  assert.equal(line.history[0], "1");
  typed("x".repeat(MAX_CONSOLE_LINE_CHARACTERS + 5), line);
  assert.equal(line.text.length, MAX_CONSOLE_LINE_CHARACTERS);
});
