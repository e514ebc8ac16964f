/** The size one client believes in, and the size there is (DesktopSize, rfbproto.rst). */

import { intersectRects, type Rect, rect, subtractRect } from "../base/rect.ts";
import { Region } from "../base/region.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { Encoding, PseudoEncoding } from "../rfb/encodings.ts";
import { UPDATE_HEADER_BYTES, writeFramebufferUpdateHeader, writeRectHeader } from "../rfb/server_messages.ts";

/** Zeros are black in every true-colour format, and in the fixed colour map. */
const ZEROS = new Uint8Array(64 * 1024);
const HEXTILE_SIDE = 16;
const HEXTILE_BACKGROUND_SPECIFIED = 2;

/**
 * A client that cannot be told of a new size is shown as much as fits into the one it knows, and black around it. No
 * rect ever reaches outside the announced size.
 */
export class ClientGeometry {
  #announced: Rect;
  #surface: Rect;
  #padding: Region = Region.empty;

  /** The size that ServerInit announces. */
  constructor(width: number, height: number) {
    this.#announced = rect(0, 0, width, height);
    this.#surface = this.#announced;
  }

  /** What the client believes in, from (0, 0). */
  get announced(): Rect {
    return this.#announced;
  }

  /** Whether the client's size is not the display's. */
  get isOutdated(): boolean {
    return this.#announced.width !== this.#surface.width || this.#announced.height !== this.#surface.height;
  }

  /** The part of the surface that the client may be sent. */
  get visible(): Rect {
    return intersectRects(this.#announced, this.#surface);
  }

  /** The display has a new size. What the client keeps around it has to become black. */
  onSwitch(width: number, height: number): void {
    this.#surface = rect(0, 0, width, height);
    this.#padding = this.#paddingIn(this.#announced);
  }

  /** Gives the announcement of the new size: DesktopSize alone, as clients take it for the last rect of an update. */
  announce(): Uint8Array<ArrayBuffer> {
    this.#announced = this.#surface;
    this.#padding = Region.empty;
    const writer = new ByteWriter();
    writeFramebufferUpdateHeader(writer, 1);
    writeRectHeader(writer, this.#announced, PseudoEncoding.DesktopSize);
    return writer.finish();
  }

  /** The client wants these pixels again: those around the surface are noted. */
  addRequested(requested: Rect): void {
    if (this.isOutdated) this.#padding = this.#padding.union(this.#paddingIn(requested));
  }

  /** The rects to be made black; there are none afterwards. */
  takePadding(): readonly Rect[] {
    const rects = this.#padding.rects;
    this.#padding = Region.empty;
    return rects;
  }

  #paddingIn(area: Rect): Region {
    const inside = Region.of(intersectRects(area, this.#announced));
    return subtractRect(this.#announced, this.#surface).reduce(
      (padding, part) => padding.union(inside.intersect(Region.of(part))),
      Region.empty,
    );
  }
}

/** A FramebufferUpdate of black rects, in pieces to be sent one after the other. Small when the client reads Hextile. */
export function blackUpdate(rects: readonly Rect[], bytesPerPixel: number, hextile: boolean): Uint8Array[] {
  return [updateHead(rects.length), ...blackRects(rects, bytesPerPixel, hextile)];
}

/** The header of a FramebufferUpdate. */
export function updateHead(rectCount: number): Uint8Array {
  const head = new ByteWriter(UPDATE_HEADER_BYTES);
  writeFramebufferUpdateHeader(head, rectCount);
  return head.finish();
}

/** The same without the message's header: what may follow the rects of another update. */
export function blackRects(rects: readonly Rect[], bytesPerPixel: number, hextile: boolean): Uint8Array[] {
  return rects.flatMap((r) => hextile ? [blackHextile(r, bytesPerPixel)] : blackRaw(r, bytesPerPixel));
}

function blackHextile(area: Rect, bytesPerPixel: number): Uint8Array {
  const tiles = Math.ceil(area.width / HEXTILE_SIDE) * Math.ceil(area.height / HEXTILE_SIDE);
  const writer = new ByteWriter(12 + bytesPerPixel + tiles);
  writeRectHeader(writer, area, Encoding.Hextile);
  // the first tile sets the background, all others keep it
  return writer.u8(HEXTILE_BACKGROUND_SPECIFIED).pad(bytesPerPixel).pad(tiles - 1).finish();
}

/** The zeros of all pieces are the same ones: a big rect takes no memory. */
function blackRaw(area: Rect, bytesPerPixel: number): Uint8Array[] {
  const head = new ByteWriter(12);
  writeRectHeader(head, area, Encoding.Raw);
  const pieces: Uint8Array[] = [head.finish()];
  for (let left = area.width * area.height * bytesPerPixel; left > 0; left -= ZEROS.length) {
    pieces.push(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
  }
  return pieces;
}
