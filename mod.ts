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

// Values that several parts share.
export type { Clock, Timer } from "./lib/base/clock.ts";
export {
  AuthError,
  ConnectionError,
  LimitError,
  ProtocolError,
  RecordingError,
  StorageError,
  TimeoutError,
  UsageError,
} from "./lib/base/errors.ts";
export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from "./lib/base/log.ts";
export type { Point, Rect } from "./lib/base/rect.ts";

// A display: what is painted, and what is told of it.
export { type CursorShape, HIDDEN_CURSOR } from "./lib/display/cursor.ts";
export type { DirtyMap } from "./lib/display/dirty_map.ts";
export { Display, type DisplayOptions } from "./lib/display/display.ts";
export type { DisplayChangeListener } from "./lib/display/display_change_listener.ts";
export type { DisplaySurface } from "./lib/display/display_surface.ts";
export type { FrameMemory, MemoryRegion } from "./lib/display/frame_memory.ts";

// Serving it.
export { type EncoderPool, ENCODING_POLICIES, type EncodingPolicy } from "./lib/encode/job.ts";
export { WorkerPool, type WorkerPoolOptions } from "./lib/encode/pool.ts";
export { LAYOUT_NAMES, type LayoutName } from "./lib/input/layout.ts";
export type { ProtocolVersion } from "./lib/rfb/client_messages.ts";
export { serveVnc, type ServeVncOptions, VncService } from "./lib/run/serve_vnc.ts";
export type {
  ClientInfo,
  CutTextInput,
  DisconnectedClient,
  KeyInput,
  PointerInput,
  VncServerEvents,
} from "./lib/server/events.ts";
export { LOSSY_MODES, type LossyMode } from "./lib/server/lossy_rules.ts";
export { SHARE_POLICIES, type SharePolicy } from "./lib/server/share_policy.ts";
export { type AddStreamOptions, VncServer, type VncServerOptions } from "./lib/server/vnc_server.ts";
export { serveWeb, type WebDoor, type WebOptions } from "./lib/web/http_door.ts";

// Addresses, and connections as byte streams.
export {
  type Address,
  formatAddress,
  parseAddress,
  type TcpAddress,
  type UnixAddress,
} from "./lib/transport/address.ts";
export type { ByteStream, Listener, TransportKind } from "./lib/transport/byte_stream.ts";
export { memoryPipe, type MemoryPipeOptions } from "./lib/transport/memory_pipe.ts";
export { webSocketStream, type WebSocketStreamOptions } from "./lib/transport/websocket_stream.ts";

// The machine behind a display.
export type { DirtySnapshot } from "./lib/machine/dirty_pages.ts";
export { ABSOLUTE_MAX, type InputDevice, LedBit, PointerButton } from "./lib/machine/input_device.ts";
export type { InterruptHandler, InterruptLines } from "./lib/machine/interrupt_lines.ts";
export type { IoBus, PortDevice, PortWidth } from "./lib/machine/io_bus.ts";
export type { LegacyWindow } from "./lib/machine/legacy_window.ts";
export { Machine, type MachineOptions } from "./lib/machine/machine.ts";
export type { VideoMemory } from "./lib/machine/video_memory.ts";

// Scenes: what runs on the machine.
export { type SceneService, serveScene, type ServeSceneOptions } from "./lib/run/serve_scene.ts";
export { defineScene, type GuestContext, type Scene } from "./lib/guest/scene.ts";
export { type ConsoleOptions, consoleScene } from "./lib/guest/scenes/console.ts";
export { desktop, type DesktopOptions } from "./lib/guest/scenes/desktop.ts";
export { picture } from "./lib/guest/scenes/picture.ts";
export type { SizedScene } from "./lib/guest/scenes/sized_scene.ts";
export { testcard, type TestcardOptions } from "./lib/guest/scenes/testcard.ts";

// What a scene finds on the machine.
export type { Firmware } from "./lib/guest/firmware/firmware.ts";
export type { GuestMachine } from "./lib/guest/firmware/hardware.ts";
export type { GuestKeyEvent } from "./lib/guest/firmware/key_event.ts";
export type { KeyboardDriver } from "./lib/guest/firmware/keyboard_driver.ts";
export type { PointerArea, PointerDriver, PointerSource } from "./lib/guest/firmware/pointer_driver.ts";
export type { GuestPointerEvent } from "./lib/guest/firmware/pointer_event.ts";
export {
  type SavedText,
  TEXT_COLUMNS,
  TEXT_ROWS,
  textAttribute,
  type TextCell,
  TextColour,
  type TextCursorShape,
  type TextScreen,
  type TextWindow,
} from "./lib/guest/firmware/text_screen.ts";
export type { LinearDepth, LinearMode } from "./lib/guest/firmware/vbe.ts";

// Drawing in a linear mode.
export { Blitter, type BlitterMemory, type BlitterPorts } from "./lib/guest/drawing/blitter.ts";
export { Canvas, type GradientDirection, type PixelLayout, type PixelMemory } from "./lib/guest/drawing/canvas.ts";
export { blendColours, type Colour, mixColours, rgb } from "./lib/guest/drawing/colour.ts";
export { drawImage, imageFromDots, type RgbaImage } from "./lib/guest/drawing/image.ts";
export { decodePng } from "./lib/guest/drawing/png.ts";
export { drawRing } from "./lib/guest/drawing/shapes.ts";
export { CELL_HEIGHT, CELL_WIDTH, drawText, measureText, type TextStyle } from "./lib/guest/drawing/text.ts";

// A client of any server.
export type { Password } from "./lib/client/handshake.ts";
export { type ConnectOptions, connectVnc, DEFAULT_ENCODINGS, openVnc } from "./lib/client/open_vnc.ts";
export {
  type EncodingMeasurement,
  MEASURABLE_ENCODINGS,
  type MeasuredServer,
  measureServer,
  type MeasureServerOptions,
  type ServerMeasurement,
  type UnansweredEncoding,
} from "./lib/client/measure_server.ts";
export type { VncClientEvents } from "./lib/client/client_events.ts";
export type { UpdatedRect, UpdateInfo } from "./lib/client/update_waiters.ts";
export { VncClient } from "./lib/client/vnc_client.ts";
export type { CursorImage } from "./lib/decode/cursor.ts";
export type { PixelTarget } from "./lib/decode/decoder.ts";
export type { DecodedRect, ServerMessage } from "./lib/decode/message_decoder.ts";
export { Encoding, encodingName, PseudoEncoding } from "./lib/rfb/encodings.ts";
export type { RectHeader } from "./lib/rfb/server_messages.ts";

// Sessions: recorded, read, replayed.
export type { PixelFormat } from "./lib/rfb/pixel_format.ts";
export { type RecordingRun, recordSession, type RecordSessionOptions } from "./lib/run/record_session.ts";
export { type ReplayService, replaySession, type ReplaySessionOptions } from "./lib/run/replay_session.ts";
export type { SessionGeometry } from "./lib/session/format.ts";
export type { RecordedHandshake } from "./lib/session/handshake.ts";
export {
  type PlaybackResult,
  type PlayerDisplay,
  SessionPlayer,
  type SessionPlayerOptions,
} from "./lib/session/player.ts";
export { type SessionBlock, type SessionHeader, SessionReader } from "./lib/session/reader.ts";
export {
  type MessageSource,
  type RecordingSummary,
  SessionRecorder,
  type SessionRecorderOptions,
} from "./lib/session/recorder.ts";
export { RECORDING_ENCODINGS } from "./lib/session/strict_messages.ts";
export { SessionWriter, type SessionWriterOptions } from "./lib/session/writer.ts";
