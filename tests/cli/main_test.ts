import assert from "node:assert/strict";
import { ConnectionError, RecordingError } from "../../lib/base/errors.ts";
import { CliRig } from "./cli_rig.ts";

async function fails(args: string[], code: number, ...lines: RegExp[]): Promise<void> {
  const rig = new CliRig();
  assert.equal(await rig.run(...args), code);
  assert.deepEqual(rig.calls, []);
  assert.equal(rig.errors.length, lines.length, rig.errors.join("\n"));
  lines.forEach((line, i) => assert.match(rig.errors[i] ?? "", line));
}

Deno.test("--version prints the version", async () => {
  const rig = new CliRig();
  assert.equal(await rig.run("--version"), 0);
  assert.deepEqual(rig.out, ["vncd 1.2.3"]);
});

for (const args of [["--help"], ["serve", "--help"], ["record", "--help"], ["replay", "--help"], ["bench", "--help"]]) {
  Deno.test(`${args.join(" ")} has examples, on stdout`, async () => {
    const rig = new CliRig();
    assert.equal(await rig.run(...args), 0);
    assert.deepEqual(rig.errors, []);
    const text = rig.out.join("\n");
    assert.match(text, /^Usage: vncd/);
    assert.match(text, /\nExamples:\n {2}vncd /);
  });
}

Deno.test("without a verb the help is shown, and it is an error", async () => {
  const rig = new CliRig();
  assert.equal(await rig.run(), 2);
  assert.match(rig.errors.join("\n"), /^Usage: vncd/);
});

const WRONG: readonly (readonly [string[], RegExp, RegExp])[] = [
  [["serv"], /unknown command 'serv' \(did you mean serve\?\)$/, /see vncd --help$/],
  [["--fps", "3"], /unknown option '--fps'$/, /see vncd --help$/],
  [["serve", "--fp", "3"], /unknown option '--fp' \(did you mean --fps\?\)$/, /see vncd serve --help$/],
  [["serve", "--fps"], /option '--fps <number>' argument missing$/, /see vncd serve --help$/],
  [["serve", "--fps", "x"], /Cannot use "x" for --fps: it is no whole number of 1 to 240$/, /see vncd serve --help$/],
  [["serve", "--share", "x"], /Cannot use "x" for --share: it is none of allow-exclusive, /, /see vncd serve --help$/],
  [["serve", "--lossy", "x"], /Cannot use "x" for --lossy: it is none of off, on, auto$/, /see vncd serve --help$/],
  [
    ["replay", "x", "--encoding-policy", "x"],
    /for --encoding-policy: it is none of best, qemu$/,
    /vncd replay --help$/,
  ],
  [["serve", "--keyboard", "de"], /Cannot use "de" for --keyboard: it is none of en-us$/, /see vncd serve --help$/],
  [["serve", "--password", "x"], /unknown option '--password'/, /see vncd serve --help$/],
  [["serve", "a", "b"], /too many arguments for 'serve', expected 1 argument but got 2/, /see vncd serve --help$/],
  [["record"], /missing required argument 'file'$/, /see vncd record --help$/],
  [["replay", "x", "--start", "1:30"], /Cannot read the time "1:30": /, /see vncd replay --help$/],
  [["replay", "x", "--speed", "0"], /Cannot use "0" for --speed: /, /see vncd replay --help$/],
  [["bench"], /missing required argument 'server'$/, /see vncd bench --help$/],
  [
    ["bench", ":0", "--encodings", "raw,x"],
    /Cannot use "x" for --encodings: it is none of raw, /,
    /vncd bench --help$/,
  ],
  [["bench", ":0", "--encodings", "copyrect"], /Cannot use "copyrect" for --encodings: /, /vncd bench --help$/],
  [["bench", ":0", "--quality", "10"], /it is no whole number of 0 to 9$/, /see vncd bench --help$/],
  [["bench", ":0", "--seconds", "1:0"], /Cannot read the time "1:0": /, /see vncd bench --help$/],
  [["serve", "--listen", "5900"], /Cannot read the address "5900": /, /see vncd serve --help$/],
];

