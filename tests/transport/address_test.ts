import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../lib/base/errors.ts";
import { type Address, formatAddress, isLoopback, parseAddress } from "../../lib/transport/address.ts";

function tcp(host: string, port: number): Address {
  return { kind: "tcp", host, port };
}

const EXAMPLES: readonly (readonly [string, Address])[] = [
  ["host", tcp("host", 5900)],
  ["host:0", tcp("host", 5900)],
  ["host:1", tcp("host", 5901)],
  ["host:99", tcp("host", 5999)],
  ["host:100", tcp("host", 100)],
  ["host:5901", tcp("host", 5901)],
  ["host::1", tcp("host", 1)],
  ["host::5901", tcp("host", 5901)],
  ["host::0", tcp("host", 0)],
  [":1", tcp("127.0.0.1", 5901)],
  ["::5902", tcp("127.0.0.1", 5902)],
  ["10.0.0.7:2", tcp("10.0.0.7", 5902)],
  ["[::1]", tcp("::1", 5900)],
  ["[::1]:1", tcp("::1", 5901)],
  ["[::1]::1", tcp("::1", 1)],
  ["[fe80::1%eth0]:2", tcp("fe80::1%eth0", 5902)],
  ["2001:db8::7", tcp("2001:db8::7", 5900)],
  ["vnc://host", tcp("host", 5900)],
  ["vnc://host/", tcp("host", 5900)],
  ["vnc://host:1", tcp("host", 1)],
  ["VNC://[::1]:5901/", tcp("::1", 5901)],
  ["unix:/run/vnc.sock", { kind: "unix", path: "/run/vnc.sock" }],
  ["unix:vnc.sock", { kind: "unix", path: "vnc.sock" }],
];

for (const [text, address] of EXAMPLES) {
  Deno.test(`parseAddress reads ${text}`, () => assert.deepEqual(parseAddress(text, 5900), address));
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  ["", /it is empty/],
  ["5901", /write :5901 or ::5901/],
  ["host:", /not a number/],
  ["host:x", /not a number/],
  ["host:-1", /not a number/],
  ["host:65536", /over 65535/],
  ["host::99999", /over 65535/],
  ["host:1:2", /write host:display/],
  ["[::1", /write host:display/],
  ["[host]:1", /not an IPv6 address/],
  ["[]:1", /not an IPv6 address/],
  ["a host:1", /space or a control character/],
  ["host:1\x1b[2J", /space or a control character/],
  ["unix:", /path is missing/],
  ["/run/vnc.sock", /unix:\/path/],
  ["http://host", /unix:\/path/],
  ["vnc://user@host", /names and passwords/],
  ["vnc://host::5900", /only vnc:/],
  ["vnc://host/path", /only vnc:/],
];

for (const [text, why] of WRONG) {
  Deno.test(`parseAddress refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseAddress(text, 5900), (error) => error instanceof UsageError && why.test(error.message));
  });
}

Deno.test("parseAddress takes displays from the default port on", () => {
  assert.deepEqual(parseAddress(":1", 5700), tcp("127.0.0.1", 5701));
  assert.deepEqual(parseAddress("127.0.0.1", 5700), tcp("127.0.0.1", 5700));
});

const hosts = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().filter((address) => URL.canParse(`http://[${address}]/`)),
);
const addresses: fc.Arbitrary<Address> = fc.oneof(
  fc.record({ kind: fc.constant("tcp" as const), host: hosts, port: fc.nat(65_535) }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("unix" as const), path: fc.stringMatching(/^[\w./:-]+$/) }, { noNullPrototype: true }),
);

Deno.test("parseAddress reads what formatAddress wrote, whatever the default port", () => {
  fc.assert(fc.property(addresses, fc.nat(60_000), (address, defaultPort) => {
    assert.deepEqual(parseAddress(formatAddress(address), defaultPort), address);
  }));
});

Deno.test("parseAddress gives an address or a UsageError of one line for any text", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w:.[\]/%]{0,12}$/)), (text) => {
    try {
      const address = parseAddress(text, 5900);
      if (address.kind === "tcp") assert.ok(address.port >= 0 && address.port <= 65_535 && address.host !== "");
    } catch (error) {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^Cannot read the address ".*": [^\n]+$/);
    }
  }));
});

Deno.test("isLoopback knows this machine's own addresses", () => {
  for (const text of [":1", "localhost:1", "LOCALHOST", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "unix:/x"]) {
    assert.equal(isLoopback(parseAddress(text, 5900)), true, text);
  }
  for (const text of ["0.0.0.0:1", "[::]:1", "host", "10.0.0.1", "127.example.org", "localhost.example.org"]) {
    assert.equal(isLoopback(parseAddress(text, 5900)), false, text);
  }
});
