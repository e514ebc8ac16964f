/** What one client presses, moves and copies, on its way to the machine and to the server's owner. */

import { MAX_HELD_KEYS } from "../base/limits.ts";
import type { Display } from "../display/display.ts";
import type { ClientInfo, EmitEvent, KeyInput } from "./events.ts";

/** Where input goes: the machine's InputRouter. Clients are told apart, so that each releases its own keys only. */
export interface InputSink {
  keyEvent(client: number, keysym: number, down: boolean, clientKnowsLeds: boolean): void;
  extendedKeyEvent(client: number, keysym: number, keycode: number, down: boolean, clientKnowsLeds: boolean): void;
  pointerEvent(
    client: number,
    x: number,
    y: number,
    buttonMask: number,
    width: number,
    height: number,
    clientIsRelative: boolean,
  ): void;
  releaseClient(client: number): void;
}

/** What input needs of its connection. */
export interface ClientInputOptions {
  readonly display: Display;
  /** Undefined: the owner listens to the events, or nobody. */
  readonly sink: InputSink | undefined;
  readonly client: ClientInfo;
  readonly emit: EmitEvent;
}

/** One client's input. Of a client that only watches nothing gets through. */
export class ClientInput {
  readonly #options: ClientInputOptions;
  /** Keys the owner was told are down, by keysym and keycode. */
  readonly #held = new Map<string, KeyInput>();
  #pointer = { x: 0, y: 0, buttonMask: 0 };

  constructor(options: ClientInputOptions) {
    this.#options = options;
  }

  /** A KeyEvent. */
  onKeyEvent(keysym: number, down: boolean): void {
    const { client } = this.#options;
    if (client.viewOnly) return;
    this.#options.display.wake();
    this.#options.sink?.keyEvent(client.id, keysym, down, false);
    this.#tellKey({ client, keysym, down });
  }

  /** A QEMU extended key event. */
  onExtendedKeyEvent(keysym: number, keycode: number, down: boolean): void {
    const { client } = this.#options;
    if (client.viewOnly) return;
    this.#options.display.wake();
    this.#options.sink?.extendedKeyEvent(client.id, keysym, keycode, down, false);
    this.#tellKey({ client, keysym, down, keycode });
  }

  /** A PointerEvent; a position outside the display counts as its edge. */
  onPointerEvent(x: number, y: number, buttonMask: number): void {
    const { client, display, sink } = this.#options;
    if (client.viewOnly) return;
    display.wake();
    const { width, height } = display.serverSurface;
    this.#pointer = { x: Math.min(x, width - 1), y: Math.min(y, height - 1), buttonMask };
    sink?.pointerEvent(client.id, this.#pointer.x, this.#pointer.y, buttonMask, width, height, false);
    this.#options.emit("pointer", { client, ...this.#pointer });
  }

  /** A ClientCutText. */
  onCutText(text: string): void {
    const { client } = this.#options;
    if (client.viewOnly) return;
    this.#options.display.wake();
    this.#options.emit("cutText", { client, text: text.replaceAll("\r\n", "\n") });
  }

  /** The client is gone: what it holds is released, and nothing that others hold. */
  release(): void {
    const { client } = this.#options;
    this.#options.sink?.releaseClient(client.id);
    for (const key of this.#held.values()) this.#options.emit("key", { ...key, client, down: false });
    this.#held.clear();
    if (this.#pointer.buttonMask === 0) return;
    this.#pointer = { ...this.#pointer, buttonMask: 0 };
    this.#options.emit("pointer", { client, ...this.#pointer });
  }

  #tellKey(input: KeyInput): void {
    const key = `${input.keysym} ${input.keycode}`;
    if (!input.down) this.#held.delete(key);
    else if (this.#held.size < MAX_HELD_KEYS) this.#held.set(key, input);
    this.#options.emit("key", input);
  }
}
