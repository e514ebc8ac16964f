/** VGA's registers: sequencer, graphics controller, CRT controller, attribute controller, and the ones without an index. */

import type { IoBus, PortDevice } from "./io_bus.ts";

/** Registers of the graphics controller beyond VGA's nine (the Cirrus blitter's), and GR0 and GR1, which it shares. */
export interface GraphicsExtension {
  /** The value of a register, undefined when it has none of that number. */
  readRegister(index: number): number | undefined;
  /** A register is written. */
  writeRegister(index: number, value: number): void;
}

/** Bits that can be set in the sequencer's registers. */
const SEQUENCER_MASKS = [0x03, 0x3d, 0x0f, 0x3f, 0x0e] as const;
/** Bits that can be set in the graphics controller's. GR0 and GR1 are wider than VGA's for the blitter's colours. */
const GRAPHICS_MASKS = [0xff, 0xff, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff] as const;
/** Bits that can be set in the attribute controller's, from 0x10 on; the sixteen before are palette entries. */
const ATTRIBUTE_MASKS = [0xef, 0xff, 0x3f, 0x0f, 0x0f] as const;
const PALETTE_MASK = 0x3f;
const CRTC_REGISTERS = 0x19;
/** CR11 bit 7 write-protects CR0 to CR7, but for the line compare bit of CR7. */
const CRTC_PROTECT = 0x80;
const CRTC_LINE_COMPARE_8 = 0x10;
/** Bit 5 of the attribute index: the picture is shown, the palette belongs to the screen. */
const ATTRIBUTE_SCREEN_ON = 0x20;
/** Display enable and vertical retrace of input status 1, which toggle with every read [QEMU's dumb retrace]. */
const STATUS_RETRACE = 0x09;

/**
 * The registers at 0x3B4/0x3B5/0x3BA or 0x3D4/0x3D5/0x3DA (by bit 0 of misc output) and 0x3C0 to 0x3CF but for the DAC.
 * `onChange` is called when any of them is written that the picture depends on.
 */
export class VgaRegisters implements PortDevice {
  /** SR0 to SR4. */
  readonly sequencer: Uint8Array = new Uint8Array(SEQUENCER_MASKS.length);
  /** GR0 to GR8. */
  readonly graphics: Uint8Array = new Uint8Array(GRAPHICS_MASKS.length);
  /** CR0 to CR18. */
  readonly crtc: Uint8Array = new Uint8Array(CRTC_REGISTERS);
  /** AR0 to AR14. */
  readonly attribute: Uint8Array = new Uint8Array(0x10 + ATTRIBUTE_MASKS.length);
  readonly #extension: GraphicsExtension;
  readonly #onChange: () => void;
  #sequencerIndex = 0;
  #graphicsIndex = 0;
  #crtcIndex = 0;
  #attributeIndex = 0;
  #attributeExpectsData = false;
  #miscOutput = 0;
  #featureControl = 0;
  #inputStatus1 = 0;

  constructor(extension: GraphicsExtension, onChange: () => void) {
    this.#extension = extension;
    this.#onChange = onChange;
  }

  /** Takes its ports. */
  attach(io: IoBus): void {
    io.register(0x3c0, 6, this);
    for (const port of [0x3ca, 0x3cc, 0x3ce, 0x3cf, 0x3b4, 0x3b5, 0x3ba, 0x3d4, 0x3d5, 0x3da]) {
      io.register(port, 1, this);
    }
  }

