/** VncAuth: a DES challenge over the first eight characters of a password (RFC 6143 §7.2.2). Weak by design of 1998. */

import des from "des.js";
import { VNC_AUTH_CHALLENGE_BYTES } from "../rfb/server_messages.ts";

/** Characters of a VncAuth password that count. */
export const VNC_AUTH_PASSWORD_BYTES = 8;

interface BlockCipher {
  update(data: Uint8Array): number[];
}

interface BlockCipherFactory {
  create(options: { type: "encrypt"; key: Uint8Array; padding: boolean }): BlockCipher;
}

const DES = des.DES as BlockCipherFactory;

/** The 16 bytes that prove knowledge of the password. Throws RangeError for a challenge of another length. */
export function vncAuthResponse(password: string, challenge: Uint8Array): Uint8Array<ArrayBuffer> {
  if (challenge.length !== VNC_AUTH_CHALLENGE_BYTES) {
    throw new RangeError(`Cannot answer a challenge of ${challenge.length} bytes: it has ${VNC_AUTH_CHALLENGE_BYTES}`);
  }
  const cipher = DES.create({ type: "encrypt", key: passwordKey(password), padding: false });
  return Uint8Array.from(cipher.update(challenge));
}

/** Whether a client's response is the right one, in a time that does not tell how much of it was right. */
export function verifyVncAuthResponse(password: string, challenge: Uint8Array, response: Uint8Array): boolean {
  return equalBytesConstantTime(vncAuthResponse(password, challenge), response);
}

/** Whether two byte strings are equal, in a time that depends on their lengths only. */
export function equalBytesConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** A fresh challenge from the system's random numbers; never use one twice [CVE-2002-1336]. */
export function vncAuthChallenge(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(VNC_AUTH_CHALLENGE_BYTES));
}

/** The DES key of a password: eight bytes, zero padded, the bits of each mirrored as the first VNC did. */
function passwordKey(password: string): Uint8Array {
  const key = new Uint8Array(VNC_AUTH_PASSWORD_BYTES);
  key.set(new TextEncoder().encode(password).subarray(0, VNC_AUTH_PASSWORD_BYTES));
  return key.map(mirrorBits);
}

function mirrorBits(byte: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit++) mirrored |= (byte >> bit & 1) << (7 - bit);
  return mirrored;
}
