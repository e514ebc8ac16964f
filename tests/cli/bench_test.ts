import assert from "node:assert/strict";
import { ConnectionError, TimeoutError } from "../../lib/base/errors.ts";
import { CliRig } from "./cli_rig.ts";

Deno.test("bench prints a table on stdout, and what was not measured on stderr", async () => {
  const rig = new CliRig();
  assert.equal(await rig.run("bench", "host:0"), 0);
  assert.deepEqual(rig.out, [
    "encoding           updates/s  first byte   last byte       bytes       ratio",
    "ZRLE (16)               35.7     12.3 ms     28.1 ms       12346        99.5",
  ]);
  assert.deepEqual(rig.errors, [
    'vncd: measuring "far" (640x480)',
    "vncd: not measured: Hextile (5): it answers in Raw (0)",
  ]);
});

Deno.test("bench --json prints a line for the server and one for each encoding", async () => {
  const rig = new CliRig();
  assert.equal(await rig.run("bench", "host:0", "--json"), 0);
  const events = rig.out.map((line) => JSON.parse(line)).map(({ time, ...event }) => (assert(time), event));
  assert.deepEqual(events, [
    { event: "measuring", name: "far", width: 640, height: 480 },
    {
      event: "measured",
      name: "ZRLE (16)",
      encoding: 16,
      updates: 7,
      updatesPerSecond: 35.71,
      firstByteMs: 12.34,
      lastByteMs: 28.06,
      bytesPerUpdate: 12_345.6,
      ratioToRaw: 99.53,
    },
    { event: "unanswered", name: "Hextile (5)", encoding: 5, reason: "it answers in Raw (0)" },
  ]);
});

Deno.test("bench hands its flags to the library", async () => {
  const rig = new CliRig();
  rig.environment.VNC_PASSWORD = "secret";
  const flags = ["--encodings", "zrle,Tight", "--updates", "50", "--seconds", "250ms", "--compress", "2"];
  assert.equal(await rig.run("bench", "unix:/run/v", ...flags, "--quality", "8"), 0);
  const [call] = rig.calls;
  assert(call?.verb === "bench");
  const { encodings, updates, durationMs, compressLevel, qualityLevel, password } = call.options;
  assert.equal(call.server, "unix:/run/v");
  assert.deepEqual({ encodings, updates, durationMs, compressLevel, qualityLevel, password }, {
    encodings: [16, 7],
    updates: 50,
    durationMs: 250,
    compressLevel: 2,
    qualityLevel: 8,
    password: "secret",
  });
});

Deno.test("bench asks for a password when the server does, where somebody can be asked", async () => {
  const rig = new CliRig();
  [rig.isInteractive, rig.secret] = [true, "typed"];
  await rig.run("bench", "host:0");
  const { password } = rig.calls[0]!.options as { password: () => Promise<string> };
  assert.equal(await password(), "typed");
  assert.equal(rig.errors.at(-1), "Password for host:0: ");
});

for (
  const [failure, code] of [[new ConnectionError("Cannot connect", "connect"), 10], [
    new TimeoutError("x"),
    40,
  ]] as const
) {
  Deno.test(`bench exits with ${code} for a ${failure.name}`, async () => {
    const rig = new CliRig();
    rig.failure = failure;
    assert.equal(await rig.run("bench", "host:0"), code);
    assert.deepEqual(rig.out, []);
  });
}

Deno.test("a signal ends the measuring", async () => {
  const rig = new CliRig();
  const running = rig.run("bench", "host:0");
  await rig.started;
  const { signal } = rig.calls[0]!.options as { signal: AbortSignal };
  rig.stop.resolve(undefined);
  await running;
  assert.match(String(signal.reason), /^ConnectionError: Cannot measure host:0: stopped before it began$/);
});