  /** Whether the attribute controller lets the picture through. */
  get isScreenOn(): boolean {
    return (this.#attributeIndex & ATTRIBUTE_SCREEN_ON) !== 0;
  }

  /** Whether the graphics controller is set to graphics (GR6 bit 0) and not to text. */
  get isGraphics(): boolean {
    return (this.graphics[6]! & 1) !== 0;
  }

  /** Back to power-on: everything zero, the screen off. */
  reset(): void {
    for (const registers of [this.sequencer, this.graphics, this.crtc, this.attribute]) registers.fill(0);
    this.#sequencerIndex = 0;
    this.#graphicsIndex = 0;
    this.#crtcIndex = 0;
    this.#attributeIndex = 0;
    this.#attributeExpectsData = false;
    this.#miscOutput = 0;
    this.#featureControl = 0;
    this.#inputStatus1 = 0;
    this.#onChange();
  }

  /** A port is read. */
  read(port: number): number {
    switch (port) {
      case 0x3c0:
        return this.#attributeExpectsData ? 0 : this.#attributeIndex;
      case 0x3c1:
        return this.attribute[this.#attributeIndex & 0x1f] ?? 0;
      case 0x3c2:
        return 0;
      case 0x3c4:
        return this.#sequencerIndex;
      case 0x3c5:
        return this.sequencer[this.#sequencerIndex] ?? 0;
      case 0x3ca:
        return this.#featureControl;
      case 0x3cc:
        return this.#miscOutput;
      case 0x3ce:
        return this.#graphicsIndex;
      case 0x3cf:
        return this.#extension.readRegister(this.#graphicsIndex) ?? this.graphics[this.#graphicsIndex] ?? 0;
      default:
        return this.#ownsCrtcPort(port) ? this.#readCrtcPort(port & 0xf) : 0xff;
    }
  }

  /** A port is written. */
  write(port: number, value: number): void {
    switch (port) {
      case 0x3c0:
        return this.#writeAttribute(value);
      case 0x3c2:
        this.#miscOutput = value;
        return;
      case 0x3c4:
        this.#sequencerIndex = value;
        return;
      case 0x3c5:
        return this.#store(this.sequencer, this.#sequencerIndex, value & (SEQUENCER_MASKS[this.#sequencerIndex] ?? 0));
      case 0x3ce:
        this.#graphicsIndex = value;
        return;
      case 0x3cf:
        return this.#writeGraphics(value);
      default:
        if (this.#ownsCrtcPort(port)) this.#writeCrtcPort(port & 0xf, value);
    }
  }

  /** Monochrome cards have their CRTC at 0x3Bx, colour cards at 0x3Dx. */
  #ownsCrtcPort(port: number): boolean {
    return (port & 0x3f0) === ((this.#miscOutput & 1) !== 0 ? 0x3d0 : 0x3b0);
  }

  #readCrtcPort(port: number): number {
    if (port === 4) return this.#crtcIndex;
    if (port === 5) return this.crtc[this.#crtcIndex] ?? 0;
    this.#attributeExpectsData = false;
    this.#inputStatus1 ^= STATUS_RETRACE;
    return this.#inputStatus1;
  }

  #writeCrtcPort(port: number, value: number): void {
    if (port === 4) this.#crtcIndex = value;
    else if (port === 5) this.#writeCrtc(this.#crtcIndex, value);
    else this.#featureControl = value & 0x10;
  }

  #writeCrtc(index: number, value: number): void {
    const isProtected = index <= 7 && (this.crtc[0x11]! & CRTC_PROTECT) !== 0;
    if (!isProtected) return this.#store(this.crtc, index, value);
    if (index !== 7) return;
    this.#store(this.crtc, 7, (this.crtc[7]! & ~CRTC_LINE_COMPARE_8) | (value & CRTC_LINE_COMPARE_8));
  }

  #writeGraphics(value: number): void {
    const index = this.#graphicsIndex;
    this.#extension.writeRegister(index, value);
    const stored = value & (GRAPHICS_MASKS[index] ?? 0);
    // Of these only GR6 has a say in how memory becomes a picture; the others say how it is written.
    if (index === 6) this.#store(this.graphics, index, stored);
    else if (index < this.graphics.length) this.graphics[index] = stored;
  }

  /** One port for index and data in turn; reading input status 1 makes the next write an index. */
  #writeAttribute(value: number): void {
    this.#attributeExpectsData = !this.#attributeExpectsData;
    if (this.#attributeExpectsData) {
      const wasOn = this.isScreenOn;
      this.#attributeIndex = value & 0x3f;
      if (wasOn !== this.isScreenOn) this.#onChange();
      return;
    }
    const index = this.#attributeIndex & 0x1f;
    const mask = index < 0x10 ? PALETTE_MASK : ATTRIBUTE_MASKS[index - 0x10] ?? 0;
    this.#store(this.attribute, index, value & mask);
  }

  #store(registers: Uint8Array, index: number, value: number): void {
    if (index >= registers.length || registers[index] === value) return;
    registers[index] = value;
    this.#onChange();
  }
}
