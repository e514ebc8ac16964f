/** What a VncServer tells its owner. */

import type { ProtocolVersion } from "../rfb/client_messages.ts";
import type { TransportKind } from "../transport/byte_stream.ts";

/** One client as it stands when the event is told; a plain value that can be written as JSON. */
export interface ClientInfo {
  /** Unique in this server, counted from 1. */
  readonly id: number;
  /** Who is at the other end: `127.0.0.1:53211`, `unix`, … */
  readonly address: string;
  /** What carries the connection. */
  readonly transport: TransportKind;
  /** The dialect agreed on, once it is. */
  readonly version: ProtocolVersion | undefined;
  /** The security type agreed on, once it is: `None` or `VncAuth`. */
  readonly securityType: string | undefined;
  /** The shared flag of its ClientInit; false before. */
  readonly shared: boolean;
  /** Whether its keys, pointer and cut texts are ignored. */
  readonly viewOnly: boolean;
}

/** A client that is gone. */
export interface DisconnectedClient extends ClientInfo {
  /** Why, in a few words. */
  readonly reason: string;
}

/** A key that a client pressed, let repeat, or released; also when it went away holding it. */
export interface KeyInput {
  /** Whose key it is. */
  readonly client: ClientInfo;
  /** X keysym. */
  readonly keysym: number;
  /** Whether it was pressed or is held; false when it was released. */
  readonly down: boolean;
  /** XT scancode, bit 7 set for an E0 prefix; from clients with the QEMU extended key event. */
  readonly keycode?: number;
}

/** The pointer of a client moved or its buttons changed. */
export interface PointerInput {
  /** Whose pointer it is. */
  readonly client: ClientInfo;
  /** Pixels, inside the display. */
  readonly x: number;
  /** Pixels, inside the display. */
  readonly y: number;
  /** Bits as PointerButton. */
  readonly buttonMask: number;
}

/** A client has put text on its clipboard. */
export interface CutTextInput {
  /** Whose clipboard it is. */
  readonly client: ClientInfo;
  /** Latin-1, lines end with "\n". */
  readonly text: string;
}

/** The events of a VncServer and what their listeners are given. */
export interface VncServerEvents {
  /** A connection was accepted. */
  connected: [client: ClientInfo];
  /** The handshake is done: the client sees the display. */
  initialized: [client: ClientInfo];
  /** The connection is closed, initialized or not. */
  disconnected: [client: DisconnectedClient];
  /** A client's key. */
  key: [input: KeyInput];
  /** A client's pointer. */
  pointer: [input: PointerInput];
  /** A client's clipboard. */
  cutText: [input: CutTextInput];
}

/** Tells one event; a listener that throws harms nobody. */
export type EmitEvent = <Name extends keyof VncServerEvents>(name: Name, ...details: VncServerEvents[Name]) => void;