for (const [args, sentence, hint] of WRONG) {
  Deno.test(`vncd ${args.join(" ")} exits with 2, a sentence and a hint`, () => fails(args, 2, sentence, hint));
}

Deno.test("every error begins with the program's name and is one line without a full stop", async () => {
  for (const [args] of WRONG) {
    const rig = new CliRig();
    await rig.run(...args);
    for (const line of rig.errors) assert.match(line, /^vncd: [^\n]*[^.\n]$/);
  }
});

Deno.test("serve hands its flags to the library", async () => {
  const rig = new CliRig();
  const flags = ["--listen", ":1", "--listen", "unix:/run/v", "--web", ":7", "--fps", "30", "--share", "ignore"];
  const more = ["--connections", "3", "--view-only", "--no-synthesize-modifiers", "--insecure"];
  const picture = ["--lossy", "on", "--no-adaptive", "--encoding-policy", "qemu"];
  const origin = ["--allow-origin", "https://a.example"];
  assert.equal(await rig.runAndStop("serve", "console", ...flags, ...more, ...picture, ...origin), 0);
  const { logger, ...options } = rig.calls[0]!.options;
  assert.equal(logger?.level, "info");
  assert.deepEqual(options, {
    scene: "console",
    listen: [":1", "unix:/run/v"],
    web: ":7",
    allowedOrigins: ["https://a.example"],
    fps: 30,
    share: "ignore",
    maxConnections: 3,
    viewOnly: true,
    lossy: "on",
    adaptive: false,
    encodingPolicy: "qemu",
    password: undefined,
    layout: "en-us",
    synthesizeModifiers: false,
    insecure: true,
  });
});

Deno.test("serve without flags is display 0 of this machine, for viewers and browsers", async () => {
  const rig = new CliRig();
  assert.equal(await rig.runAndStop("serve"), 0);
  const { scene, listen, web, insecure, synthesizeModifiers } = rig.calls[0]!.options as Record<string, unknown>;
  assert.deepEqual({ scene, listen, web, insecure, synthesizeModifiers }, {
    scene: undefined,
    listen: ["127.0.0.1:0"],
    web: "127.0.0.1:0",
    insecure: false,
    synthesizeModifiers: true,
  });
});

Deno.test("the picture is left to the library unless a flag says otherwise", async () => {
  for (const verb of [["serve"], ["replay", "x.rfb"], ["record", "x.rfb"]]) {
    for (const [flags, adaptive] of [[[], undefined], [["--adaptive"], true], [["--no-adaptive"], false]] as const) {
      const rig = new CliRig();
      await rig.runAndStop(...verb, ...flags);
      const { lossy, encodingPolicy, ...options } = rig.calls[0]!.options as Record<string, unknown>;
      assert.deepEqual([lossy, encodingPolicy, options.adaptive], [undefined, undefined, adaptive], verb.join());
    }
  }
});

Deno.test("flags about the picture mean nothing where another server's session is recorded", async () => {
  for (const flags of [["--lossy", "on"], ["--no-adaptive"], ["--encoding-policy", "qemu"]]) {
    const rig = new CliRig();
    assert.equal(await rig.run("record", "x.rfb", "host:0", ...flags), 2);
    assert.match(rig.errors[0]!, /^vncd: Cannot use --[a-z-]+ with a server: /);
  }
});

const WEB_PORTS: readonly (readonly [string[], string | undefined])[] = [
  [["--listen", ":3"], "127.0.0.1:3"],
  [["--listen", "host:5903"], "127.0.0.1:3"],
  [["--listen", "127.0.0.1::0"], "127.0.0.1::0"],
  [["--listen", "host::80"], "127.0.0.1:0"],
  [["--listen", "unix:/run/v"], "127.0.0.1:0"],
  [["--no-web"], undefined],
];

for (const [flags, web] of WEB_PORTS) {
  Deno.test(`with ${flags.join(" ")} the page is at ${web ?? "no port"}`, async () => {
    const rig = new CliRig();
    await rig.runAndStop("serve", ...flags);
    assert.equal((rig.calls[0]!.options as { web?: string }).web, web);
  });
}

