/** What an encoding's file is given to encode a rect with. */

import type { Rect } from "../base/rect.ts";
import type { Arena } from "./arena.ts";
import type { EncodeSettings, SurfaceView } from "./job.ts";
import type { UpdateBuffer } from "./update_buffer.ts";
import type { ZlibStream } from "./zlib_stream.ts";

/** The zlib streams of one client, made when they are first used. */
export interface ClientStreams {
  zlib?: ZlibStream;
  zrle?: ZlibStream;
}

/** Everything about a job that does not change from rect to rect. */
export interface RectContext {
  readonly arena: Arena;
  readonly surface: SurfaceView;
  readonly settings: EncodeSettings;
  /** The settings' pixel format as the encoding's kernel wants it. */
  readonly conversion: Uint8Array;
  readonly streams: ClientStreams;
  readonly update: UpdateBuffer;
}

/** Writes one rect of at most MAX_PART_PIXELS, header and payload, behind the update so far. */
export type RectEncoder = (context: RectContext, part: Rect) => void | Promise<void>;
