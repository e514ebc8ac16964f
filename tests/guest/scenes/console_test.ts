import assert from "node:assert/strict";
import { consoleScene } from "../../../lib/guest/scenes/console.ts";
import { settle } from "../../helpers/fake_clock.ts";
import { advanceUntil, attributeAt, hardwareCursor, pressFast, screenRows, typeFast } from "../text_rig.ts";
import { Scancode, SceneRig } from "./scene_rig.ts";

const PROMPT = "vncd$";
const DATE = new Date(Date.UTC(2026, 10, 21, 12, 34, 56));

/** Runs `use` at the console's first prompt. */
async function atPrompt(use: (rig: SceneRig) => Promise<void>): Promise<void> {
  const rig = await SceneRig.boot(consoleScene({ date: () => DATE }));
  await advanceUntil(rig, () => screenRows(rig.machine).includes(PROMPT));
  await use(rig);
  await rig.close();
}

/** The rows from the last prompt with a command on it to the end. */
function answerOf(rig: SceneRig): string[] {
  const rows = screenRows(rig.machine);
  while (rows.at(-1) === "") rows.pop();
  const prompt = rows.findLastIndex((row) => row.startsWith(`${PROMPT} `));
  return rows.slice(prompt);
}

Deno.test("the console counts its memory and names the devices it found", async () => {
  const rig = await SceneRig.boot(consoleScene());
  assert.ok(!screenRows(rig.machine).includes(PROMPT));
  await advanceUntil(rig, () => screenRows(rig.machine).includes(PROMPT));
  const rows = screenRows(rig.machine);
  assert.match(rows[0]!, /^ vncd /);
  assert.equal(attributeAt(rig.machine, 0, 0), 0x1f);
  for (
    const line of [
      /^Video memory +4096 KiB OK$/,
      /^VBE +Bochs extension b0c5/,
      /^Keyboard +PS\/2, id ab/,
      /^Tablet +abs/,
    ]
  ) {
    assert.ok(rows.some((row) => line.test(row)), `${line} is not on the screen`);
  }
  assert.ok(!rows.some((row) => row.includes("not found")));
  await rig.close();
});

Deno.test("keys typed during the self test are there at the prompt", async () => {
  const rig = await SceneRig.boot(consoleScene());
  await typeFast(rig, "echo early\n");
  await advanceUntil(rig, () => screenRows(rig.machine).includes("early"));
  await rig.close();
});

Deno.test("every printable character typed is echoed", async () => {
  await atPrompt(async (rig) => {
    const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");
    await typeFast(rig, printable.slice(0, 60));
    assert.equal(answerOf(rig)[0], `${PROMPT} ${printable.slice(0, 60)}`);
    await pressFast(rig, Scancode.Backspace, 60);
    await typeFast(rig, printable.slice(60));
    assert.equal(answerOf(rig)[0], `${PROMPT} ${printable.slice(60)}`);
  });
});

Deno.test("help lists every command, help of one that one", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "help\n");
    const listed = screenRows(rig.machine).map((row) => row.match(/^ {2}([a-z]+) /)?.[1]).filter((name) =>
      name !== undefined
    );
    for (const name of ["help", "mem", "ver", "date", "mode", "clear", "echo", "color", "cursor", "reboot"]) {
      assert.ok(listed.includes(name), `${name} is not listed`);
    }
    await typeFast(rig, "clear\nhelp mode\n");
    assert.equal(screenRows(rig.machine).filter((row) => row.startsWith("  ")).length, 1);
  });
});

Deno.test("an unknown command is answered as a shell does", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "frobnicate now\n");
    assert.deepEqual(answerOf(rig), [`${PROMPT} frobnicate now`, "frobnicate: command not found, try help", PROMPT]);
    await typeFast(rig, "\n");
    assert.deepEqual(screenRows(rig.machine).filter((row) => row.startsWith(PROMPT)).length, 3);
  });
});