Deno.test("serve says where it serves, once and on stderr, and stops what it started", async () => {
  const rig = new CliRig();
  await rig.runAndStop("serve");
  assert.deepEqual(rig.errors, [
    'vncd: serving "desktop" on vnc://127.0.0.1:5900, unix:/run/vnc.sock and http://127.0.0.1:5700',
  ]);
  assert.deepEqual(rig.out, []);
  assert.equal(rig.stops, 1);
});

Deno.test("--json prints events as lines of JSON on stdout", async () => {
  const rig = new CliRig();
  const running = rig.run("serve", "--json");
  await rig.started;
  await Promise.resolve();
  rig.service.emit("connected", { id: 1, address: "a\nb" });
  rig.service.emit("disconnected", { id: 1, address: "a\nb", reason: "gone" });
  rig.stop.resolve(undefined);
  assert.equal(await running, 0);
  const events = rig.out.map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ time, ...rest }) => (assert.ok(Date.parse(time) > 0), rest)), [
    {
      event: "serving",
      name: "desktop",
      addresses: ["127.0.0.1:5900", "unix:/run/vnc.sock"],
      web: "http://127.0.0.1:5700/",
    },
    { event: "connected", id: 1, address: "a\nb" },
    { event: "disconnected", id: 1, address: "a\nb", reason: "gone" },
  ]);
});

Deno.test("an error of the library is one sentence, its code the exit code", async () => {
  const rig = new CliRig();
  rig.failure = new ConnectionError("Cannot listen on 127.0.0.1:5900: the address is already in use", "connect");
  assert.equal(await rig.run("serve", "--json"), 10);
  assert.deepEqual(rig.errors, ["vncd: Cannot listen on 127.0.0.1:5900: the address is already in use"]);
  const { time: _, ...event } = JSON.parse(rig.out[0] ?? "");
  assert.deepEqual(event, { event: "error", message: rig.failure.message, exitCode: 10 });
});

Deno.test("only --log-level debug shows where an error comes from", async () => {
  for (const level of ["info", "debug"]) {
    const rig = new CliRig();
    rig.failure = new TypeError("oops\x1b[2J");
    assert.equal(await rig.run("serve", "--log-level", level), 1);
    assert.equal(rig.errors[0], "vncd: oops\\x1b[2J");
    assert.equal(/\n {4}at /.test(rig.errors[1] ?? ""), level === "debug");
  }
});

Deno.test("an error that nobody caught ends the service first, and exits with 1", async () => {
  const rig = new CliRig();
  const running = rig.run("serve");
  await rig.started;
  rig.stop.resolve(new TypeError("oops"));
  assert.equal(await running, 1);
  assert.equal(rig.stops, 1);
});

Deno.test("the password of the environment is the viewers' password", async () => {
  const rig = new CliRig();
  rig.environment.VNC_PASSWORD = "geheim";
  await rig.runAndStop("serve");
  assert.equal(rig.calls[0]!.options.password, "geheim");
});

Deno.test("record without a server serves the scene and says what it recorded", async () => {
  const rig = new CliRig();
  assert.equal(await rig.runAndStop("record", "s.rfb", "--scene", "console", "--overwrite"), 0);
  const options = rig.calls[0]!.options as Record<string, unknown>;
  assert.deepEqual([options.file, options.scene, options.server, options.overwrite], [
    "s.rfb",
    "console",
    undefined,
    true,
  ]);
  assert.deepEqual(rig.errors.slice(1), [
    'vncd: recording "far" (640x480) to s.rfb',
    "vncd: recorded 1.5 s, 12 messages, 34.5 kB to s.rfb",
  ]);
});

Deno.test("record of a server gives it the password, and serves nothing", async () => {
  const rig = new CliRig();
  rig.environment.VNC_PASSWORD = "geheim";
  assert.equal(await rig.runAndStop("record", "s.rfb", "host:1", "--on-disk-error", "stop"), 0);
  const call = rig.calls[0]!;
  assert(call.verb === "record");
  const { logger: _, signal, ...options } = call.options;
  assert.match(String(signal?.reason), /^ConnectionError: Cannot record host:1: stopped before it began$/);
  assert.deepEqual(options, {
    file: "s.rfb",
    overwrite: false,
    onDiskError: "stop",
    server: "host:1",
    serverPassword: "geheim",
  });
});

