/** What an RFB client tells. */

import type { CursorImage } from "../decode/cursor.ts";
import type { ServerMessage } from "../decode/message_decoder.ts";
import type { UpdateInfo } from "./update_waiters.ts";

/** What a `VncClient` tells, and with what. */
export interface VncClientEvents {
  /** An update has been painted. */
  update: [info: UpdateInfo];
  /** The framebuffer has another size; `framebuffer` is a new one, black. */
  resize: [width: number, height: number];
  /** The server has sent a pointer shape (only with `localCursor`). */
  cursor: [image: CursorImage];
  /** The server rang. */
  bell: [];
  /** The server's clipboard. */
  cutText: [text: string];
  /** A whole message with its bytes, before the events it gives rise to. */
  serverMessage: [message: ServerMessage];
  /** The connection is over: undefined after `close()`, else why. */
  close: [error: Error | undefined];
}
