import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_WEBSOCKET_FRAME_BYTES } from "../../lib/base/limits.ts";
import {
  CloseCode,
  closeCodeOf,
  closePayload,
  type FrameEvent,
  FrameReader,
  Opcode,
  WebSocketFrameError,
  writeServerFrame,
} from "../../lib/transport/websocket_frame.ts";
import { clientFrame, concat, type FrameOptions, serverFrames } from "./websocket_frames.ts";

function feedIn(pieceBytes: number, bytes: Uint8Array): FrameEvent[] {
  const reader = new FrameReader();
  const events: FrameEvent[] = [];
  const copy = bytes.slice();
  for (let i = 0; i < copy.length; i += pieceBytes) events.push(...reader.feed(copy.subarray(i, i + pieceBytes)));
  return events;
}

function dataOf(events: readonly FrameEvent[]): Uint8Array {
  return concat(events.flatMap((event) => event.kind === "data" ? [event.bytes] : []));
}

const payloads = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    fc.uint8Array({ minLength: 126, maxLength: 300 }),
  ),
  { maxLength: 6 },
);

Deno.test("FrameReader gives the payloads of a client's frames, whatever pieces they come in", () => {
  fc.assert(fc.property(payloads, fc.integer({ min: 1, max: 50 }), (parts, pieceBytes) => {
    const wire = concat(parts.map((part) => clientFrame(Opcode.Binary, part)));
    assert.deepEqual(dataOf(feedIn(pieceBytes, wire)), concat(parts));
  }));
});

Deno.test("FrameReader reads a long frame byte by byte", () => {
  const payload = new Uint8Array(70_000).map((_, i) => i);
  assert.deepEqual(dataOf(feedIn(1, clientFrame(Opcode.Binary, payload))), payload);
});

Deno.test("FrameReader joins fragments and lets control frames in between", () => {
  const wire = concat([
    clientFrame(Opcode.Binary, new Uint8Array([1]), { isFinal: false }),
    clientFrame(Opcode.Ping, new Uint8Array([9])),
    clientFrame(Opcode.Continuation, new Uint8Array([2]), { isFinal: false }),
    clientFrame(Opcode.Continuation, new Uint8Array([3])),
    clientFrame(Opcode.Binary, new Uint8Array([4])),
  ]);
  for (const pieceBytes of [1, 3, 100]) {
    const events = feedIn(pieceBytes, wire);
    assert.deepEqual(dataOf(events), new Uint8Array([1, 2, 3, 4]));
    assert.deepEqual(events.filter((event) => event.kind === "ping"), [{ kind: "ping", payload: new Uint8Array([9]) }]);
  }
});

Deno.test("FrameReader gives close and pong frames with their payload", () => {
  const wire = concat([clientFrame(Opcode.Pong, new Uint8Array(0)), clientFrame(Opcode.Close, closePayload(1001))]);
  const events = feedIn(1, wire);
  assert.deepEqual(events.map((event) => event.kind), ["pong", "close"]);
  assert.equal(closeCodeOf((events[1] as { payload: Uint8Array }).payload), 1001);
});

const WRONG: readonly (readonly [string, number, number, number, FrameOptions])[] = [
  ["that is not masked", Opcode.Binary, 5, CloseCode.ProtocolError, { isMasked: false }],
  ["with reserved bits", Opcode.Binary, 5, CloseCode.ProtocolError, { reservedBits: 0x40 }],
  ["of text", Opcode.Text, 5, CloseCode.UnsupportedData, {}],
  ["of an unknown data opcode", 3, 5, CloseCode.ProtocolError, {}],
  ["of an unknown control opcode", 11, 5, CloseCode.ProtocolError, {}],
  ["that continues nothing", Opcode.Continuation, 5, CloseCode.ProtocolError, {}],
  ["of control in fragments", Opcode.Ping, 5, CloseCode.ProtocolError, { isFinal: false }],
  ["of control over 125 bytes", Opcode.Ping, 126, CloseCode.ProtocolError, {}],
  ["over the cap", Opcode.Binary, 0, CloseCode.TooBig, { claimedBytes: BigInt(MAX_WEBSOCKET_FRAME_BYTES + 1) }],
  ["of 2^63 bytes", Opcode.Binary, 0, CloseCode.TooBig, { claimedBytes: 1n << 63n }],
];

for (const [what, opcode, length, closeCode, options] of WRONG) {
  Deno.test(`FrameReader refuses a frame ${what}`, () => {
    const wire = clientFrame(opcode, new Uint8Array(length), options);
    for (const pieceBytes of [1, wire.length]) {
      assert.throws(
        () => feedIn(pieceBytes, wire),
        (error) => error instanceof WebSocketFrameError && error.closeCode === closeCode,
      );
    }
  });
}

Deno.test("FrameReader refuses a new message inside a fragmented one", () => {
  const wire = concat([
    clientFrame(Opcode.Binary, new Uint8Array(1), { isFinal: false }),
    clientFrame(Opcode.Binary, new Uint8Array(1)),
  ]);
  assert.throws(() => feedIn(1, wire), WebSocketFrameError);
});

Deno.test("FrameReader gives events or a WebSocketFrameError for any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      for (const event of feedIn(7, bytes)) assert.ok(event.kind !== "data" || event.bytes.length > 0);
    } catch (error) {
      assert.ok(error instanceof WebSocketFrameError);
    }
  }));
});

Deno.test("writeServerFrame writes what a client reads, at every length of length", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    const payload = new Uint8Array(length).fill(7);
    assert.deepEqual(serverFrames(writeServerFrame(Opcode.Binary, payload)), [{ opcode: Opcode.Binary, payload }]);
  }
});

Deno.test("closePayload does not send the code that means none", () => {
  assert.equal(closePayload(CloseCode.NoStatus).length, 0);
  assert.equal(closeCodeOf(new Uint8Array(0)), CloseCode.NoStatus);
});
