import assert from "node:assert/strict";
import { SessionPlayer } from "../../lib/session/player.ts";
import { SessionReader } from "../../lib/session/reader.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { FakeDisplay, inFolder } from "../helpers/sessions.ts";

const ROUNDS = 6;
const SCRIPT = new URL("../helpers/write_session_forever.ts", import.meta.url).pathname;

/** Starts a recorder and kills it after it has begun and `delayMs` have passed. */
async function recordAndKill(path: string, delayMs: number): Promise<void> {
  const args = ["run", "-A", "--no-check", "--quiet", SCRIPT, path];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill("SIGKILL");
  await output.cancel();
  await child.status;
}

Deno.test("a recording whose recorder was killed plays to its last whole message", async () => {
  await inFolder(async (folder) => {
    for (let round = 0; round < ROUNDS; round++) {
      const path = `${folder}/${round}.rfb`;
      await recordAndKill(path, Math.random() * 100);
      const { messages } = checkFbs(await Deno.readFile(path), { cut: true });
      assert.ok(messages > 0);
      using reader = await SessionReader.open(path);
      const display = new FakeDisplay();
      const { durationMs } = await new SessionPlayer(reader, display, { speed: Infinity }).play();
      assert.deepEqual([durationMs, display.colourAt(39, 29)], [messages, messages & 0xffffff]);
      const [start] = (await Deno.readTextFile(`${path}.idx`)).split("\n");
      assert.equal(JSON.parse(start!).kind, "start");
    }
  });
});