Deno.test("echo, date, ver and mem answer", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, 'echo one "two  three"\n');
    assert.deepEqual(answerOf(rig).slice(1), ["one two  three", PROMPT]);
    await typeFast(rig, "date\n");
    assert.deepEqual(answerOf(rig).slice(1), ["Sat, 21 Nov 2026 12:34:56 GMT", PROMPT]);
    await typeFast(rig, "ver\n");
    assert.match(answerOf(rig)[1]!, /^vncd console/);
    await typeFast(rig, "mem\n");
    assert.ok(answerOf(rig).some((row) => /4096 KiB {2}video memory$/.test(row)));
  });
});

Deno.test("the line can be edited in the middle, and the cursor is where it says", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "eco hi");
    await pressFast(rig, Scancode.Left, 4);
    await typeFast(rig, "h");
    const row = screenRows(rig.machine).findLastIndex((text) => text.startsWith(PROMPT));
    assert.equal(screenRows(rig.machine)[row], `${PROMPT} echo hi`);
    assert.deepEqual(hardwareCursor(rig.machine), [PROMPT.length + 1 + 3, row]);
    await pressFast(rig, Scancode.Delete);
    await pressFast(rig, Scancode.Backspace);
    assert.equal(screenRows(rig.machine)[row], `${PROMPT} ec hi`);
  });
});

Deno.test("the history comes back with the arrows", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "echo first\necho second\n");
    await pressFast(rig, Scancode.Up);
    await pressFast(rig, Scancode.Up);
    assert.equal(answerOf(rig)[0], `${PROMPT} echo first`);
    await pressFast(rig, Scancode.Down);
    assert.equal(answerOf(rig)[0], `${PROMPT} echo second`);
    await typeFast(rig, "!\n");
    assert.deepEqual(answerOf(rig), [`${PROMPT} echo second!`, "second!", PROMPT]);
    await typeFast(rig, "history\n");
    assert.ok(answerOf(rig).includes("   3  echo second!"));
  });
});

Deno.test("a line longer than the screen wraps, scrolls and shrinks again", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "\n".repeat(24));
    assert.deepEqual(hardwareCursor(rig.machine), [6, 24]);
    await typeFast(rig, "abcdefghij".repeat(16));
    const rows = screenRows(rig.machine);
    assert.deepEqual(rows.slice(22).join(""), `${PROMPT} ${"abcdefghij".repeat(16)}`);
    assert.deepEqual(hardwareCursor(rig.machine), [6, 24]);
    await pressFast(rig, Scancode.Backspace, 100);
    assert.deepEqual(screenRows(rig.machine).slice(22), [`${PROMPT} ${"abcdefghij".repeat(6)}`, "", ""]);
    assert.deepEqual(hardwareCursor(rig.machine), [66, 22]);
  });
});

Deno.test("output scrolls and the prompt stays on the screen", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "help\nhelp\nhelp\n");
    const rows = screenRows(rig.machine);
    assert.equal(rows[24], PROMPT);
    assert.match(rows[23]!, /^ {2}reboot/);
  });
});

Deno.test("Tab completes a command, Ctrl+C gives the line up, Ctrl+L clears the screen and keeps the line", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "ec");
    await pressFast(rig, 0x0f);
    assert.equal(hardwareCursor(rig.machine)[0], `${PROMPT} echo `.length);
    rig.machine.input.putKeycode(0x1d, true);
    await pressFast(rig, 0x26);
    rig.machine.input.putKeycode(0x1d, false);
    await settle();
    assert.equal(screenRows(rig.machine)[0], `${PROMPT} echo`);
    rig.machine.input.putKeycode(0x1d, true);
    await pressFast(rig, 0x2e);
    rig.machine.input.putKeycode(0x1d, false);
    await settle();
    assert.deepEqual(screenRows(rig.machine).slice(0, 2), [`${PROMPT} echo ^C`, PROMPT]);
    await typeFast(rig, "c");
    await pressFast(rig, 0x0f);
    assert.deepEqual(screenRows(rig.machine).slice(1, 4), [
      `${PROMPT} c`,
      "clear  color  cursor  chars",
      `${PROMPT} c`,
    ]);
  });
});

