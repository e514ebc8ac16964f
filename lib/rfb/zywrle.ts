/** What both ends of ZYWRLE have to agree on without a word (facts of libvncserver, libvncclient, UltraVNC and QEMU). */

/** Levels of the wavelet transform. */
export type ZywrleDepth = 1 | 2 | 3;

/**
 * How deep raw tiles are transformed for a client that asked for a quality level: 3 below 3, 2 below 6, else 1. A fine
 * quality says nothing of it. With level 9, or none, libvncserver and UltraVNC transform them all the same; QEMU sends
 * ZRLE instead, as everybody reads it, and so does vncd (docs/protocol.md).
 */
export function zywrleDepth(qualityLevel: number | undefined): ZywrleDepth {
  if (qualityLevel === undefined || qualityLevel >= 6) return 1;
  return qualityLevel < 3 ? 3 : 2;
}
