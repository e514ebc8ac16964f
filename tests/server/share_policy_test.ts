import assert from "node:assert/strict";
import { decideShare, SHARE_POLICIES } from "../../lib/server/share_policy.ts";

const SHARED = { shared: true };
const EXCLUSIVE = { shared: false };

Deno.test("every policy admits the first client that shares", () => {
  for (const policy of SHARE_POLICIES) {
    assert.deepEqual(decideShare(policy, true, []), { admitted: true, dropsOthers: false });
  }
});

Deno.test("allow-exclusive lets shared clients join each other", () => {
  assert.deepEqual(decideShare("allow-exclusive", true, [SHARED, SHARED]), { admitted: true, dropsOthers: false });
});

Deno.test("allow-exclusive drops the others for a client that does not share", () => {
  assert.deepEqual(decideShare("allow-exclusive", false, [SHARED, SHARED]), { admitted: true, dropsOthers: true });
  assert.deepEqual(decideShare("allow-exclusive", false, [EXCLUSIVE]), { admitted: true, dropsOthers: true });
  assert.deepEqual(decideShare("allow-exclusive", false, []), { admitted: true, dropsOthers: false });
});

Deno.test("allow-exclusive refuses to join a client that does not share", () => {
  assert.deepEqual(decideShare("allow-exclusive", true, [EXCLUSIVE]), {
    admitted: false,
    reason: "another client has exclusive access",
  });
});

Deno.test("force-shared refuses clients that do not share and drops nobody", () => {
  assert.equal(decideShare("force-shared", false, []).admitted, false);
  assert.equal(decideShare("force-shared", false, [SHARED]).admitted, false);
  assert.deepEqual(decideShare("force-shared", true, [SHARED]), { admitted: true, dropsOthers: false });
});

Deno.test("ignore admits everybody beside everybody", () => {
  for (const shared of [true, false]) {
    assert.deepEqual(decideShare("ignore", shared, [EXCLUSIVE, SHARED]), { admitted: true, dropsOthers: false });
  }
});