Deno.test("mode shows a picture of that size until a key is pressed, then the screen is as it was", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "cursor block\ncolor white blue\nmode 640x480x16\n");
    rig.display.refresh();
    assert.deepEqual([rig.display.width, rig.display.height], [640, 480]);
    const { colours } = rig;
    assert.equal(colours[0], 0xffffff);
    assert.equal(colours[10 * 640 + 639], 0xffffff);
    assert.equal(colours[10 * 640 + 120], 0xffff00, "the second bar is yellow");
    assert.equal(new Set(colours).size > 50, true);
    await pressFast(rig, Scancode.LeftShift);
    assert.equal(rig.display.width, 640);
    await typeFast(rig, "x");
    rig.display.refresh();
    assert.deepEqual([rig.display.width, rig.display.height], [720, 400]);
    assert.deepEqual(answerOf(rig), [`${PROMPT} mode 640x480x16`, PROMPT]);
    assert.equal(attributeAt(rig.machine, 0, 3), 0x1f);
  });
});

Deno.test("a mode that cannot be set is refused in words", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "mode 4000x4000\n");
    assert.match(answerOf(rig)[1]!, /^mode: Cannot set mode 4000x4000x32: it takes 64000000 bytes/);
    await typeFast(rig, "mode big\n");
    assert.match(answerOf(rig)[1]!, /^mode: big: a mode is text, or like 800x600/);
    await typeFast(rig, "mode text\n");
    assert.deepEqual(screenRows(rig.machine).slice(0, 2), [PROMPT, ""]);
  });
});

Deno.test("color recolours the screen and refuses what is no colour", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "color yellow 1\n");
    assert.equal(attributeAt(rig.machine, 40, 12), 0x1e);
    await typeFast(rig, "color pink\n");
    assert.match(answerOf(rig)[1]!, /^color: pink: colours are/);
    assert.equal(attributeAt(rig.machine, 40, 12), 0x1e);
  });
});

Deno.test("keys shows presses and releases until Escape", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "clear\nkeys\n");
    await pressFast(rig, Scancode.Up);
    await pressFast(rig, 0x01);
    const rows = screenRows(rig.machine);
    assert.ok(rows.includes("down  e0 48  ArrowUp"));
    assert.ok(rows.includes("up    e0 48  ArrowUp"));
    await typeFast(rig, "echo back\n");
    assert.ok(screenRows(rig.machine).includes("back"));
  });
});

Deno.test("dump shows the text memory it stands in", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "clear\ndump\n");
    assert.match(answerOf(rig)[1]!, /^ {2}b8000 {2}76 0a 6e 0a 63 0a 64 0a 24 0a 20 0a 64 07 75 07/);
    await typeFast(rig, "dump 1234\n");
    assert.match(answerOf(rig)[1]!, /^dump: 1234: addresses are/);
  });
});

Deno.test("reboot runs the self test again", async () => {
  await atPrompt(async (rig) => {
    await typeFast(rig, "echo marker\nreboot\n");
    await advanceUntil(rig, () => !screenRows(rig.machine).includes("marker"));
    await advanceUntil(rig, () => screenRows(rig.machine).includes(PROMPT));
    assert.match(screenRows(rig.machine)[0]!, /^ vncd /);
    await typeFast(rig, "echo again\n");
    assert.ok(screenRows(rig.machine).includes("again"));
  });
});

Deno.test("a watcher of the console sees what the guest painted", async () => {
  await atPrompt(async (rig) => {
    rig.assertWatcherSeesGuest();
    await typeFast(rig, "help\nmode 320x200x8\n");
    rig.assertWatcherSeesGuest();
    await typeFast(rig, " ");
    rig.assertWatcherSeesGuest();
  });
});
