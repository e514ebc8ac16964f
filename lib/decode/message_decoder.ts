/** Server messages from a byte stream into a picture: what a client and a replay have in common. */

import { LimitError, ProtocolError } from "../base/errors.ts";
import { MAX_RECORDING_BLOCK_BYTES } from "../base/limits.ts";
import type { Point, Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import {
  asksForQuality,
  Encoding,
  encodingName,
  firstLevel,
  PseudoEncoding,
  QUALITY_LEVEL_0,
} from "../rfb/encodings.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import {
  parseBell,
  parseFramebufferUpdateHeader,
  parseRectHeader,
  parseServerCutText,
  parseSetColourMapEntries,
  peekMessageType,
  type RectHeader,
  UNTIL_LAST_RECT,
} from "../rfb/server_messages.ts";
import { parseCopyRect } from "./copy_rect.ts";
import { type CursorImage, parseAlphaCursor, parseCursor, parseXCursor } from "./cursor.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { requireFramebufferSize } from "./pixel_target.ts";
import { createRectDecoders } from "./rect_decoders.ts";

/** What messages are decoded into. */
export interface Picture {
  /** Where pixels go; asked for anew at every call, of the size that ServerInit or the last `resize` gave. */
  readonly target: PixelTarget;
  /** The framebuffer gets another size, which has been checked against the caps. */
  resize(width: number, height: number): void;
  /** Pixels move inside the picture; both areas have been checked. */
  copy(source: Point, destination: Rect): void;
  /** A rect of pixels is complete. Not called for copies. */
  painted?(rect: Rect): void;
  /** The pointer has a new shape. */
  cursor?(image: CursorImage): void;
}

/** A rect of an update, and where its header starts and its payload ends in the message's bytes. */
export interface DecodedRect extends RectHeader {
  /** Byte offset of its header in the message. */
  readonly start: number;
  /** Byte offset behind its payload. */
  readonly end: number;
}

/** One whole message of a server. */
export interface ServerMessage {
  /** One of ServerMessageType. */
  readonly type: number;
  /** The rects of a FramebufferUpdate, an ending LastRect included; none for other messages. */
  readonly rects: readonly DecodedRect[];
  /** The text of a ServerCutText. */
  readonly text: string | undefined;
  /** The whole message as it was received, a copy; undefined unless bytes were asked for. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** What a {@link MessageDecoder} accepts and gives. */
export interface MessageDecoderOptions {
  /**
   * The encodings that may occur; all that can be decoded when undefined. Raw always may; ZRLE where ZYWRLE is among
   * them, for servers that have nothing to lose send that [QEMU]; JPEG in Tight where a quality is.
   */
  readonly encodings?: ReadonlySet<number> | undefined;
  /** Asked at the start of every message: whether its bytes are wanted. */
  readonly wantsBytes?: (() => boolean) | undefined;
  /** Asked between rects: whether to give up for now, because the work takes too long for one turn. */
  readonly mustRest?: (() => boolean) | undefined;
}

/** Pseudo-encodings that say something else than pixels. */
const PSEUDO_ENCODINGS: ReadonlySet<number> = new Set<number>([
  PseudoEncoding.DesktopSize,
  PseudoEncoding.LastRect,
  PseudoEncoding.Cursor,
  PseudoEncoding.XCursor,
  PseudoEncoding.CursorWithAlpha,
  PseudoEncoding.QEMUExtendedKeyEvent,
]);

const CURSOR_PARSERS = {
  [PseudoEncoding.Cursor]: parseCursor,
  [PseudoEncoding.XCursor]: parseXCursor,
  [PseudoEncoding.CursorWithAlpha]: parseAlphaCursor,
} as const;

const PIXEL_ENCODINGS: readonly number[] = [
  Encoding.Raw,
  Encoding.CopyRect,
  Encoding.RRE,
  Encoding.CoRRE,
  Encoding.Hextile,
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TRLE,
  Encoding.ZRLE,
  Encoding.ZYWRLE,
  Encoding.TightPNG,
  Encoding.JPEG,
];

/** Every encoding and pseudo-encoding that can be decoded. */
export const DECODABLE_ENCODINGS: ReadonlySet<number> = new Set([...PIXEL_ENCODINGS, ...PSEUDO_ENCODINGS]);

interface Update {
  rectsLeft: number;
  readonly rects: DecodedRect[];
  /** The rect whose payload is awaited. */
  current: (RectHeader & { readonly start: number }) | undefined;
}

/**
 * Decodes the messages of one server or recording, in order, whatever pieces they arrive in. After `next` has thrown
 * the stream cannot be read on.
 */
export class MessageDecoder {
  readonly #picture: Picture;
  readonly #decoders: ReadonlyMap<number, RectDecoder>;
  readonly #encodings: ReadonlySet<number>;
  readonly #wantsBytes: () => boolean;
  readonly #mustRest: () => boolean;
  #isResting = false;
  #update: Update | undefined;
  #captured: ByteWriter | undefined;
  /** Bytes of the current message that earlier calls have consumed. */
  #consumed = 0;

