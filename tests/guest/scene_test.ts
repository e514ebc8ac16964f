import assert from "node:assert/strict";
import { UsageError } from "../../lib/base/errors.ts";
import { loadScene } from "../../lib/guest/scene.ts";

async function withModule(name: string, source: string, use: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/${name}`, source);
    await use(`${directory}/${name}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("loadScene imports the default export of a module", async () => {
  await withModule("mine.ts", `export default { name: "mine" as string, start(): void {} };`, async (path) => {
    assert.equal((await loadScene(path)).name, "mine");
  });
});

Deno.test("loadScene takes JavaScript in a compiled executable and says why not TypeScript", async () => {
  await withModule("mine.js", `export default { name: "mine", start() {} };`, async (path) => {
    assert.equal((await loadScene(path, true)).name, "mine");
  });
  await assert.rejects(loadScene("demo.ts", true), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^Cannot load scene demo\.ts: a compiled vncd imports JavaScript only/);
    return true;
  });
});

Deno.test("loadScene refuses a module that exports something else", async () => {
  for (const source of ["export const x = 1;", "export default 7;", `export default { name: "x" };`]) {
    await withModule("other.js", source, async (path) => {
      await assert.rejects(loadScene(path), /default export is not a scene/);
    });
  }
});

Deno.test("loadScene says what is wrong with a file that cannot be imported", async () => {
  await assert.rejects(loadScene("/nowhere/none.js"), UsageError);
  await withModule("broken.js", "export default {", async (path) => {
    await assert.rejects(loadScene(path), UsageError);
  });
});

Deno.test("loadScene names a file that is not there, and the place of what cannot be parsed, in one line", async () => {
  await assert.rejects(
    loadScene("/nowhere/none.js"),
    /^UsageError: Cannot load scene .*none\.js: there is no such file$/,
  );
  await withModule("broken.js", "export default {", async (path) => {
    await assert.rejects(loadScene(path), /: SyntaxError: [^\n]*broken\.js:1:\d+$/);
  });
});
