import assert from "node:assert/strict";
import { MAX_HELD_KEYS } from "../../lib/base/limits.ts";
import { Display } from "../../lib/display/display.ts";
import { ClientInput } from "../../lib/server/client_input.ts";
import type { ClientInfo } from "../../lib/server/events.ts";

const CLIENT: ClientInfo = {
  id: 7,
  address: "memory",
  transport: "memory",
  version: "3.8",
  securityType: "None",
  shared: true,
  viewOnly: false,
};

function makeInput(): { input: ClientInput; events: string[] } {
  const events: string[] = [];
  const input = new ClientInput({
    display: new Display({ width: 16, height: 16 }),
    sink: undefined,
    client: CLIENT,
    emit: (name, ...details) => events.push(`${name} ${JSON.stringify(details)}`),
  });
  return { input, events };
}

Deno.test("release tells of every key that is still down, and only once", () => {
  const { input, events } = makeInput();
  input.onKeyEvent(0x61, true);
  input.onKeyEvent(0x61, true);
  input.onKeyEvent(0x62, true);
  input.onKeyEvent(0x62, false);
  input.onExtendedKeyEvent(0x63, 0x2e, true);
  events.length = 0;
  input.release();
  assert.equal(events.length, 2);
  assert(events[0]!.includes(`"keysym":97,"down":false`));
  assert(events[1]!.includes(`"keysym":99,"down":false,"keycode":46`));
  input.release();
  assert.equal(events.length, 2);
});

Deno.test("a client that presses ever new keys is not remembered without end", () => {
  const { input, events } = makeInput();
  for (let keysym = 0; keysym < 10 * MAX_HELD_KEYS; keysym++) input.onKeyEvent(keysym, true);
  assert.equal(events.length, 10 * MAX_HELD_KEYS);
  events.length = 0;
  input.release();
  assert.equal(events.length, MAX_HELD_KEYS);
});