Deno.test("record asks for a password only when the server wants one and somebody is there", async () => {
  const rig = new CliRig();
  rig.isInteractive = true;
  rig.secret = "typed";
  await rig.runAndStop("record", "s.rfb", "host:1");
  const { serverPassword } = rig.calls[0]!.options as { serverPassword: () => Promise<string> };
  assert.ok(!rig.errors.includes("Password for host:1: "));
  assert.equal(await serverPassword(), "typed");
  assert.ok(rig.errors.includes("Password for host:1: "));
  const alone = new CliRig();
  await alone.runAndStop("record", "s.rfb", "host:1");
  assert.equal((alone.calls[0]!.options as Record<string, unknown>).serverPassword, undefined);
});

for (const flags of [["--listen", ":1"], ["--no-web"], ["--fps", "3"], ["--scene", "console"], ["--view-only"]]) {
  Deno.test(`record of a server refuses ${flags[0]}, which would do nothing`, () =>
    fails(
      ["record", "s.rfb", "host:1", ...flags],
      2,
      /Cannot use --[a-z-]+ with a server: /,
      /see vncd record --help$/,
    ));
}

Deno.test("record exits with what ended the session, after saying what it has", async () => {
  const rig = new CliRig();
  const running = rig.run("record", "s.rfb", "host:1", "--json");
  await rig.started;
  const error = new ConnectionError("Cannot go on with host: the server closed the connection", "lost");
  rig.recorded.resolve({ durationMs: 5, messages: 1, byteLength: 10, error });
  assert.equal(await running, 11);
  assert.match(rig.errors.at(-2) ?? "", /^vncd: recorded 0\.0 s, 1 messages, 0\.0 kB to s\.rfb$/);
  assert.equal(rig.errors.at(-1), `vncd: ${error.message}`);
  assert.deepEqual(rig.out.map((line) => JSON.parse(line).event), ["recording", "recorded", "error"]);
});

Deno.test("replay hands its times to the library", async () => {
  const rig = new CliRig();
  assert.equal(
    await rig.runAndStop("replay", "s.rfb", "--speed", "2.5", "--loop", "--start", "1m30s", "--idle-limit", "250ms"),
    0,
  );
  const { file, speed, loop, startMs, idleLimitMs } = rig.calls[0]!.options as Record<string, unknown>;
  assert.deepEqual([file, speed, loop, startMs, idleLimitMs], ["s.rfb", 2.5, true, 90_000, 250]);
  assert.match(rig.errors[0] ?? "", /^vncd: replaying "old desktop" on vnc:/);
});

Deno.test("replay of a recording that was cut off exits with 61, of a broken one with 60", async () => {
  const cut = new CliRig();
  cut.played.resolve({ durationMs: 2_000, truncated: true, stopped: false });
  assert.equal(await cut.runAndStop("replay", "s.rfb"), 61);
  assert.equal(cut.errors[1], "vncd: the recording ends after 2.0 s, where its tail was cut off");
  const broken = new CliRig();
  broken.played.reject(new RecordingError("Cannot read the recording: a block is too long", 7));
  assert.equal(await broken.runAndStop("replay", "s.rfb", "--json"), 60);
  assert.equal(JSON.parse(broken.out[1] ?? "").exitCode, 60);
});

Deno.test("replay that is stopped says nothing of an end", async () => {
  const rig = new CliRig();
  rig.played.resolve({ durationMs: 2_000, truncated: false, stopped: true });
  assert.equal(await rig.runAndStop("replay", "s.rfb"), 0);
  assert.equal(rig.errors.length, 1);
});

Deno.test("--json has an error as JSON even when the command line cannot be read", async () => {
  const rig = new CliRig();
  assert.equal(await rig.run("serve", "--fps", "0", "--json"), 2);
  const { event, exitCode } = JSON.parse(rig.out.join(""));
  assert.deepEqual([event, exitCode], ["error", 2]);
});
