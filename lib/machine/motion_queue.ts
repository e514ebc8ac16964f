/** Motion of a relative pointer that has not been told yet: merged while the buttons stay, in order when they change. */

import { MAX_QUEUED_POINTER_EVENTS } from "../base/limits.ts";
import { PointerButton } from "./input_device.ts";

interface Motion {
  dx: number;
  dy: number;
  /** Steps down. */
  wheel: number;
  /** Steps to the right. */
  tilt: number;
  /** Left, middle and right. */
  buttons: number;
  /** Whether a button went down or up with it: what comes after must not move the click. */
  readonly hasClicked: boolean;
}

const CLICKS = PointerButton.Left | PointerButton.Middle | PointerButton.Right;

/** A queue of motions; no button change is lost before {@link MAX_QUEUED_POINTER_EVENTS} of them wait. */
export class MotionQueue {
  readonly #waiting: Motion[] = [];
  #mask = 0;

  /** Whether there is nothing to tell. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The buttons that are down in the first motion, or now when there is none. */
  get buttons(): number {
    return this.#waiting[0]?.buttons ?? this.#mask & CLICKS;
  }

  /** Adds motion with the buttons that are down then. A wheel bit that was not set before is one step. */
  put(dx: number, dy: number, buttonMask: number): void {
    const pressed = buttonMask & ~this.#mask;
    const buttons = buttonMask & CLICKS;
    const hasClicked = buttons !== (this.#mask & CLICKS);
    this.#mask = buttonMask;
    const wheel = step(pressed, PointerButton.WheelDown) - step(pressed, PointerButton.WheelUp);
    const tilt = step(pressed, PointerButton.WheelRight) - step(pressed, PointerButton.WheelLeft);
    const motion = { dx: Math.trunc(dx) || 0, dy: Math.trunc(dy) || 0, wheel, tilt, buttons, hasClicked };
    if (!hasClicked && motion.dx === 0 && motion.dy === 0 && wheel === 0 && tilt === 0) return;
    this.#add(motion);
  }

  /** Takes at most `most` of the first motion's x. */
  takeX(most: number): number {
    return this.#take("dx", most);
  }

  /** Takes at most `most` of the first motion's y. */
  takeY(most: number): number {
    return this.#take("dy", most);
  }

  /** Takes at most `most` of the first motion's wheel steps. */
  takeWheel(most: number): number {
    return this.#take("wheel", most);
  }

  /** Takes at most `most` of the first motion's horizontal wheel steps. */
  takeTilt(most: number): number {
    return this.#take("tilt", most);
  }

  /** The first motion has been told; it goes when nothing is left of it. */
  finish(): void {
    const first = this.#waiting[0];
    if (first === undefined) return;
    if (first.dx === 0 && first.dy === 0 && first.wheel === 0 && first.tilt === 0) this.#waiting.shift();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.length = 0;
    this.#mask = 0;
  }

  #add(motion: Motion): void {
    const last = this.#waiting.at(-1);
    const isFull = this.#waiting.length >= MAX_QUEUED_POINTER_EVENTS;
    if (last === undefined || ((last.hasClicked || motion.hasClicked) && !isFull)) {
      this.#waiting.push(motion);
      return;
    }
    last.dx += motion.dx;
    last.dy += motion.dy;
    last.wheel += motion.wheel;
    last.tilt += motion.tilt;
    last.buttons = motion.buttons;
  }

  #take(axis: "dx" | "dy" | "wheel" | "tilt", most: number): number {
    const first = this.#waiting[0];
    if (first === undefined) return 0;
    const taken = Math.max(-most, Math.min(most, first[axis]));
    first[axis] -= taken;
    return taken;
  }
}

function step(pressed: number, button: number): number {
  return (pressed & button) !== 0 ? 1 : 0;
}
