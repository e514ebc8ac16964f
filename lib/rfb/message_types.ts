/** Message type numbers, the direction in the name (RFC 6143 §7.5, §7.6). */

/** First byte of a message from a client. */
export const ClientMessageType = {
  SetPixelFormat: 0,
  SetEncodings: 2,
  FramebufferUpdateRequest: 3,
  KeyEvent: 4,
  PointerEvent: 5,
  ClientCutText: 6,
  QEMU: 255,
} as const;

/** First byte of a message from a server. */
export const ServerMessageType = {
  FramebufferUpdate: 0,
  SetColourMapEntries: 1,
  Bell: 2,
  ServerCutText: 3,
} as const;

/** Second byte of a {@link ClientMessageType.QEMU} message. */
export const QEMUClientMessageType = { ExtendedKeyEvent: 0, Audio: 1 } as const;

/** Security types (RFC 6143 §7.1.2). */
export const SecurityType = { Invalid: 0, None: 1, VncAuth: 2 } as const;

/** One number of {@link SecurityType}. */
export type SecurityType = typeof SecurityType[keyof typeof SecurityType];

/** SecurityResult (RFC 6143 §7.1.3). */
export const SecurityResult = { OK: 0, Failed: 1 } as const;

/** Name and number of a security type, for people. */
export function securityTypeName(type: number): string {
  const name = Object.entries(SecurityType).find(([, number]) => number === type)?.[0];
  return name === undefined ? `unknown (${type})` : `${name} (${type})`;
}
