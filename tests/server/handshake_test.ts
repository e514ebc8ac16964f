import assert from "node:assert/strict";
import { ProtocolError } from "../../lib/base/errors.ts";
import { AUTH_FAILURE_DELAY_MS, AUTH_FAILURES_FREE } from "../../lib/base/limits.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import type { ProtocolVersion } from "../../lib/rfb/client_messages.ts";
import { AuthLimiter } from "../../lib/security/limiter.ts";
import { vncAuthResponse } from "../../lib/security/vnc_auth.ts";
import { Handshake } from "../../lib/server/handshake.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const PASSWORD = "geheim";
const VERSIONS = ["3.3", "3.7", "3.8"] as const;
const NONE = 1;
const VNC_AUTH = 2;

/** A handshake, what it has sent, and how it ended. */
class Rig {
  readonly clock: FakeClock;
  readonly handshake: Handshake;
  readonly reader = new ByteReader();
  sent: number[] = [];
  refused: string | undefined;
  shared: boolean | undefined;

  constructor(
    password: string | undefined,
    options: { limiter?: AuthLimiter; clock?: FakeClock; refusal?: string } = {},
  ) {
    this.clock = options.clock ?? new FakeClock();
    this.handshake = new Handshake({
      password,
      limiter: options.limiter ?? new AuthLimiter(this.clock),
      limiterKey: "tcp 127.0.0.1",
      clock: this.clock,
      refusal: () => options.refusal,
      send: (bytes) => this.sent.push(...bytes),
      onRefused: (reason) => this.refused = reason,
      onClientInit: (shared) => this.shared = shared,
    });
    this.handshake.start();
    assert.equal(this.takeText(), "RFB 003.008\n");
  }

  receive(bytes: Iterable<number>): void {
    this.reader.append(Uint8Array.from(bytes));
    this.handshake.advance(this.reader);
  }

  say(version: string): void {
    this.receive(new TextEncoder().encode(`RFB ${version}\n`));
  }

  take(): number[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }

  takeText(): string {
    return String.fromCharCode(...this.take());
  }

  /** Up to the challenge, which is returned. */
  toChallenge(version: ProtocolVersion): Uint8Array {
    this.say(`00${version.replace(".", ".00")}`);
    if (version === "3.3") assert.deepEqual(this.sent.splice(0, 4), [0, 0, 0, VNC_AUTH]);
    else {
      assert.deepEqual(this.take(), [1, VNC_AUTH]);
      this.receive([VNC_AUTH]);
    }
    assert.equal(this.handshake.state, "awaiting-vnc-auth-response");
    assert.equal(this.sent.length, 16);
    return Uint8Array.from(this.take());
  }

  tryPassword(version: ProtocolVersion, password: string): void {
    this.receive(vncAuthResponse(password, this.toChallenge(version)));
  }

  /** What a client is told when security fails after a type was chosen. */
  assertFailed(version: ProtocolVersion, reason: RegExp): void {
    assert.deepEqual(this.sent, []);
    this.clock.advance(AUTH_FAILURE_DELAY_MS - 1);
    assert.deepEqual(this.sent, []);
    assert.equal(this.refused, undefined);
    this.clock.advance(1);
    const told = this.take();
    assert.deepEqual(told.slice(0, 4), [0, 0, 0, 1]);
    const text = String.fromCharCode(...told.slice(8));
    if (version === "3.8") assert.deepEqual([told[7], text], [21, "Authentication failed"]);
    else assert.equal(told.length, 4);
    assert.match(this.refused ?? "", reason);
    assert.equal(this.handshake.state, "refusing");
  }
}

