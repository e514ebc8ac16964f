/** Replaying: a session file as a device behind a display that is served. */

import { errorMessage } from "../base/errors.ts";
import { silentLogger } from "../base/log.ts";
import { Display } from "../display/display.ts";
import { type PlaybackResult, SessionPlayer } from "../session/player.ts";
import { SessionReader } from "../session/reader.ts";
import { serveVnc, type ServeVncOptions, type VncService } from "./serve_vnc.ts";

/** What to replay, and how. */
export interface ReplaySessionOptions extends ServeVncOptions {
  /** The recording. */
  readonly file: string;
  /** Times real time. Default 1; Infinity waits for nothing. */
  readonly speed?: number | undefined;
  /** Whether to begin again at the end, for ever. */
  readonly loop?: boolean | undefined;
  /** Where to start, milliseconds of the recording; the picture is as it was then. */
  readonly startMs?: number | undefined;
  /** No pause lasts longer than this many milliseconds of the recording. */
  readonly idleLimitMs?: number | undefined;
  /** Updates a second at most. Default 60. */
  readonly fps?: number | undefined;
}

/** A replay being served; goes on showing the last picture when the recording has ended. */
export interface ReplayService {
  /** What the recording is painted on. */
  readonly display: Display;
  /** The display being served. */
  readonly service: VncService;
  /** The desktop's name in the recording. */
  readonly name: string;
  /** Resolves at the recording's end, or after `stop`; rejects with RecordingError where it cannot be read on. */
  readonly finished: Promise<PlaybackResult>;
  /** Stops playing and serving, and waits until all viewers are gone. */
  stop(): Promise<void>;
}

/**
 * Serves a recording to viewers in its own time. Rejects with StorageError or RecordingError for a file that cannot be
 * read or is no recording, and as serveVnc.
 *
 * @example
 * ```ts
 * import { replaySession, SessionWriter } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const file = await Deno.makeTempFile({ suffix: ".rfb" });
 * const writer = await SessionWriter.create(file, { width: 64, height: 48, name: "demo", overwrite: true, index: false });
 * await writer.close();
 *
 * const replay = await replaySession({ file });
 * const { durationMs } = await replay.finished;
 * assert(replay.name === "demo" && durationMs === 0);
 * await replay.stop();
 * await Deno.remove(file);
 * ```
 */
export async function replaySession(options: ReplaySessionOptions): Promise<ReplayService> {
  const { speed, loop, startMs, idleLimitMs, fps, logger = silentLogger } = options;
  const reader = await SessionReader.open(options.file);
  const { width, height, name } = reader.header;
  let display: Display | undefined;
  function close(): void {
    display?.close();
    reader.close();
  }
  try {
    display = new Display({ width, height, logger, ...(fps === undefined ? {} : { fps }) });
    const player = new SessionPlayer(reader, display, { speed, loop, startMs, idleLimitMs });
    const service = await serveVnc(display, { ...options, name: options.name ?? name.trimEnd() });
    const finished = player.play();
    finished.catch((error) => logger.error(errorMessage(error)));
    const stop = async (): Promise<void> => {
      player.stop();
      await finished.catch(() => {});
      await service.stop().finally(close);
    };
    return { display, service, name: name.trimEnd(), finished, stop };
  } catch (error) {
    close();
    throw error;
  }
}