  constructor(picture: Picture, options: MessageDecoderOptions = {}) {
    this.#picture = picture;
    const { encodings } = options;
    this.#encodings = encodings ?? DECODABLE_ENCODINGS;
    const wishes = [...this.#encodings];
    const takesJpeg = encodings === undefined || wishes.some(asksForQuality);
    this.#decoders = createRectDecoders(takesJpeg, firstLevel(wishes, QUALITY_LEVEL_0));
    this.#wantsBytes = options.wantsBytes ?? never;
    this.#mustRest = options.mustRest ?? never;
  }

  /** Whether a message has been begun and not ended. */
  get isMidMessage(): boolean {
    return this.#update !== undefined;
  }

  /** Whether the last `next` gave undefined for lack of time, not of bytes. */
  get isResting(): boolean {
    return this.#isResting;
  }

  /**
   * Decodes up to the end of a message. Undefined when bytes are missing, or it has to rest: call again. Throws
   * ProtocolError or LimitError for what no server may send.
   */
  next(reader: ByteReader): ServerMessage | undefined {
    this.#isResting = false;
    if (this.#consumed === 0 && reader.has(1)) this.#captured = this.#wantsBytes() ? new ByteWriter() : undefined;
    const start = reader.position;
    const message = this.#update === undefined ? this.#begin(reader) : this.#continueUpdate(reader, start);
    this.#capture(reader, start);
    if (message === undefined) return undefined;
    const bytes = this.#captured?.finish();
    this.#captured = undefined;
    this.#consumed = 0;
    return { type: message.type, rects: message.rects ?? [], text: message.text, bytes };
  }

  #capture(reader: ByteReader, start: number): void {
    const count = reader.position - start;
    this.#consumed += count;
    if (this.#captured === undefined || count === 0) return;
    if (this.#consumed > MAX_RECORDING_BLOCK_BYTES) {
      throw new LimitError(`Cannot keep a message of more than ${MAX_RECORDING_BLOCK_BYTES} bytes: that is the limit`);
    }
    reader.rewind(start);
    this.#captured.bytes(reader.view(count));
  }

  #begin(reader: ByteReader): MessageContent | undefined {
    const type = peekMessageType(reader);
    switch (type) {
      case undefined:
        return undefined;
      case ServerMessageType.FramebufferUpdate:
        return this.#beginUpdate(reader);
      case ServerMessageType.SetColourMapEntries:
        // a server may send its map before it has read that true colour is wanted
        return parseSetColourMapEntries(reader) && { type };
      case ServerMessageType.Bell:
        return parseBell(reader) && { type };
      case ServerMessageType.ServerCutText: {
        const text = parseServerCutText(reader);
        return text === undefined ? undefined : { type, text };
      }
      default:
        throw new ProtocolError(`Cannot read a server message: type ${type} was not agreed on`);
    }
  }

  #beginUpdate(reader: ByteReader): MessageContent | undefined {
    const start = reader.position;
    const count = parseFramebufferUpdateHeader(reader);
    if (count === undefined) return undefined;
    if (count === UNTIL_LAST_RECT && !this.#encodings.has(PseudoEncoding.LastRect)) {
      throw new ProtocolError(`Cannot read an update of ${count} rects: LastRect was not asked for`);
    }
    this.#update = { rectsLeft: count, rects: [], current: undefined };
    return this.#continueUpdate(reader, start);
  }

