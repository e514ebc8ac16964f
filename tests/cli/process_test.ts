import assert from "node:assert/strict";
import { connectVnc } from "../../mod.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { freePort } from "../helpers/peers.ts";
import { inFolder } from "../helpers/sessions.ts";
import { spawnVncd, startVncd } from "../helpers/vncd.ts";

/** Runs a command line that does not serve; gives its exit code and what it printed. */
async function run(...args: string[]): Promise<{ code: number; output: string }> {
  await using process = spawnVncd(args);
  return { code: await process.exit(), output: process.output };
}

Deno.test("vncd serve tells where, lets viewers go at SIGTERM and exits with 0", async () => {
  await using vncd = await startVncd(["serve", "console"]);
  const viewer = await connectVnc(`127.0.0.1::${vncd.port}`);
  assert.equal(viewer.name, "console");
  vncd.kill("SIGTERM");
  assert.equal(await vncd.exit(), 0);
  await viewer.closed;
  assert.match(vncd.output, /^vncd: serving "console" on vnc:\/\/127\.0\.0\.1:\d+\n/);
});

Deno.test("vncd serve has the viewer page", async () => {
  await using vncd = await startVncd(["serve", "testcard", "--web", "127.0.0.1::0"]);
  const page = await fetch(vncd.webUrl ?? "");
  assert.match(await page.text(), /<title>vncd<\/title>/);
});

Deno.test("vncd serve on a port that is taken exits with 10 and a sentence", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, output } = await run("serve", "--no-web", "--listen", `127.0.0.1::${taken.addr.port}`);
  taken.close();
  assert.equal(code, 10);
  assert.match(output, /^vncd: Cannot listen on 127\.0\.0\.1:\d+: the address is already in use\n$/);
});

Deno.test("vncd serve does not open the machine to the network without a password", async () => {
  const { code, output } = await run("serve", "--no-web", "--listen", "0.0.0.0::0");
  assert.equal(code, 2);
  assert.match(
    output,
    /^vncd: Cannot serve on 0\.0\.0\.0::0 without a password: [^\n]+\nvncd: see vncd serve --help\n$/,
  );
});

Deno.test("vncd serve of no scene exits with 2", async () => {
  const { code, output } = await run("serve", "no-such-scene", "--listen", "127.0.0.1::0");
  assert.equal(code, 2);
  assert.match(output, /^vncd: Cannot serve "no-such-scene": /);
});

Deno.test("vncd record of nobody exits with 10", async () => {
  await inFolder(async (folder) => {
    const { code, output } = await run("record", `${folder}/s.rfb`, `127.0.0.1::${freePort()}`);
    assert.equal(code, 10);
    assert.match(output, /^vncd: Cannot connect to 127\.0\.0\.1:\d+: connection refused\n$/);
  });
});

Deno.test("vncd record needs the password that vncd serve was given", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/password`, "geheim\n");
    await using vncd = await startVncd(["serve", "testcard", "--password-file", `${folder}/password`]);
    const server = `127.0.0.1::${vncd.port}`;
    const wrong = await run("record", `${folder}/wrong.rfb`, server, "--password-cmd", "echo falsch");
    assert.equal(wrong.code, 3, wrong.output);
    const none = await run("record", `${folder}/none.rfb`, server);
    assert.equal(none.code, 3, none.output);
    await using recorder = spawnVncd(["record", `${folder}/s.rfb`, server, "--password-cmd", "echo geheim"]);
    await recorder.waitForOutput(/recording "testcard" \(\d+x\d+\) to /);
    recorder.kill("SIGINT");
    assert.equal(await recorder.exit(), 0, recorder.output);
    checkFbs(await Deno.readFile(`${folder}/s.rfb`));
  });
});

Deno.test("vncd record of a server that is killed keeps what it has and exits with 11", async () => {
  await inFolder(async (folder) => {
    await using vncd = await startVncd(["serve", "testcard"]);
    await using recorder = spawnVncd(["record", `${folder}/s.rfb`, `127.0.0.1::${vncd.port}`]);
    await recorder.waitForOutput(/recording "testcard"/);
    vncd.kill("SIGKILL");
    assert.equal(await recorder.exit(), 11, recorder.output);
    assert.match(recorder.output, /vncd: recorded [\d.]+ s, \d+ messages, /);
    checkFbs(await Deno.readFile(`${folder}/s.rfb`));
  });
});

Deno.test("vncd record serves a scene while it records it, does not overwrite, and vncd replay shows it", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/s.rfb`;
    await using recorder = await startVncd(["record", file, "--scene", "testcard", "--json"]);
    const viewer = await connectVnc(`127.0.0.1::${recorder.port}`);
    viewer.requestUpdate(false);
    await viewer.nextUpdate();
    viewer.close();
    recorder.kill("SIGINT");
    assert.equal(await recorder.exit(), 0, recorder.output);
    assert.match(recorder.output, /\{"event":"recorded",/);

    const again = await run("record", file, "--listen", "127.0.0.1::0", "--no-web");
    assert.equal(again.code, 2);
    assert.match(again.output, /^vncd: Cannot record to ".*": it exists already\n/);

    await using replayer = await startVncd(["replay", file, "--speed", "max"]);
    const watcher = await connectVnc(`127.0.0.1::${replayer.port}`);
    watcher.requestUpdate(false);
    await watcher.nextUpdate();
    assert.equal(watcher.name, "testcard");
    watcher.close();
    await replayer.waitForOutput(/the recording ends after /);
    replayer.kill("SIGTERM");
    assert.equal(await replayer.exit(), 0, replayer.output);

    const bytes = await Deno.readFile(file);
    await Deno.writeFile(`${folder}/cut.rfb`, bytes.subarray(0, bytes.length - 10));
    await using cut = await startVncd(["replay", `${folder}/cut.rfb`, "--speed", "max"]);
    await cut.waitForOutput(/where its tail was cut off/);
    cut.kill("SIGTERM");
    assert.equal(await cut.exit(), 61, cut.output);
  });
});

Deno.test("vncd replay of no file exits with 62, of no recording with 60", async () => {
  await inFolder(async (folder) => {
    const missing = await run("replay", `${folder}/none.rfb`, "--no-web");
    assert.equal(missing.code, 62, missing.output);
    await Deno.writeTextFile(`${folder}/foreign.rfb`, "\x89PNG\r\n\x1a\n and so on and on and on");
    const foreign = await run("replay", `${folder}/foreign.rfb`, "--no-web");
    assert.equal(foreign.code, 60, foreign.output);
    for (const { output } of [missing, foreign]) assert.match(output, /^vncd: Cannot [^\n]+\n$/);
  });
});

Deno.test("vncd record of a server that says nothing leaves at the first SIGINT, with 10 and no file", async () => {
  await inFolder(async (folder) => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using recorder = spawnVncd(["record", `${folder}/s.rfb`, `127.0.0.1::${silent.addr.port}`]);
    using _connection = await silent.accept();
    recorder.kill("SIGINT");
    assert.equal(await recorder.exit(), 10, recorder.output);
    assert.match(recorder.output, /^vncd: Cannot record 127\.0\.0\.1::\d+: stopped before it began\n$/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});