Deno.test("without a password every dialect gets to ClientInit by None, and only 3.8 has a SecurityResult", () => {
  const expected = { "3.3": [0, 0, 0, NONE], "3.7": [], "3.8": [0, 0, 0, 0] };
  for (const version of VERSIONS) {
    const rig = new Rig(undefined);
    rig.say(`00${version.replace(".", ".00")}`);
    if (version !== "3.3") {
      assert.deepEqual(rig.take(), [1, NONE]);
      rig.receive([NONE]);
    }
    assert.deepEqual(rig.take(), expected[version]);
    assert.equal(rig.handshake.state, "awaiting-client-init");
    rig.receive([1]);
    assert.equal(rig.shared, true);
    assert.equal(rig.handshake.state, "done");
    assert.equal(rig.handshake.version, version);
  }
});

Deno.test("the right password gets to ClientInit in every dialect, after a SecurityResult", () => {
  for (const version of VERSIONS) {
    const rig = new Rig(PASSWORD);
    rig.tryPassword(version, PASSWORD);
    assert.deepEqual(rig.take(), [0, 0, 0, 0]);
    rig.receive([0]);
    assert.equal(rig.shared, false);
  }
});

Deno.test("a wrong password is told late and in general in every dialect", () => {
  for (const version of VERSIONS) {
    const rig = new Rig(PASSWORD);
    rig.tryPassword(version, "falsch");
    rig.assertFailed(version, /^wrong password$/);
    assert.equal(rig.shared, undefined);
  }
});

Deno.test("a security type that was not offered is refused, with and without a password", () => {
  for (const password of [undefined, PASSWORD]) {
    const offered = password === undefined ? NONE : VNC_AUTH;
    for (const version of ["3.7", "3.8"] as const) {
      for (const type of [0, 1, 2, 16, 19, 255].filter((type) => type !== offered)) {
        const rig = new Rig(password);
        rig.say(`003.00${version.at(-1)}`);
        assert.deepEqual(rig.take(), [1, offered]);
        rig.receive([type]);
        rig.assertFailed(version, /was not offered$/);
      }
    }
  }
});