  #continueUpdate(reader: ByteReader, callStart: number): MessageContent | undefined {
    const update = this.#update;
    while (update !== undefined && update.rectsLeft > 0) {
      if (update.current === undefined && this.#mustRest()) {
        this.#isResting = true;
        return undefined;
      }
      const position = this.#consumed + reader.position - callStart;
      update.current ??= this.#beginRect(reader, position);
      if (update.current === undefined || !this.#decodeRect(reader, update.current)) return undefined;
      const { rect, encoding, start } = update.current;
      update.rects.push({ rect, encoding, start, end: this.#consumed + reader.position - callStart });
      update.rectsLeft = encoding === PseudoEncoding.LastRect ? 0 : update.rectsLeft - 1;
      update.current = undefined;
    }
    this.#update = undefined;
    return { type: ServerMessageType.FramebufferUpdate, rects: update?.rects ?? [] };
  }

  #beginRect(reader: ByteReader, start: number): Update["current"] {
    const header = parseRectHeader(reader);
    if (header === undefined) return undefined;
    const { rect, encoding } = header;
    if (!this.#mayOccur(encoding)) {
      throw new ProtocolError(`Cannot decode a rect: encoding ${encodingName(encoding)} was not asked for`);
    }
    const { width, height } = this.#picture.target;
    const isInside = rect.x + rect.width <= width && rect.y + rect.height <= height;
    if (!PSEUDO_ENCODINGS.has(encoding) && !isInside) {
      const where = `${rect.width}x${rect.height} at ${rect.x},${rect.y}`;
      throw new ProtocolError(`Cannot decode a rect of ${where}: the framebuffer is ${width}x${height}`);
    }
    return { rect, encoding, start };
  }

  #mayOccur(encoding: number): boolean {
    if (this.#encodings.has(encoding) || encoding === Encoding.Raw) return true;
    return encoding === Encoding.ZRLE && this.#encodings.has(Encoding.ZYWRLE);
  }

  #decodeRect(reader: ByteReader, { rect, encoding }: RectHeader): boolean {
    const picture = this.#picture;
    switch (encoding) {
      case PseudoEncoding.LastRect:
      case PseudoEncoding.QEMUExtendedKeyEvent:
        return true;
      case PseudoEncoding.DesktopSize:
        requireFramebufferSize(rect.width, rect.height);
        picture.resize(rect.width, rect.height);
        return true;
      case PseudoEncoding.Cursor:
      case PseudoEncoding.XCursor:
      case PseudoEncoding.CursorWithAlpha: {
        const image = CURSOR_PARSERS[encoding](reader, rect);
        if (image !== undefined) picture.cursor?.(image);
        return image !== undefined;
      }
      case Encoding.CopyRect: {
        const source = parseCopyRect(reader, rect, picture.target);
        if (source !== undefined) picture.copy(source, rect);
        return source !== undefined;
      }
    }
    const decoder = this.#decoders.get(encoding);
    if (decoder === undefined) throw new ProtocolError(`Cannot decode a rect: encoding ${encodingName(encoding)}`);
    if (!decoder.decodeRect(reader, rect, picture.target)) return false;
    picture.painted?.(rect);
    return true;
  }
}

interface MessageContent {
  readonly type: number;
  readonly rects?: readonly DecodedRect[];
  readonly text?: string;
}

function never(): boolean {
  return false;
}
