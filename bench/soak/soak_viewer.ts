/** One viewer of a soak: it asks, paints, and changes its mind about encodings, levels and pixel formats. */

import { Encoding, encodingName, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import type { Rect } from "../../lib/base/rect.ts";
import { silentLogger } from "../../lib/base/log.ts";
import { shakeHands } from "../../lib/client/handshake.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  writeClientCutText,
  writeFramebufferUpdateRequest,
  writePointerEvent,
  writeSetEncodings,
  writeSetPixelFormat,
} from "../../lib/rfb/client_messages.ts";
import { type PixelFormat, R3G3B2 } from "../../lib/rfb/pixel_format.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { connect } from "../../lib/transport/connect.ts";
import { webSocketStream } from "../../lib/transport/websocket_stream.ts";
import type { Door } from "./soak_server.ts";
import { DecodedPicture, ReferencePicture, type ViewerPicture } from "./viewer_picture.ts";
import { FORMATS, nextEncodings, oneOf, qualityIn, random } from "./wishes.ts";

/** How a viewer decodes. */
export type ViewerKind = "decoders" | "reference";

/** One update in so many is followed by other wishes, by a question for a part of the picture, by a nap. */
const CHANGE_EVERY = 40;
const PART_EVERY = 15;
const NAP_EVERY = 60;
const NAP_MS = 1_500;
/** Between an update and the next request, at most; the reference decoder is slow. */
const LONGEST_PAUSE_MS: Readonly<Record<ViewerKind, number>> = { decoders: 150, reference: 700 };

const PSEUDO_RECTS: ReadonlySet<number> = new Set<number>(Object.values(PseudoEncoding));

/** A connection; `failure` says what was wrong with it. */
export class SoakViewer {
  readonly kind: ViewerKind;
  updates = 0;
  bytes = 0;
  failure: string | undefined;
  /** Set while it must not change what it asks for. */
  isSteady = false;
  /** Every encoding that rects came in. */
  readonly seen = new Set<number>();
  readonly #stream: ByteStream;
  readonly #picture: ViewerPicture;
  readonly #door: Door;
  /** What it asks for whatever else it asks for. */
  readonly #always: readonly number[];
  #encodings: readonly number[] = [];
  readonly #allowed = new Set<number>([Encoding.Raw]);
  #request: "none" | "incremental" | "forced" = "none";
  #isClosed = false;
  #isNapping = false;

  private constructor(kind: ViewerKind, door: Door, stream: ByteStream, picture: ViewerPicture) {
    this.kind = kind;
    this.#door = door;
    this.#stream = stream;
    this.#picture = picture;
    const extras = kind === "decoders" ? [PseudoEncoding.LastRect, PseudoEncoding.Cursor] : [];
    this.#always = [...random(4) > 0 ? [PseudoEncoding.DesktopSize] : [], ...extras];
  }

  /** Joins and begins to ask. */
  static async join(kind: ViewerKind, door: Door): Promise<SoakViewer> {
    const stream = await openDoor(door);
    const reader = new ByteReader();
    const options = { password: undefined, shared: true, logger: silentLogger };
    const { width, height } = await shakeHands(stream, reader, options);
    const picture = kind === "decoders" ? new DecodedPicture(width, height) : new ReferencePicture(width, height);
    const viewer = new SoakViewer(kind, door, stream, picture);
    void viewer.#run(reader);
    return viewer;
  }

  /** What it is, for a report. */
  get description(): string {
    const { bitsPerPixel, depth, bigEndianFlag } = this.#picture.format;
    const format = `${bitsPerPixel} bpp, depth ${depth}${bigEndianFlag ? ", big endian" : ""}`;
    const size = `${this.#picture.width}x${this.#picture.height}`;
    return `${this.kind} on ${this.#door.kind} ${this.#door.port}, ${size}, ${format}, ` +
      `asked for ${this.#encodings.map(encodingName).join(", ")}; has ${this.#request} request`;
  }

  get picture(): ViewerPicture {
    return this.#picture;
  }

  /** Leaves, in the middle of whatever it is. */
  leave(): void {
    this.#isClosed = true;
    this.#stream.close();
    this.#picture.close();
  }

