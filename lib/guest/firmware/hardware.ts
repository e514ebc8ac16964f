/** The hardware as a guest may touch it: ports, interrupts, video memory, the legacy window. Nothing else. */

import type { Machine } from "../../machine/machine.ts";

/** The parts of a machine that a guest's program reaches. */
export type GuestMachine = Pick<Machine, "io" | "interrupts" | "vram" | "legacyMemory">;
