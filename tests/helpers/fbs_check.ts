/**
 * Whether a file is a strict FBS 001.000 recording: written from the description of the format alone, with a parser of
 * its own, so that it shares no mistake with lib/session.
 */

import assert from "node:assert/strict";

/** What a strict recording holds. */
export interface FbsSummary {
  readonly width: number;
  readonly height: number;
  readonly name: string;
  /** Blocks behind the four of the header. */
  readonly messages: number;
  readonly bells: number;
  readonly durationMs: number;
  readonly encodings: ReadonlySet<number>;
  /** Whether the blocks at time 0 paint every pixel of the framebuffer as it is then. */
  readonly coveredAtZero: boolean;
  /** The framebuffer's size at the end. */
  readonly lastSize: readonly [number, number];
}

interface Block {
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly timeMs: number;
}

const MAGIC = "FBS 001.000\n";
const PIXEL_FORMAT = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
const RAW = 0;
const COPY_RECT = 1;
const HEXTILE = 5;
const NEW_FB_SIZE = -223;

/** Fails with what is not strict about the file; `cut` allows a torn last block. */
export function checkFbs(file: Uint8Array, { cut = false } = {}): FbsSummary {
  assert.equal(latin1(file.subarray(0, 12)), MAGIC, "magic");
  const blocks = splitBlocks(file, cut);
  const { width, height, name } = checkHeader(blocks.slice(0, 4));
  const state = new Messages(width, height);
  for (const block of blocks.slice(4)) state.check(block);
  const last = blocks.at(-1)!;
  if (!cut) assert.equal(view(file).getUint32(file.length - 4), last.timeMs, "the file does not end on a timestamp");
  return {
    width,
    height,
    name,
    messages: blocks.length - 4,
    bells: state.bells,
    durationMs: last.timeMs,
    encodings: state.encodings,
    coveredAtZero: state.coveredAtZero,
    lastSize: [state.width, state.height],
  };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function splitBlocks(file: Uint8Array, cut: boolean): Block[] {
  const blocks: Block[] = [];
  const data = view(file);
  let offset = 12;
  let timeMs = 0;
  while (offset < file.length) {
    const length = offset + 4 <= file.length ? data.getUint32(offset) : Infinity;
    const end = offset + 4 + Math.ceil(length / 4) * 4 + 4;
    if (end > file.length) {
      assert.ok(cut, `the block at ${offset} is torn`);
      break;
    }
    assert.notEqual(length, 0, `the block at ${offset} is empty`);
    const payload = file.subarray(offset + 4, offset + 4 + length);
    const padding = file.subarray(offset + 4 + length, end - 4);
    assert.ok(padding.every((byte) => byte === 0), `the padding of the block at ${offset} is not zero`);
    const blockTimeMs = data.getUint32(end - 4);
    assert.ok(blockTimeMs >= timeMs, `time goes back at ${offset}`);
    timeMs = blockTimeMs;
    blocks.push({ offset, payload, timeMs });
    offset = end;
  }
  return blocks;
}

function checkHeader(blocks: readonly Block[]): { width: number; height: number; name: string } {
  assert.equal(blocks.length, 4, "there are no four header blocks");
  const [version, security, init, name] = blocks as [Block, Block, Block, Block];
  assert.ok(blocks.every((block) => block.timeMs === 0), "the header is not at time 0");
  assert.equal(latin1(version.payload), "RFB 003.003\n", "version");
  assert.deepEqual([...security.payload], [0, 0, 0, 1], "security");
  assert.equal(init.offset + 4, 48, "ServerInit is not at offset 48");
  assert.equal(init.payload.length, 24, "ServerInit without its name");
  assert.deepEqual([...init.payload.subarray(4, 20)], PIXEL_FORMAT, "pixel format");
  const nameLength = view(init.payload).getUint32(20);
  assert.equal(name.payload.length, nameLength, "name length");
  assert.ok(nameLength >= 4 && nameLength <= 192 && nameLength % 4 === 0, `a name of ${nameLength} bytes`);
  const data = view(init.payload);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(name.payload);
  return { width: data.getUint16(0), height: data.getUint16(2), name: text };
}

class Messages {
  width: number;
  height: number;
  bells = 0;
  readonly encodings = new Set<number>();
  #painted: Uint8Array;
  #block: Block = { offset: 0, payload: new Uint8Array(0), timeMs: 0 };
  #at = 0;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#painted = new Uint8Array(width * height);
  }

  get coveredAtZero(): boolean {
    return this.#painted.every((painted) => painted === 1);
  }

  /** Exactly one message, an update or a bell. */
  check(block: Block): void {
    this.#block = block;
    this.#at = 0;
    const type = this.#u8();
    if (type === 2) this.bells++;
    else if (type === 0) this.#checkUpdate();
    else assert.fail(`message type ${type} at ${block.offset}`);
    assert.equal(this.#at, block.payload.length, `bytes behind the message at ${block.offset}`);
  }

  #u8(): number {
    const value = this.#block.payload[this.#at++];
    assert.notEqual(value, undefined, `the message at ${this.#block.offset} ends too early`);
    return value!;
  }

  #u16(): number {
    return this.#u8() * 256 + this.#u8();
  }

  #skip(count: number): void {
    this.#at += count;
    assert.ok(this.#at <= this.#block.payload.length, `the message at ${this.#block.offset} ends too early`);
  }

  #checkUpdate(): void {
    this.#skip(1);
    const count = this.#u16();
    for (let i = 0; i < count; i++) {
      const [x, y, width, height] = [this.#u16(), this.#u16(), this.#u16(), this.#u16()];
      const encoding = (this.#u16() << 16 | this.#u16()) | 0;
      this.encodings.add(encoding);
      if (encoding === NEW_FB_SIZE) {
        assert.equal(count, 1, `NewFBSize is not alone at ${this.#block.offset}`);
        this.#resize(width, height);
      } else this.#checkPixels(encoding, x, y, width, height);
    }
  }

  #resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    if (this.#block.timeMs === 0) this.#painted = new Uint8Array(width * height);
  }

  #checkPixels(encoding: number, x: number, y: number, width: number, height: number): void {
    assert.ok(x + width <= this.width && y + height <= this.height, `a rect outside at ${this.#block.offset}`);
    if (encoding === RAW) this.#skip(width * height * 4);
    else if (encoding === COPY_RECT) {
      const [fromX, fromY] = [this.#u16(), this.#u16()];
      assert.ok(fromX + width <= this.width && fromY + height <= this.height, `a copy from outside`);
    } else if (encoding === HEXTILE) this.#skipHextile(width, height);
    else assert.fail(`encoding ${encoding} at ${this.#block.offset}`);
    if (this.#block.timeMs > 0) return;
    for (let row = y; row < y + height; row++) {
      this.#painted.fill(1, row * this.width + x, row * this.width + x + width);
    }
  }

  #skipHextile(width: number, height: number): void {
    for (let top = 0; top < height; top += 16) {
      for (let left = 0; left < width; left += 16) {
        this.#skipTile(Math.min(16, width - left), Math.min(16, height - top));
      }
    }
  }

  #skipTile(width: number, height: number): void {
    const flags = this.#u8();
    assert.ok(flags < 32, `Hextile flags ${flags}`);
    if (flags & 1) return this.#skip(width * height * 4);
    this.#skip((flags & 2 ? 4 : 0) + (flags & 4 ? 4 : 0));
    const rects = flags & 8 ? this.#u8() : 0;
    for (let i = 0; i < rects; i++) {
      this.#skip(flags & 16 ? 4 : 0);
      const [position, size] = [this.#u8(), this.#u8()];
      assert.ok((position >> 4) + (size >> 4) + 1 <= width, "a Hextile rect outside its tile");
      assert.ok((position & 15) + (size & 15) + 1 <= height, "a Hextile rect outside its tile");
    }
  }
}