  async #run(reader: ByteReader): Promise<void> {
    try {
      await this.#changeFormat();
      await this.#changeEncodings();
      await this.#ask(false);
      await this.#paint(reader.bytes(reader.available));
      for (let chunk = await this.#stream.read(); chunk !== null; chunk = await this.#stream.read()) {
        this.bytes += chunk.length;
        await this.#paint(chunk);
        while (this.#isNapping && !this.isSteady) await pause(NAP_MS);
        this.#isNapping = false;
      }
      this.#fail("the server closed the connection");
    } catch (error) {
      this.#fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  #fail(reason: string): void {
    if (!this.#isClosed) this.failure ??= reason;
  }

  async #paint(chunk: Uint8Array): Promise<void> {
    for (const encodings of await this.#picture.feed(chunk)) {
      this.#checkEncodings(encodings);
      this.updates++;
      // a new size is the answer to who waits for changes, not to who wants pixels
      const hasPixels = encodings.some((encoding) => !PSEUDO_RECTS.has(encoding));
      if (!hasPixels && this.#request === "forced") continue;
      this.#request = "none";
      this.#goOn(!hasPixels);
    }
  }

  #checkEncodings(encodings: readonly number[]): void {
    for (const encoding of encodings) {
      if (!this.#allowed.has(encoding)) throw new Error(`${encodingName(encoding)} was not asked for`);
      this.seen.add(encoding);
    }
  }

  /** After a while; what is wrong then ends the viewer. */
  #goOn(wantsAll: boolean): void {
    const pauseMs = random(LONGEST_PAUSE_MS[this.kind]);
    setTimeout(() => {
      if (this.#isClosed) return;
      this.#next(wantsAll).catch((error) => this.#fail(String(error)));
    }, pauseMs);
  }

  async #next(wantsAll: boolean): Promise<void> {
    if (this.isSteady || wantsAll) return await this.#ask(!wantsAll);
    const isChange = random(CHANGE_EVERY) === 0;
    const isOtherFormat = isChange && await this.#changeFormat();
    if (isChange) await this.#changeEncodings();
    if (random(CHANGE_EVERY) === 0) await this.#say();
    this.#isNapping = random(NAP_EVERY) === 0;
    if (isOtherFormat) await this.#ask(false);
    else if (random(PART_EVERY) === 0) await this.#ask(false, this.#somePart());
    else await this.#ask(true);
  }

  #somePart(): Rect {
    const { width, height } = this.#picture;
    const [x, y] = [random(width), random(height)];
    return { x, y, width: 1 + random(width - x), height: 1 + random(height - y) };
  }

  /** Only between an update and the next request, as RFC 6143 §7.5.1 wants it. */
  async #changeFormat(): Promise<boolean> {
    if (this.kind !== "reference") return false;
    const format = oneOf(FORMATS);
    await this.#send((writer) => writeSetPixelFormat(writer, format));
    this.#picture.setFormat(servedAs(format));
    return true;
  }

  async #changeEncodings(): Promise<void> {
    this.#encodings = nextEncodings(this.#always);
    for (const encoding of this.#encodings) this.#allowed.add(encoding);
    // ZYWRLE is ZRLE where a viewer's pixels cannot be transformed
    if (this.#allowed.has(Encoding.ZYWRLE)) this.#allowed.add(Encoding.ZRLE);
    this.#picture.setQualityLevel(qualityIn(this.#encodings));
    await this.#send((writer) => writeSetEncodings(writer, this.#encodings));
  }

  async #say(): Promise<void> {
    await this.#send((writer) => writePointerEvent(writer, random(this.#picture.width), random(99), random(8)));
    await this.#send((writer) => writeClientCutText(writer, "cut ".repeat(random(500))));
  }

  async #ask(isIncremental: boolean, part?: Rect): Promise<void> {
    this.#request = isIncremental ? "incremental" : "forced";
    const { width, height } = this.#picture;
    const area = part ?? { x: 0, y: 0, width, height };
    await this.#send((writer) => writeFramebufferUpdateRequest(writer, isIncremental, area));
  }

  async #send(write: (writer: ByteWriter) => void): Promise<void> {
    const writer = new ByteWriter();
    write(writer);
    await this.#stream.write(writer.finish());
  }
}

/** Colour-map viewers are sent indices that are 3-3-2 colours. */
function servedAs(format: PixelFormat): PixelFormat {
  return format.trueColourFlag ? format : R3G3B2;
}

async function openDoor({ kind, port }: Door): Promise<ByteStream> {
  if (kind === "tcp") return await connect({ kind: "tcp", host: "127.0.0.1", port });
  return webSocketStream(new WebSocket(`ws://127.0.0.1:${port}/websockify`, "binary"), `websocket ${port}`);
}

/** Lets so many milliseconds pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
