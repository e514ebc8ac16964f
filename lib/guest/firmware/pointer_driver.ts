/** Pointer driver: the tablet when the machine has one, else the PS/2 mouse, as positions in pixels of the mode. */

import { MAX_QUEUED_POINTER_EVENTS } from "../../base/limits.ts";
import { PointerButton } from "../../machine/input_device.ts";
import { EventQueue } from "./event_queue.ts";
import type { GuestMachine } from "./hardware.ts";
import { Listeners } from "./listeners.ts";
import type { GuestPointerEvent } from "./pointer_event.ts";
import type { Ps2Controller } from "./ps2_controller.ts";
import { type MouseEvent, startPs2Mouse } from "./ps2_mouse.ts";
import { probeTablet, startTablet, type TabletEvent, tabletToPixel } from "./tablet.ts";

/** What positions are measured against. */
export interface PointerArea {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** Which device the pointer comes from. */
export type PointerSource = "tablet" | "mouse" | "none";

/**
 * The pointer as a scene reads it.
 *
 * @example A scene one can draw on
 * ```ts
 * import { defineScene, PointerButton } from "@vncd/vncd";
 *
 * const scene = defineScene({
 *   name: "slate",
 *   async start({ firmware, machine }) {
 *     const mode = firmware.setLinearMode(640, 480);
 *     for await (const { x, y, buttons } of firmware.pointer) {
 *       if (buttons & PointerButton.Left) machine.vram.write32(y * mode.strideBytes + x * 4, 0xffffff);
 *     }
 *   },
 * });
 * ```
 */
export class PointerDriver implements AsyncIterable<GuestPointerEvent> {
  readonly #area: () => PointerArea;
  readonly #listeners = new Listeners<GuestPointerEvent>();
  readonly #readers = new Set<EventQueue<GuestPointerEvent>>();
  readonly #signal: AbortSignal;
  #x: number;
  #y: number;
  #buttons = 0;
  /** Where events come from. */
  readonly source: PointerSource;

  /**
   * Enables the device. `area` gives the size of the mode that is set. Readers end when `signal` aborts.
   * @internal
   */
  constructor(machine: GuestMachine, controller: Ps2Controller, area: () => PointerArea, signal: AbortSignal) {
    this.#area = area;
    this.#signal = signal;
    const { width, height } = area();
    this.#x = width >> 1;
    this.#y = height >> 1;
    const hasTablet = probeTablet(machine);
    const stop = hasTablet
      ? startTablet(machine, (event) => this.#onTablet(event))
      : startPs2Mouse(controller, (event) => this.#onMouse(event));
    this.source = hasTablet ? "tablet" : stop === undefined ? "none" : "mouse";
    signal.addEventListener("abort", () => this.#close(stop), { once: true });
  }

  /** Pixels from the left edge. */
  get x(): number {
    return this.#x;
  }

  /** Pixels from the top edge. */
  get y(): number {
    return this.#y;
  }

  /** Buttons that are down, bits of {@link PointerButton}. */
  get buttons(): number {
    return this.#buttons;
  }

  /** Calls back for every motion and button. Returns how to stop. */
  onPointer(listener: (event: GuestPointerEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Events from now on until the machine goes off. A reader that falls behind sees motion merged, never a button
   * left out, up to a bound of events.
   */
  [Symbol.asyncIterator](): AsyncIterator<GuestPointerEvent, undefined> {
    const queue = new EventQueue<GuestPointerEvent>(MAX_QUEUED_POINTER_EVENTS);
    if (this.#signal.aborted) queue.close();
    else this.#readers.add(queue);
    return {
      next: () => queue.next(),
      return: () => {
        this.#readers.delete(queue);
        queue.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #onTablet(event: TabletEvent): void {
    const { width, height } = this.#area();
    this.#moveTo(tabletToPixel(event.x, width), tabletToPixel(event.y, height), event.buttons);
  }

  /** A wheel step is a button that goes down and up again. */
  #onMouse(event: MouseEvent): void {
    const { width, height } = this.#area();
    const x = clamp(this.#x + event.dx, width - 1);
    const y = clamp(this.#y + event.dy, height - 1);
    const wheelButton = event.wheel < 0 ? PointerButton.WheelUp : PointerButton.WheelDown;
    if (event.wheel === 0 || event.dx !== 0 || event.dy !== 0) this.#moveTo(x, y, event.buttons);
    for (let step = 0; step < Math.abs(event.wheel); step++) {
      this.#moveTo(x, y, event.buttons | wheelButton);
      this.#moveTo(x, y, event.buttons);
    }
  }

  #moveTo(x: number, y: number, buttons: number): void {
    this.#x = x;
    this.#y = y;
    this.#buttons = buttons;
    const event = { x, y, buttons };
    for (const queue of this.#readers) enqueue(queue, event);
    this.#listeners.tell(event);
  }

  #close(stop: (() => void) | undefined): void {
    stop?.();
    this.#listeners.clear();
    for (const queue of this.#readers) queue.close();
    this.#readers.clear();
  }
}

/** Motion behind motion takes its place; where a button went down or up is kept. */
function enqueue(queue: EventQueue<GuestPointerEvent>, event: GuestPointerEvent): void {
  const [before, newest] = queue.newest(2);
  const isMotionBehindMotion = before?.buttons === event.buttons && newest?.buttons === event.buttons;
  if (isMotionBehindMotion) queue.replaceLast(event);
  else queue.push(event);
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
