/** Those who wait for a client's next update. */

import type { Rect } from "../base/rect.ts";

/** A part of an update. */
export interface UpdatedRect {
  /** Where it is in the framebuffer, in pixels. */
  readonly rect: Rect;
  /** How it was sent, a number of `Encoding`. */
  readonly encoding: number;
}

/** One FramebufferUpdate, painted. */
export interface UpdateInfo {
  /** The rects of pixels, in the order they were painted; none when the server had nothing to say. */
  readonly rects: readonly UpdatedRect[];
}

/** One client's. */
export class UpdateWaiters {
  #waiters: PromiseWithResolvers<UpdateInfo>[] = [];

  /** The next update. */
  next(): Promise<UpdateInfo> {
    const waiter = Promise.withResolvers<UpdateInfo>();
    // a caller that has stopped waiting must not end the process
    waiter.promise.catch(() => {});
    this.#waiters.push(waiter);
    return waiter.promise;
  }

  /** Here it is. */
  resolve(info: UpdateInfo): void {
    for (const waiter of this.#takeAll()) waiter.resolve(info);
  }

  /** There will be none. */
  reject(error: Error): void {
    for (const waiter of this.#takeAll()) waiter.reject(error);
  }

  /** Who begins to wait while these are told waits for the one after. */
  #takeAll(): PromiseWithResolvers<UpdateInfo>[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    return waiters;
  }
}
