/** Latin-1 text, as cut texts are sent (RFC 6143 §7.5.6). The web's "latin1" decoder is windows-1252 and will not do. */

const PIECE = 8_192;

/** One character a byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return text;
}

/** One byte a character; what Latin-1 does not have becomes "?". */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, latin1Code);
}

function latin1Code(character: string): number {
  const code = character.codePointAt(0) ?? 0x3f;
  return code < 0x100 ? code : 0x3f;
}
