/** The I/O bus: 65,536 ports, and who answers at them. */

/** What answers at a port. A port without `read` reads as all ones, one without `write` ignores what is written. */
export interface PortDevice {
  /** The value at `port`; only the bits of the port's width are used. */
  read?(port: number): number;
  /** Takes a value of the port's width or, zero-extended, less. */
  write?(port: number, value: number): void;
}

/** How many bytes one access to a port moves. */
export type PortWidth = 1 | 2 | 4;

interface Registration {
  readonly device: PortDevice;
  readonly widthBytes: PortWidth;
}

const PORT_MASK = 0xffff;

/**
 * Ports of one, two or four bytes. An access that is wider than the port is split into accesses to the ports behind it,
 * low byte first, as the ISA bus does; a narrower one sees the low bytes. A port nobody answers at reads as all ones.
 *
 * @example A guest that asks the Bochs VBE extension for its version
 * ```ts
 * import { Display, Machine } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * const { io } = new Machine(display);
 * io.outw(0x1ce, 0);
 * assert.equal(io.inw(0x1cf), 0xb0c5);
 * assert.equal(io.inb(0x80), 0xff); // nobody there
 * display.close();
 * ```
 */
export class IoBus {
  readonly #ports: Map<number, Registration> = new Map();

  /** Lets `device` answer at `count` ports from `first` on, `widthBytes` apart. A later registration wins. */
  register(first: number, count: number, device: PortDevice, widthBytes: PortWidth = 1): void {
    for (let i = 0; i < count; i++) this.#ports.set(first + i * widthBytes, { device, widthBytes });
  }

  /** Reads a byte. */
  inb(port: number): number {
    const entry = this.#ports.get(port & PORT_MASK);
    return (entry?.device.read?.(port & PORT_MASK) ?? 0xff) & 0xff;
  }

  /** Reads 16 bits. */
  inw(port: number): number {
    const entry = this.#ports.get(port & PORT_MASK);
    if (entry === undefined || entry.widthBytes === 1) return this.inb(port) | (this.inb(port + 1) << 8);
    return (entry.device.read?.(port & PORT_MASK) ?? 0xffff) & 0xffff;
  }

  /** Reads 32 bits, unsigned. */
  inl(port: number): number {
    const entry = this.#ports.get(port & PORT_MASK);
    if (entry?.widthBytes !== 4) return (this.inw(port) | (this.inw(port + 2) << 16)) >>> 0;
    return (entry.device.read?.(port & PORT_MASK) ?? 0xffff_ffff) >>> 0;
  }

  /** Writes a byte. */
  outb(port: number, value: number): void {
    this.#ports.get(port & PORT_MASK)?.device.write?.(port & PORT_MASK, value & 0xff);
  }

  /** Writes 16 bits. */
  outw(port: number, value: number): void {
    const entry = this.#ports.get(port & PORT_MASK);
    if (entry !== undefined && entry.widthBytes > 1) {
      entry.device.write?.(port & PORT_MASK, value & 0xffff);
      return;
    }
    this.outb(port, value);
    this.outb(port + 1, value >>> 8);
  }

  /** Writes 32 bits. */
  outl(port: number, value: number): void {
    const entry = this.#ports.get(port & PORT_MASK);
    if (entry?.widthBytes === 4) {
      entry.device.write?.(port & PORT_MASK, value >>> 0);
      return;
    }
    this.outw(port, value);
    this.outw(port + 2, value >>> 16);
  }
}
