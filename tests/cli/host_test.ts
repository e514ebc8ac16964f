import assert from "node:assert/strict";
import { needsPeer, PeerProcess } from "../helpers/peers.ts";

const SCRIPT = new URL("./host_script.ts", import.meta.url).pathname;

function hostScript(part: string): PeerProcess {
  return new PeerProcess(Deno.execPath(), ["run", "--quiet", "-A", "--no-check", SCRIPT, part]);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`the first ${signal} is a request, the second one ends the process`, async () => {
    await using process = hostScript("stop");
    await process.waitForOutput(/waiting\n/);
    process.kill(signal);
    await process.waitForOutput(/requested: undefined\n/);
    process.kill(signal);
    assert.equal(await process.exit(), 130);
  });
}

Deno.test("an error that nobody caught is a request to stop", async () => {
  await using process = hostScript("uncaught");
  assert.equal(await process.exit(), 0);
  assert.equal(process.output, "requested: Error: nobody caught me\n");
});

Deno.test("nobody is asked where there is no terminal", async () => {
  await using process = hostScript("secret");
  assert.equal(await process.exit(), 0);
  assert.equal(process.output, "interactive: false\n");
});

Deno.test({
  name: "a reader of stdout that goes away is no reason to die",
  async fn() {
    const command = `${Deno.execPath()} run --quiet -A --no-check ${SCRIPT} flood | head -n 1`;
    await using process = new PeerProcess("bash", ["-c", `set -o pipefail; ${command}`]);
    assert.equal(await process.exit(), 0);
    assert.match(process.output, /alive/);
  },
});

Deno.test({
  name: "a secret is read from the terminal without being shown",
  ...needsPeer("script"),
  async fn() {
    const command = `${Deno.execPath()} run --quiet -A --no-check ${SCRIPT} secret`;
    const child = new Deno.Command("script", {
      args: ["-qefc", command, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const keys = child.stdin.getWriter();
    let shown = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (!shown.includes("Password: ") && (shown + chunk).includes("Password: ")) {
        await keys.write(new TextEncoder().encode("gehx\x7feim \u00fc\r"));
      }
      shown += chunk;
    }
    await keys.close().catch(() => {});
    assert.equal((await child.status).code, 0);
    assert.equal(shown.replaceAll("\r", ""), 'interactive: true\nPassword: \nsecret: "geheim ü"\n');
  },
});
