/** Recording: what a server sends, or what a scene of one's own shows, into a session file. */

import { UsageError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { connectVnc, openVnc } from "../client/open_vnc.ts";
import type { Password } from "../client/handshake.ts";
import type { VncClient } from "../client/vnc_client.ts";
import { VncServer } from "../server/vnc_server.ts";
import { indexPath } from "../session/format.ts";
import { type RecordingSummary, SessionRecorder } from "../session/recorder.ts";
import { RECORDING_ENCODINGS } from "../session/strict_messages.ts";
import { SessionWriter } from "../session/writer.ts";
import { memoryPipe } from "../transport/memory_pipe.ts";
import { type SceneService, serveScene, type ServeSceneOptions } from "./serve_scene.ts";

/** What to record, and where to. */
export interface RecordSessionOptions extends ServeSceneOptions {
  /** The recording: `session.rfb`; `session.rfb.idx` is written beside it. */
  readonly file: string;
  /** Another VNC server, joined as one more shared viewer. Without it the scene is served and recorded. */
  readonly server?: string | undefined;
  /** For a server that wants one; a function is called when it does. */
  readonly serverPassword?: Password | undefined;
  /** Gives up connecting to the server: recordSession rejects with its reason. Of no effect once it records. */
  readonly signal?: AbortSignal | undefined;
  /** Whether a file that is there may be lost. Default false. */
  readonly overwrite?: boolean | undefined;
  /** What to do when the disk is full: "retry", the default, goes on when there is space again; "stop" ends. */
  readonly onDiskError?: "retry" | "stop" | undefined;
}

/** A recording under way. */
export interface RecordingRun {
  /** The machine being served, when no other server is recorded. */
  readonly scene: SceneService | undefined;
  /** What is recorded: the desktop's name and size when the recording began. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Resolves when the recording has ended and its file is closed. Never rejects. */
  readonly finished: Promise<RecordingSummary>;
  /** Ends the recording; viewers of the scene, if any, are let go. */
  stop(): Promise<RecordingSummary>;
}

/**
 * Starts a recording. Rejects with UsageError for a file that is there already, StorageError for one that cannot be
 * written, and as connectVnc or serveScene.
 *
 * @example
 * ```ts
 * import { recordSession, SessionReader } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const file = await Deno.makeTempFile({ suffix: ".rfb" });
 * const recording = await recordSession({ scene: "console", file, overwrite: true });
 * for (let isEmpty = true; isEmpty;) {
 *   using reader = await SessionReader.open(file);
 *   isEmpty = await reader.next() === undefined;
 * }
 * const { messages } = await recording.stop();
 * assert(messages > 0);
 * await Deno.remove(file);
 * await Deno.remove(`${file}.idx`);
 * ```
 */
export async function recordSession(options: RecordSessionOptions): Promise<RecordingRun> {
  await refuseExisting(options);
  const source = options.server === undefined ? await serveSource(options) : await connectSource(options);
  try {
    return await startRecording(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Before anything is started: the writer refuses as well, but by then a password may have been asked for. */
async function refuseExisting({ file, overwrite }: RecordSessionOptions): Promise<void> {
  if (overwrite) return;
  for (const path of [file, indexPath(file)]) {
    const isThere = await Deno.lstat(path).then(() => true, () => false);
    if (isThere) throw new UsageError(`Cannot record to "${path}": it exists already`);
  }
}

/** What is recorded. */
interface Source {
  readonly client: VncClient;
  readonly scene: SceneService | undefined;
  close(): Promise<void>;
}

async function connectSource({ server, serverPassword, signal, logger }: RecordSessionOptions): Promise<Source> {
  const password = serverPassword;
  const client = await connectVnc(server!, { encodings: RECORDING_ENCODINGS, password, signal, logger });
  return { client, scene: undefined, close: () => Promise.resolve(client.close()) };
}

/**
 * The recorder looks through a server of its own: on the scene's it would take a viewer's place, and the first viewer
 * that asks for exclusive access would end the recording.
 */
async function serveSource(options: RecordSessionOptions): Promise<Source> {
  const scene = await serveScene(options);
  const { display, name } = scene;
  const { clock, logger } = options;
  const server = new VncServer(display, { name, viewOnly: true, clock, logger: troublesOnly(logger) });
  const close = () => server.stop().finally(() => scene.stop());
  try {
    const [near, far] = memoryPipe();
    server.addStream(far);
    return { client: await openVnc(near, { encodings: RECORDING_ENCODINGS }), scene, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of a client that nobody connected, only troubles are worth a line. */
function troublesOnly(logger: Logger = silentLogger): Logger {
  return {
    ...silentLogger,
    error: (message) => logger.error(`recording the display: ${message}`),
    warn: (message) => logger.warn(`recording the display: ${message}`),
  };
}

async function startRecording({ client, scene, close }: Source, options: RecordSessionOptions): Promise<RecordingRun> {
  const { file, overwrite, onDiskError, logger } = options;
  const { width, height, name } = client;
  const writer = await SessionWriter.create(file, { width, height, name, overwrite, logger });
  const recorder = new SessionRecorder(client, writer, { onDiskError, logger });
  const finished = recorder.done.then(async (summary) => {
    client.close();
    await close();
    return summary;
  });
  const stop = (): Promise<RecordingSummary> => {
    void recorder.stop();
    return finished;
  };
  return { scene, name, width, height, finished, stop };
}
