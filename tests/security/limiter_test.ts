import assert from "node:assert/strict";
import { AUTH_ADDRESSES, AUTH_BLOCK_MAX_MS, AUTH_BLOCK_MS, AUTH_FAILURES_FREE } from "../../lib/base/limits.ts";
import { AuthLimiter, hostOf, limiterKey } from "../../lib/security/limiter.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

function fail(limiter: AuthLimiter, key: string, times: number): void {
  for (let i = 0; i < times; i++) limiter.onFailure(key);
}

Deno.test("the first failures cost nothing, the next one makes the address wait", () => {
  const limiter = new AuthLimiter(new FakeClock());
  fail(limiter, "a", AUTH_FAILURES_FREE - 1);
  assert.equal(limiter.waitMs("a"), 0);
  limiter.onFailure("a");
  assert.equal(limiter.waitMs("a"), AUTH_BLOCK_MS);
});

Deno.test("the wait runs out, doubles with each further failure, and ends at the longest", () => {
  const clock = new FakeClock();
  const limiter = new AuthLimiter(clock);
  fail(limiter, "a", AUTH_FAILURES_FREE);
  clock.advance(AUTH_BLOCK_MS - 1);
  assert.equal(limiter.waitMs("a"), 1);
  clock.advance(1);
  assert.equal(limiter.waitMs("a"), 0);
  limiter.onFailure("a");
  assert.equal(limiter.waitMs("a"), 2 * AUTH_BLOCK_MS);
  fail(limiter, "a", 2_000);
  assert.equal(limiter.waitMs("a"), AUTH_BLOCK_MAX_MS);
});

Deno.test("one address does not wait for another, and a success starts afresh", () => {
  const limiter = new AuthLimiter(new FakeClock());
  fail(limiter, "a", AUTH_FAILURES_FREE);
  assert.equal(limiter.waitMs("b"), 0);
  limiter.onSuccess("a");
  assert.equal(limiter.waitMs("a"), 0);
  fail(limiter, "a", AUTH_FAILURES_FREE - 1);
  assert.equal(limiter.waitMs("a"), 0);
});

Deno.test("the limiter remembers so many addresses and forgets the one that failed longest ago", () => {
  const limiter = new AuthLimiter(new FakeClock());
  fail(limiter, "first", AUTH_FAILURES_FREE);
  fail(limiter, "second", AUTH_FAILURES_FREE);
  limiter.onFailure("first");
  for (let i = 0; i < AUTH_ADDRESSES - 1; i++) limiter.onFailure(`other ${i}`);
  assert.equal(limiter.size, AUTH_ADDRESSES);
  assert.equal(limiter.waitMs("second"), 0);
  assert.notEqual(limiter.waitMs("first"), 0);
});

Deno.test("hostOf takes the port off", () => {
  const hosts = {
    "127.0.0.1:53211": "127.0.0.1",
    "10.0.0.1::80": "10.0.0.1",
    "[::1]:5900": "::1",
    "unix": "unix",
    "memory": "memory",
  };
  for (const [address, host] of Object.entries(hosts)) assert.equal(hostOf(address), host);
});

Deno.test("limiterKey tells transports apart and ports not", () => {
  assert.equal(limiterKey("tcp", "127.0.0.1:1"), limiterKey("tcp", "127.0.0.1:2"));
  assert.notEqual(limiterKey("tcp", "127.0.0.1:1"), limiterKey("websocket", "127.0.0.1:1"));
  assert.notEqual(limiterKey("tcp", "127.0.0.1:1"), limiterKey("tcp", "127.0.0.2:1"));
});

Deno.test("limiterKey puts the addresses of an IPv6 subscriber together", () => {
  const same = ["[2001:db8:0:7::1]:1", "[2001:db8::7:0:0:0:2]:1", "[2001:DB8:0:7:1:2:3:4]:1"];
  for (const address of same) assert.equal(limiterKey("tcp", address), "tcp 2001:db8:0:7::/64", address);
  assert.equal(limiterKey("tcp", "[2001:db8:0:8::1]:1"), "tcp 2001:db8:0:8::/64");
  assert.equal(limiterKey("tcp", "[::ffff:10.0.0.1]:1"), "tcp 10.0.0.1");
});
