/**
 * vncd: the VNC server of a virtual machine monitor as a library. A {@link Display} is painted and served with
 * {@link serveVnc}; {@link serveScene} puts a whole scripted machine behind it; {@link connectVnc} is a client;
 * {@link recordSession} and {@link replaySession} keep and show sessions.
 *
 * @example A white picture for any VNC viewer
 * ```ts
 * import { Display, serveVnc } from "@vncd/vncd";
 *
 * const display = new Display({ width: 320, height: 200 });
 * const service = await serveVnc(display);
 * display.pixels.fill(0xff);
 * display.update({ x: 0, y: 0, width: 320, height: 200 });
 * await service.stop();
 * display.close();
 * ```
 *
 * @module
 */

export type { Clock, Timer } from "./lib/base/clock.ts";
export {
  AuthError,
  ConnectionError,
  LimitError,
  ProtocolError,
  RecordingError,
  StorageError,
  UsageError,
} from "./lib/base/errors.ts";
export { createLogger, type Logger, type LogLevel } from "./lib/base/log.ts";
export type { Point, Rect } from "./lib/base/rect.ts";

export type { CursorShape } from "./lib/display/cursor.ts";
export { Display, type DisplayOptions } from "./lib/display/display.ts";
export type { DirtySnapshot } from "./lib/machine/dirty_pages.ts";
export { type InputDevice, PointerButton } from "./lib/machine/input_device.ts";
export { type InterruptHandler, InterruptLines } from "./lib/machine/interrupt_lines.ts";
export { IoBus, type PortDevice, type PortWidth } from "./lib/machine/io_bus.ts";
export { LegacyWindow } from "./lib/machine/legacy_window.ts";
export { Machine, type MachineOptions } from "./lib/machine/machine.ts";
export { VideoMemory } from "./lib/machine/video_memory.ts";

export { serveVnc, type ServeVncOptions, VncService } from "./lib/run/serve_vnc.ts";
export type { ClientInfo, CutTextInput, DisconnectedClient, KeyInput, PointerInput } from "./lib/server/events.ts";
export type { SharePolicy } from "./lib/server/share_policy.ts";
export { VncServer, type VncServerOptions } from "./lib/server/vnc_server.ts";
export { type Address, formatAddress, parseAddress } from "./lib/transport/address.ts";
export type { ByteStream, Listener, TransportKind } from "./lib/transport/byte_stream.ts";
export { memoryPipe } from "./lib/transport/memory_pipe.ts";
export { webSocketStream } from "./lib/transport/websocket_stream.ts";
export { serveWeb, type WebDoor, type WebOptions } from "./lib/web/http_door.ts";

export { type SceneService, serveScene, type ServeSceneOptions } from "./lib/run/serve_scene.ts";
export { defineScene, type GuestContext, type Scene } from "./lib/guest/scene.ts";

export { type ConnectOptions, connectVnc, openVnc } from "./lib/client/open_vnc.ts";
export { type UpdatedRect, type UpdateInfo, VncClient } from "./lib/client/vnc_client.ts";
export { Encoding, encodingName, PseudoEncoding } from "./lib/rfb/encodings.ts";

export { type RecordingRun, recordSession, type RecordSessionOptions } from "./lib/run/record_session.ts";
export { type ReplayService, replaySession, type ReplaySessionOptions } from "./lib/run/replay_session.ts";
export { type PlaybackResult, SessionPlayer, type SessionPlayerOptions } from "./lib/session/player.ts";
export { type SessionBlock, type SessionHeader, SessionReader } from "./lib/session/reader.ts";
export { type RecordingSummary, SessionRecorder, type SessionRecorderOptions } from "./lib/session/recorder.ts";
export { RECORDING_ENCODINGS } from "./lib/session/strict_messages.ts";
export { SessionWriter, type SessionWriterOptions } from "./lib/session/writer.ts";
