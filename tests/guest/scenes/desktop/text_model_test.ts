/** Text being edited, against one string with a position in it. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_FIELD_LINE_CHARACTERS, MAX_FIELD_LINES } from "../../../../lib/base/limits.ts";
import { breakRows, locateCaret, TextModel } from "../../../../lib/guest/scenes/desktop/text_model.ts";

type Edit = "Enter" | "Backspace" | "Delete" | "Left" | "Right" | string;

/** The same edits on one string. */
class StringModel {
  text = "";
  position = 0;

  edit(edit: Edit): void {
    const { text, position } = this;
    if (edit === "Left") this.position = Math.max(0, position - 1);
    else if (edit === "Right") this.position = Math.min(text.length, position + 1);
    else if (edit === "Delete") this.text = text.slice(0, position) + text.slice(position + 1);
    else if (edit === "Backspace") this.#replaceBefore(Math.max(0, position - 1), "");
    else this.#replaceBefore(position, edit === "Enter" ? "\n" : edit);
  }

  #replaceBefore(start: number, inserted: string): void {
    this.text = this.text.slice(0, start) + inserted + this.text.slice(this.position);
    this.position = start + inserted.length;
  }
}

function applyEdit(model: TextModel, edit: Edit): void {
  if (edit === "Left") model.moveBy(-1);
  else if (edit === "Right") model.moveBy(1);
  else if (edit === "Delete") model.deleteForward();
  else if (edit === "Backspace") model.backspace();
  else if (edit === "Enter") model.breakLine();
  else model.insert(edit);
}

const anyEdit = fc.constantFrom<Edit>("Enter", "Backspace", "Delete", "Left", "Right", "a", "B", " ", "~");

Deno.test("edits of lines are edits of the text they make up", () => {
  fc.assert(fc.property(fc.array(anyEdit, { maxLength: 60 }), (edits) => {
    const model = new TextModel();
    const plain = new StringModel();
    for (const edit of edits) {
      applyEdit(model, edit);
      plain.edit(edit);
      const { line, column } = model.caret;
      assert.equal(model.lines.join("\n"), plain.text);
      assert.equal(model.lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + column, plain.position);
    }
  }));
});

Deno.test("rows hold every character once and the caret is on one of them", () => {
  const anyText = fc.array(fc.constantFrom("a", "b", "\n"), { maxLength: 60 }).map((characters) => characters.join(""));
  fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 9 }), (text, columns) => {
    const model = new TextModel(text);
    const rows = breakRows(model.lines, columns);
    const joined = rows.map((row) => (row.start === 0 && row.line > 0 ? "\n" : "") + row.text).join("");
    assert.equal(joined, text);
    assert.ok(rows.every((row) => row.text.length <= columns));
    const { row, column } = locateCaret(rows, model.caret);
    assert.equal(row, rows.length - 1);
    assert.equal(column, rows[row]!.text.length);
  }));
});

Deno.test("moveTo goes to the nearest place there is", () => {
  const model = new TextModel("one\ntwo");
  model.moveTo(9, 9);
  assert.deepEqual(model.caret, { line: 1, column: 3 });
  model.moveTo(-1, -1);
  assert.deepEqual(model.caret, { line: 0, column: 0 });
});

Deno.test("a text that is full loses its oldest lines and says which; a line that is full takes no more", () => {
  const model = new TextModel(Array.from({ length: MAX_FIELD_LINES }, (_, i) => `line ${i}`).join("\n"));
  assert.deepEqual(model.breakLine(), ["line 0"]);
  assert.equal(model.lines.length, MAX_FIELD_LINES);
  assert.deepEqual(model.caret, { line: MAX_FIELD_LINES - 1, column: 0 });
  for (let i = 0; i <= MAX_FIELD_LINE_CHARACTERS; i++) model.insert("x");
  assert.equal(model.caret.column, MAX_FIELD_LINE_CHARACTERS);
});