Deno.test("a ClientInit in the same packet as a type that was not offered never lets the client in", () => {
  for (const version of ["3.7", "3.8"] as const) {
    const rig = new Rig(PASSWORD);
    rig.say(`003.00${version.at(-1)}`);
    rig.take();
    rig.receive([NONE, 1, 3, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
    assert.equal(rig.reader.available, 0);
    rig.assertFailed(version, /None \(1\) was not offered/);
    rig.receive([VNC_AUTH, ...new Uint8Array(16), 1]);
    assert.equal(rig.reader.available, 0);
    assert.equal(rig.shared, undefined);
    assert.deepEqual(rig.sent, []);
  }
});

Deno.test("a 3.3 client with early data after the dictated VncAuth gets no further than its response", () => {
  const rig = new Rig(PASSWORD);
  rig.toChallenge("3.3");
  rig.receive([...new Uint8Array(16), 1, 0, 0, 0]);
  rig.assertFailed("3.3", /wrong password/);
  assert.equal(rig.shared, undefined);
});

Deno.test("the whole handshake one byte at a time gives the same bytes", () => {
  const rig = new Rig(PASSWORD);
  for (const byte of new TextEncoder().encode("RFB 003.008\n")) rig.receive([byte]);
  assert.deepEqual(rig.take(), [1, VNC_AUTH]);
  rig.receive([VNC_AUTH]);
  const challenge = Uint8Array.from(rig.take());
  for (const byte of vncAuthResponse(PASSWORD, challenge)) {
    assert.deepEqual(rig.sent, []);
    rig.receive([byte]);
  }
  assert.deepEqual(rig.take(), [0, 0, 0, 0]);
  rig.receive([1]);
  assert.equal(rig.shared, true);
});

Deno.test("a challenge is new for every client, and is good for one response", () => {
  const first = new Rig(PASSWORD).toChallenge("3.8");
  const second = new Rig(PASSWORD);
  assert.notDeepEqual(first, second.toChallenge("3.8"));
  second.receive(vncAuthResponse(PASSWORD, first));
  second.assertFailed("3.8", /wrong password/);
});

Deno.test("Apple's client is let in by None without a SecurityResult and without a ClientInit", () => {
  const rig = new Rig(undefined);
  rig.say("003.889");
  rig.take();
  rig.receive([NONE]);
  assert.deepEqual(rig.take(), []);
  assert.equal(rig.shared, true);
});

Deno.test("Apple's client with a password is a client like any other", () => {
  const rig = new Rig(PASSWORD);
  rig.say("003.889");
  assert.deepEqual(rig.take(), [1, VNC_AUTH]);
  rig.receive([VNC_AUTH]);
  rig.receive(vncAuthResponse(PASSWORD, Uint8Array.from(rig.take())));
  assert.deepEqual(rig.take(), [0, 0, 0, 0]);
  assert.equal(rig.shared, undefined);
});

Deno.test("what is no version is a ProtocolError", () => {
  for (const garbage of ["GET / HTTP/1.1\r\n", "\x16\x03\x01\x02\x00\x01", "\0\0\0\0\0\0\0\0\0\0\0\0"]) {
    assert.throws(() => new Rig(undefined).receive(new TextEncoder().encode(garbage)), ProtocolError);
  }
});

Deno.test("a server that is full says so in the place of the security types", () => {
  const reason = [..."Too many connections"].map((character) => character.charCodeAt(0));
  const heads = { "3.3": [0, 0, 0, 0], "3.7": [0], "3.8": [0] };
  for (const version of VERSIONS) {
    const rig = new Rig(PASSWORD, { refusal: "Too many connections" });
    rig.say(`00${version.replace(".", ".00")}`);
    assert.deepEqual(rig.take(), [...heads[version], 0, 0, 0, reason.length, ...reason]);
    assert.equal(rig.refused, "Too many connections");
    rig.receive([VNC_AUTH, NONE, 1]);
    assert.deepEqual(rig.sent, []);
  }
});

Deno.test("after too many wrong passwords the address is refused without a challenge, and let in when it has waited", () => {
  const clock = new FakeClock();
  const limiter = new AuthLimiter(clock);
  for (let i = 0; i < AUTH_FAILURES_FREE; i++) {
    new Rig(PASSWORD, { clock, limiter }).tryPassword("3.8", "falsch");
  }
  for (const version of VERSIONS) {
    const refused = new Rig(PASSWORD, { clock, limiter });
    refused.say(`00${version.replace(".", ".00")}`);
    assert.match(refused.takeText(), /Too many authentication failures$/);
  }
  clock.advance(10_000);
  const rig = new Rig(PASSWORD, { clock, limiter });
  rig.tryPassword("3.8", PASSWORD);
  assert.deepEqual(rig.take(), [0, 0, 0, 0]);
  assert.equal(limiter.size, 0);
});

Deno.test("challenges that were handed out before the limit was reached are worth nothing after it", () => {
  const clock = new FakeClock();
  const limiter = new AuthLimiter(clock);
  const early = new Rig(PASSWORD, { clock, limiter });
  const challenge = early.toChallenge("3.8");
  for (let i = 0; i < AUTH_FAILURES_FREE; i++) {
    new Rig(PASSWORD, { clock, limiter }).tryPassword("3.8", "falsch");
  }
  early.receive(vncAuthResponse(PASSWORD, challenge));
  early.assertFailed("3.8", /too many/);
});

Deno.test("the limiter does not refuse clients that need no password", () => {
  const clock = new FakeClock();
  const limiter = new AuthLimiter(clock);
  for (let i = 0; i < AUTH_FAILURES_FREE; i++) limiter.onFailure("tcp 127.0.0.1");
  const rig = new Rig(undefined, { clock, limiter });
  rig.say("003.008");
  assert.deepEqual(rig.take(), [1, NONE]);
});

Deno.test("a handshake that has ended says nothing late", () => {
  const rig = new Rig(PASSWORD);
  rig.tryPassword("3.8", "falsch");
  rig.handshake.end();
  rig.clock.advance(AUTH_FAILURE_DELAY_MS);
  assert.deepEqual(rig.sent, []);
  assert.equal(rig.refused, undefined);
  assert.equal(rig.clock.timerCount, 0);
});
