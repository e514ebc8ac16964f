/** The password files of vncpasswd: eight bytes, encrypted with a key that everybody knows. */

import des from "des.js";

interface BlockCipher {
  update(data: Uint8Array): number[];
  final(): number[];
}

const DES = des.DES as { create(options: { type: "decrypt"; key: Uint8Array; padding: boolean }): BlockCipher };

/** The key of all vncpasswd programs [d3des of the first VNC], its bits mirrored as VNC wants them. */
const FIXED_KEY = Uint8Array.of(0xe8, 0x4a, 0xd6, 0x60, 0xc4, 0x72, 0x1a, 0xe0);
const BLOCK_BYTES = 8;

/** Whether the bytes may be such a file: one block, or two with a second password for viewing only. */
export function isVncPasswd(bytes: Uint8Array): boolean {
  return bytes.length === BLOCK_BYTES || bytes.length === 2 * BLOCK_BYTES;
}

/** The (first) password in the file. */
export function readVncPasswd(bytes: Uint8Array): string {
  const cipher = DES.create({ type: "decrypt", key: FIXED_KEY, padding: false });
  // a decipher keeps the last block back
  const plain = Uint8Array.from([...cipher.update(bytes.subarray(0, BLOCK_BYTES)), ...cipher.final()]);
  const end = plain.indexOf(0);
  return new TextDecoder().decode(end < 0 ? plain : plain.subarray(0, end));
}
