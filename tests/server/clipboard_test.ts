import assert from "node:assert/strict";
import { errorMessage } from "../../lib/base/errors.ts";
import { MAX_CUT_TEXT_BYTES, THROTTLE_FLOOR_BYTES } from "../../lib/base/limits.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { parseServerCutText } from "../../lib/rfb/server_messages.ts";
import { Clipboard } from "../../lib/server/clipboard.ts";
import { OutputQueue } from "../../lib/server/output_queue.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeStream } from "../helpers/fake_stream.ts";

function makeClipboard(stream: FakeStream): { clipboard: Clipboard; output: OutputQueue } {
  const output = new OutputQueue(stream, {
    clock: new FakeClock(),
    onDrain: () => clipboard.onDrain(),
    onFailure: (error) => assert.fail(errorMessage(error)),
  });
  const clipboard = new Clipboard(output);
  return { clipboard, output };
}

Deno.test("a cut text goes out as Latin-1 with plain line ends", async () => {
  const stream = new FakeStream(Infinity);
  const { clipboard, output } = makeClipboard(stream);
  clipboard.sendCutText("zwölf\r\nBoxkämpfer €");
  await output.flushed();
  assert.equal(parseServerCutText(new ByteReader(stream.writes[0])), "zwölf\nBoxkämpfer ?");
});

Deno.test("a cut text over the cap is not sent", async () => {
  const stream = new FakeStream(Infinity);
  const { clipboard, output } = makeClipboard(stream);
  clipboard.sendCutText("a".repeat(MAX_CUT_TEXT_BYTES + 1));
  await output.flushed();
  assert.deepEqual(stream.writes, []);
  clipboard.sendCutText("a".repeat(MAX_CUT_TEXT_BYTES));
  await output.flushed();
  assert.equal(stream.bytesTaken, 8 + MAX_CUT_TEXT_BYTES);
});

Deno.test("while the client takes nothing only the latest cut text waits for it", async () => {
  const stream = new FakeStream(0);
  const { clipboard, output } = makeClipboard(stream);
  output.send(new Uint8Array(THROTTLE_FLOOR_BYTES));
  for (let i = 0; i < 100; i++) clipboard.sendCutText(`text ${i}`);
  assert.equal(output.bytesPending, THROTTLE_FLOOR_BYTES);
  await settle();
  stream.take(Infinity);
  await settle();
  await output.flushed();
  assert.equal(parseServerCutText(new ByteReader(stream.writes.at(-1))), "text 99");
  assert.equal(stream.bytesTaken, THROTTLE_FLOOR_BYTES + 8 + "text 99".length);
});
