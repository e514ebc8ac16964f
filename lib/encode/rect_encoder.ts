/** What an encoding's file is given to encode a rect with. */

import type { Arena } from "./arena.ts";
import type { EncodeSettings, SurfaceView } from "./job.ts";
import type { Part } from "./rect_plan.ts";
import type { TightStreams } from "./tight_streams.ts";
import type { UpdateBuffer } from "./update_buffer.ts";
import type { ZlibStream } from "./zlib_stream.ts";

/** The zlib streams of one client, made when they are first used. */
export interface ClientStreams {
  /** The streams whose header the client has, made here or before: bits of `StreamBit`. */
  begun?: number;
  zlib?: ZlibStream;
  zrle?: ZlibStream;
  tight?: TightStreams;
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
  /** How many rects the part may become, so that all others still find room in the update. */
  spareRects(): number;
}

/** Writes a part of at most MAX_PART_PIXELS, headers and payloads, behind the update so far. */
export type RectEncoder = (context: RectContext, part: Part) => void;
