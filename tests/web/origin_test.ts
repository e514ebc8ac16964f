import assert from "node:assert/strict";
import { parseAddress } from "../../lib/transport/address.ts";
import { type DoorPolicy, isHostAllowed, isOriginAllowed } from "../../lib/web/origin.ts";

function policy(address: string, ...allowedOrigins: string[]): DoorPolicy {
  return { address: parseAddress(address, 5700), allowedOrigins, machineName: "box" };
}

const LOOPBACK = policy("127.0.0.1:0");
const NETWORK = policy("0.0.0.0:0");

Deno.test("a door on loopback answers to loopback names, whatever the port", () => {
  for (const host of ["127.0.0.1:5700", "127.0.0.1", "localhost:8080", "LocalHost:5700", "[::1]:5700", "127.0.0.2"]) {
    assert.equal(isHostAllowed(host, LOOPBACK), true, host);
  }
});

Deno.test("a door on loopback does not answer to names that may have been rebound", () => {
  const hosts = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1:5700", "box", "", "a b"];
  for (const host of [...hosts, "127.0.0.1:5700:1", "127.0.0.1:x", "user@127.0.0.1", "[::1", undefined]) {
    assert.equal(isHostAllowed(host, LOOPBACK), false, host);
  }
});

Deno.test("a door on the network answers to IP addresses and the machine's name", () => {
  for (const host of ["10.0.0.1:5700", "[fe80::1]:5700", "box:5700", "BOX", "localhost"]) {
    assert.equal(isHostAllowed(host, NETWORK), true, host);
  }
  for (const host of ["evil.example", "box.evil.example"]) assert.equal(isHostAllowed(host, NETWORK), false, host);
});

Deno.test("a door answers to the name it was told to listen on, and to those of allowed origins", () => {
  assert.equal(isHostAllowed("vm.example:5700", policy("vm.example:0")), true);
  assert.equal(isHostAllowed("vnc.example", policy("127.0.0.1:0", "https://vnc.example")), true);
  assert.equal(isHostAllowed("other.example", policy("127.0.0.1:0", "https://vnc.example")), false);
});

Deno.test("a page of the door's own host may connect", () => {
  assert.equal(isOriginAllowed("http://127.0.0.1:5700", "127.0.0.1:5700", LOOPBACK), true);
  assert.equal(isOriginAllowed("HTTP://LocalHost:5700", "localhost:5700", LOOPBACK), true);
  assert.equal(isOriginAllowed("http://localhost", "localhost:80", LOOPBACK), true);
  assert.equal(isOriginAllowed("https://localhost", "localhost", LOOPBACK), true);
  assert.equal(isOriginAllowed("http://[::1]:5700", "[::1]:5700", LOOPBACK), true);
});

Deno.test("a program that is no browser may connect", () => {
  assert.equal(isOriginAllowed(undefined, "127.0.0.1:5700", LOOPBACK), true);
});

Deno.test("a page from elsewhere may not connect", () => {
  const origins = [
    "http://evil.example",
    "null",
    "",
    "http://127.0.0.1:5701",
    "http://127.0.0.1",
    "http://localhost:5700",
    "file://",
    "http://127.0.0.1:5700.evil.example",
    "http://evil.example/127.0.0.1:5700",
    "http://127.0.0.1:5700@evil.example",
    "chrome-extension://abcdef",
  ];
  for (const origin of origins) assert.equal(isOriginAllowed(origin, "127.0.0.1:5700", LOOPBACK), false, origin);
});

Deno.test("an allowed origin may connect, and only as it is written", () => {
  const door = policy("127.0.0.1:0", "https://vnc.example", "http://tools.example:8080");
  assert.equal(isOriginAllowed("https://vnc.example", "127.0.0.1:5700", door), true);
  assert.equal(isOriginAllowed("https://VNC.example:443", "127.0.0.1:5700", door), true);
  assert.equal(isOriginAllowed("http://tools.example:8080", "127.0.0.1:5700", door), true);
  for (const origin of ["http://vnc.example", "https://vnc.example:8443", "https://a.vnc.example", "null"]) {
    assert.equal(isOriginAllowed(origin, "127.0.0.1:5700", door), false, origin);
  }
});
