import assert from "node:assert/strict";
import { ConnectionError } from "../../lib/base/errors.ts";
import type { Address } from "../../lib/transport/address.ts";
import type { ByteStream, Listener } from "../../lib/transport/byte_stream.ts";
import { connect } from "../../lib/transport/connect.ts";
import { listen } from "../../lib/transport/listener.ts";

const LOOPBACK: Address = { kind: "tcp", host: "127.0.0.1", port: 0 };

function says(sentence: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ConnectionError && error.stage === "connect" && sentence.test(error.message);
}

const folder = Deno.makeTempDirSync({ prefix: "vncd-listen-" });
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

function socketPath(): string {
  return `${Deno.makeTempDirSync({ dir: folder })}/vnc.sock`;
}

async function streamsUntilClosed(listener: Listener): Promise<ByteStream[]> {
  const streams: ByteStream[] = [];
  for await (const stream of listener) streams.push(stream);
  return streams;
}

/** A socket file without a server, as a killed one leaves it. */
function abandonSocket(path: string): void {
  const listener = Deno.listen({ transport: "unix", path: `${path}.0` });
  Deno.renameSync(`${path}.0`, path);
  listener.close();
  assert.ok(Deno.lstatSync(path).isSocket);
}

Deno.test("listen tells where it listens, and streams tell who came", async () => {
  const listener = await listen(LOOPBACK);
  assert.match(listener.address, /^127\.0\.0\.1:\d+$/);
  const near = await connect({ kind: "tcp", host: "127.0.0.1", port: listener.port as number });
  const far = (await listener[Symbol.asyncIterator]().next()).value as ByteStream;
  assert.equal(near.peerAddress, listener.address);
  assert.match(far.peerAddress, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual([near.kind, far.kind], ["tcp", "tcp"]);
  near.close();
  far.close();
  listener.close();
});

Deno.test("the streams of a listener end when it is closed", async () => {
  const listener = await listen(LOOPBACK);
  const streams = streamsUntilClosed(listener);
  listener.close();
  listener.close();
  assert.deepEqual(await streams, []);
});

Deno.test("listen says in a sentence that a port is taken", async () => {
  const listener = await listen(LOOPBACK);
  const taken: Address = { kind: "tcp", host: "127.0.0.1", port: listener.port as number };
  await assert.rejects(listen(taken), says(/^Cannot listen on 127\.0\.0\.1:\d+: the address is already in use$/));
  listener.close();
});

Deno.test("listen says in a sentence that an address is not this machine's", async () => {
  const foreign: Address = { kind: "tcp", host: "192.0.2.1", port: 0 };
  await assert.rejects(
    listen(foreign),
    says(/^Cannot listen on 192\.0\.2\.1::0: this machine has no such address$/),
  );
});

Deno.test("listen makes a unix socket and removes it on close", async () => {
  const path = socketPath();
  const listener = await listen({ kind: "unix", path });
  assert.equal(listener.address, `unix:${path}`);
  assert.equal(listener.port, undefined);
  listener.close();
  await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
});

Deno.test("listen replaces the socket file of a server that is gone", async () => {
  const path = socketPath();
  abandonSocket(path);
  const listener = await listen({ kind: "unix", path });
  const near = await connect({ kind: "unix", path });
  assert.equal(near.peerAddress, `unix:${path}`);
  near.close();
  listener.close();
});

Deno.test("listen leaves the socket of a living server alone", async () => {
  const path = socketPath();
  const listener = await listen({ kind: "unix", path });
  await assert.rejects(listen({ kind: "unix", path }), says(/: the address is already in use$/));
  const near = await connect({ kind: "unix", path });
  near.close();
  listener.close();
});

Deno.test("listen leaves a file alone that is not a socket", async () => {
  const path = socketPath();
  await Deno.writeTextFile(path, "mine");
  await assert.rejects(listen({ kind: "unix", path }), says(/: there is a file of that name that is not a socket$/));
  assert.equal(await Deno.readTextFile(path), "mine");
});

Deno.test("a path too long for a socket is refused in a sentence", async () => {
  const path = `/tmp/${"x".repeat(120)}`;
  const address: Address = { kind: "unix", path };
  await assert.rejects(listen(address), says(/: the path has 125 bytes and a socket's path may have 107$/));
  await assert.rejects(connect(address), says(/: the path has 125 bytes and a socket's path may have 107$/));
});

Deno.test("a directory that does not exist is named in a sentence", async () => {
  const address: Address = { kind: "unix", path: `${folder}/none/vnc.sock` };
  await assert.rejects(listen(address), says(/^Cannot listen on unix:.*: no such file or directory$/));
  await assert.rejects(connect(address), says(/^Cannot connect to unix:.*: no such file or directory$/));
});

Deno.test({
  name: "a listener out of descriptors says so once, and accepts again when there are some",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const script = new URL("./descriptor_exhaustion.ts", import.meta.url);
    const child = new Deno.Command("prlimit", {
      args: ["--nofile=64", Deno.execPath(), "run", "-A", "--quiet", script.href],
      stdout: "piped",
    });
    const { code, stdout } = await child.output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert.equal(code, 0);
    assert.deepEqual(lines.map((line) => line.replace(/127\.0\.0\.1:\d+/, "ADDRESS")), [
      "vncd: warn: cannot accept a connection on ADDRESS: too many open files; trying again",
      "vncd: accepting connections on ADDRESS again",
      "accepted 3",
    ]);
  },
});
