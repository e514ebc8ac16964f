/** CopyRect (RFC 6143 §7.7.2): pixels the client has already, elsewhere. */

import { Encoding } from "../rfb/encodings.ts";
import type { CopiedRect } from "./job.ts";
import type { UpdateBuffer } from "./update_buffer.ts";

/** Writes a CopyRect rect. */
export function encodeCopyRect(update: UpdateBuffer, { destination, dx, dy }: CopiedRect): void {
  update.beginRect(destination, Encoding.CopyRect);
  update.u16(destination.x - dx);
  update.u16(destination.y - dy);
}
