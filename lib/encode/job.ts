/** What travels between the server and an encoding worker, and nothing else. */

import type { Rect } from "../base/rect.ts";
import type { PixelFormat } from "../rfb/pixel_format.ts";
import type { ZywrleDepth } from "../rfb/zywrle.ts";

/** Where the server surface lies in the display's shared memory: bytes B,G,R,0, for the compare pass clears the fourth. */
export interface SurfaceView {
  readonly pointer: number;
  readonly width: number;
  readonly height: number;
  readonly strideBytes: number;
}

/** The pixels at `destination` come from (destination.x − dx, destination.y − dy) in the client's own picture. */
export interface CopiedRect {
  readonly destination: Rect;
  readonly dx: number;
  readonly dy: number;
}

/** How many chroma samples JPEG keeps: one for each pixel, for two in a row, for a square of four, or none. */
export type Subsampling = "4:4:4" | "4:2:2" | "4:2:0" | "grey";

/** How JPEG may look. */
export interface JpegSettings {
  /** libjpeg's 1 to 100. */
  readonly quality: number;
  readonly subsampling: Subsampling;
}

/** Every {@link EncodingPolicy}. */
export const ENCODING_POLICIES = ["best", "qemu"] as const;

/** Which of the encodings that a client offers are used: for each rect what is best, or the first one for everything. */
export type EncodingPolicy = typeof ENCODING_POLICIES[number];

/** How a client wants its pixels, fixed for one job. */
export interface EncodeSettings {
  readonly pixelFormat: PixelFormat;
  /** The encoding for changed rects: Raw, RRE, CoRRE, Hextile, Zlib, Tight, TightPNG, TRLE or ZRLE. */
  readonly encoding: number;
  /** Encodings without zlib streams that may take rects which they are better for. None when absent. */
  readonly beside?: readonly number[];
  /** 0–9, undefined for the encoding's default. */
  readonly compressLevel?: number;
  /** Whether the client knows Tight's gradient filter. */
  readonly gradients?: boolean;
  /** 0–9; undefined when the client wants its pixels as they are. */
  readonly qualityLevel?: number;
  /** Undefined when the client takes no JPEG. */
  readonly jpeg?: JpegSettings;
  /** How deep ZYWRLE transforms; undefined when it is to be ZRLE. */
  readonly zywrleDepth?: ZywrleDepth;
}

/**
 * Whether a rect may be sent with a loss: never, where it is smooth, where it pays, or wherever the encoding can [QEMU].
 * Only Tight looks for what is smooth; to other encodings it is where it pays.
 */
export type LossyRule = "forbidden" | "smooth" | "allowed" | "forced";

/** One FramebufferUpdate to be made: copies first, then the changed rects, in that order. */
export interface EncodeJob {
  readonly surface: SurfaceView;
  readonly settings: EncodeSettings;
  readonly copies: readonly CopiedRect[];
  readonly rects: readonly Rect[];
  /** One for each of the rects; absent when all are forbidden. */
  readonly lossy?: readonly LossyRule[];
  /**
   * The state of the surface that the job was cut in: jobs of one state that are equal in all else are encoded once.
   * Absent: the job is nobody else's.
   */
  readonly generation?: number;
  /**
   * Whether the update may consist of the surface's own bytes, as they are when they are sent. Until then nobody knows
   * which state of its rects the client is going to have.
   */
  readonly mayBeLive?: boolean;
  /** Rects that it may become at most; as many as an update can have when not given. */
  readonly maxRects?: number;
}

/** A complete FramebufferUpdate message. Other clients may be sent the same bytes: they are not to be changed. */
export interface EncodedUpdate {
  /** The message, or its beginning where there is a `tail`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The rest, in pieces to be sent one after the other. */
  readonly tail?: readonly Uint8Array[];
  readonly rectCount: number;
  /** The tail has bytes of the surface, which changes meanwhile. */
  readonly isLive?: boolean;
  /** What the client does not have as it is; absent when nothing. */
  readonly lossyRects?: readonly Rect[];
}

/** A piece of shared memory, in bytes. */
export interface PixelMemoryRegion {
  readonly pointer: number;
  readonly byteLength: number;
}

/** The memory a display's surfaces lie in; the pool takes its workers' arenas from it. */
export interface PixelMemory {
  /** Shared; may grow, never shrinks. */
  readonly memory: WebAssembly.Memory;
  /** A region of its own for the caller, at an address that 64 divides. */
  allocate(byteLength: number): PixelMemoryRegion;
  free(region: PixelMemoryRegion): void;
}

/** One client's place in the pool, with the zlib streams that its viewer's inflaters follow. */
export interface ClientEncoder {
  /**
   * Encodes one job; at most one is in flight. All updates have to be sent, in order, but for those given to
   * {@link discard}. Rejects when the job's encoder throws, when two workers were lost at it, and when the encoder or
   * the pool is closed: every later job rejects too.
   */
  encode(job: EncodeJob): Promise<EncodedUpdate>;
  /** Gives the memory of an update back once it has been sent, to be used again. Its bytes are gone then. Optional. */
  recycle(update: EncodedUpdate): void;
  /** Says that the latest update is not sent to anybody, and gives its memory back. */
  discard(update: EncodedUpdate): void;
  /** Frees the streams; a job in flight is dropped and its promise rejects. May be called any number of times. */
  close(): void;
}

/** Where encoders come from. */
export interface EncoderPool {
  /**
   * An encoder over the given memory, which belongs to one display.
   * @internal
   */
  open(memory: PixelMemory): ClientEncoder;
  /** Ends every worker; every encoder counts as closed. */
  close(): void;
}
