import assert from "node:assert/strict";
import fc from "fast-check";
import {
  equalBytesConstantTime,
  verifyVncAuthResponse,
  vncAuthChallenge,
  vncAuthResponse,
} from "../../lib/security/vnc_auth.ts";

const COUNTING = Uint8Array.from({ length: 16 }, (_, i) => i);

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Expected values come from OpenSSL's des-ecb with the mirrored key.
Deno.test("vncAuthResponse is DES of the challenge under the mirrored password", () => {
  assert.equal(hex(vncAuthResponse("password", COUNTING)), "b866924125c8eebb9debc1db61c538e2");
  assert.equal(hex(vncAuthResponse("c", new Uint8Array(16))), "445f3409c6f2838d445f3409c6f2838d");
});

Deno.test("vncAuthResponse looks at eight characters only", () => {
  assert.deepEqual(vncAuthResponse("password", COUNTING), vncAuthResponse("password and more", COUNTING));
  assert.notDeepEqual(vncAuthResponse("passwor", COUNTING), vncAuthResponse("password", COUNTING));
});

Deno.test("vncAuthResponse refuses a challenge of another length", () => {
  assert.throws(() => vncAuthResponse("password", new Uint8Array(15)), RangeError);
});

Deno.test("verifyVncAuthResponse accepts the right response and no other", () => {
  const challenge = vncAuthChallenge();
  const response = vncAuthResponse("secret", challenge);
  assert.equal(verifyVncAuthResponse("secret", challenge, response), true);
  assert.equal(verifyVncAuthResponse("Secret", challenge, response), false);
  assert.equal(verifyVncAuthResponse("secret", challenge, response.subarray(0, 15)), false);
  for (let i = 0; i < response.length; i++) {
    const wrong = response.map((byte, at) => at === i ? byte ^ 0x80 : byte);
    assert.equal(verifyVncAuthResponse("secret", challenge, wrong), false);
  }
});

Deno.test("equalBytesConstantTime agrees with equality", () => {
  const bytes = fc.uint8Array({ maxLength: 6, max: 2 });
  fc.assert(fc.property(bytes, bytes, (a, b) => equalBytesConstantTime(a, b) === (hex(a) === hex(b))));
});

Deno.test("vncAuthChallenge never repeats", () => {
  const seen = new Set(Array.from({ length: 1_000 }, () => hex(vncAuthChallenge())));
  assert.equal(seen.size, 1_000);
});
