/** Where the hardware is: the port numbers a PC's firmware knows by heart, and vncd's own devices. */

/** VGA registers. */
export const VgaPort = {
  AttributeController: 0x3c0,
  MiscOutput: 0x3c2,
  Sequencer: 0x3c4,
  DacMask: 0x3c6,
  DacWriteIndex: 0x3c8,
  DacData: 0x3c9,
  Graphics: 0x3ce,
  Crtc: 0x3d4,
  /** Reading it makes the attribute controller expect an index next. */
  InputStatus1: 0x3da,
} as const;

/** Bochs VBE: index and data, 16 bit. */
export const VbePort = { Index: 0x1ce, Data: 0x1cf } as const;

/** The i8042 keyboard and mouse controller: data, and status (read) or command (write). */
export const ControllerPort = { Data: 0x60, StatusCommand: 0x64 } as const;

/** vncd's pointer shape device: index (16 bit) and data (32 bit). */
export const CursorPort = { Index: 0x1d8, Data: 0x1da } as const;

/** vncd's absolute tablet: index and data, 16 bit. */
export const TabletPort = { Index: 0x1e0, Data: 0x1e2 } as const;
