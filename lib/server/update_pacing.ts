/** When one client is sent an update, and with which rects [QEMU vnc_update_client, vnc_should_update]. */

import type { Clock, Timer } from "../base/clock.ts";
import { errorMessage } from "../base/errors.ts";
import { RESIZE_GRACE_MS } from "../base/limits.ts";
import { boundRects, EMPTY_RECT, intersectRects, isEmptyRect, type Rect } from "../base/rect.ts";
import type { Display } from "../display/display.ts";
import type { DisplayChangeListener } from "../display/display_change_listener.ts";
import { UpdateTracker } from "../display/update_tracker.ts";
import type { ClientEncoder, EncodedUpdate, EncodeJob, EncodeSettings } from "../encode/job.ts";
import type { PixelFormat } from "../rfb/pixel_format.ts";
import type { ClientFeatures } from "./client_features.ts";
import { ClientLoss } from "./client_loss.ts";
import type { DisplayStatistics } from "./display_statistics.ts";
import type { QualitySettings } from "./lossy_rules.ts";
import type { OutputQueue } from "./output_queue.ts";
import { PseudoRects } from "./pseudo_rects.ts";
import { ClientGeometry } from "./resize.ts";
import { joinRects, rectCostPixels } from "./update_rects.ts";
import { encodeSettings, UpdateWriter, usedEncodings } from "./update_writer.ts";

/** What the client has asked for and not been answered yet; `force` was not incremental. */
export type UpdateRequest = "none" | "incremental" | "force";

/** Forced requests let the display look at its device at most so often, whoever they are from. */
const FRESHEN_INTERVAL_MS = 16;

/** What pacing needs of its connection. */
export interface UpdatePacingOptions {
  readonly display: Display;
  readonly encoder: ClientEncoder;
  readonly output: OutputQueue;
  readonly clock: Clock;
  readonly quality: QualitySettings;
  readonly statistics: DisplayStatistics;
  /** The client's updates cannot go on: its connection is to be closed. */
  readonly onFailure: (reason: string) => void;
}

interface JobInFlight {
  readonly request: UpdateRequest;
  readonly rects: readonly Rect[];
  /** Its result is not to be sent. */
  isStale: boolean;
}

/**
 * One client's updates. Every FramebufferUpdate answers a request, so that a client without one outstanding is free to
 * change its pixel format. One job is in flight at most; what changes meanwhile accumulates in the tracker, and of many
 * states of a pixel only the latest is sent.
 */
export class UpdatePacing {
  readonly #options: UpdatePacingOptions;
  readonly #tracker: UpdateTracker;
  readonly #geometry: ClientGeometry;
  readonly #pseudoRects: PseudoRects;
  readonly #loss: ClientLoss;
  readonly #writer: UpdateWriter;
  readonly #removeListener: () => void;
  /** Of the client's wishes; made when it is needed, so that equal jobs are found quickly. */
  #settings: EncodeSettings | undefined;
  #request: UpdateRequest = "none";
  /** What is to be sent though it has not changed; in the tracker only when it matters, so that requests cost nothing. */
  #owed: Rect = EMPTY_RECT;
  #job: JobInFlight | undefined;
  #encoding: Promise<void> | undefined;
  /** Those that became live updates which are not sent yet. */
  readonly #live = new Set<JobInFlight>();
  /** The display is looking at its device on behalf of {@link tryUpdate}, which goes on afterwards. */
  #isFreshening = false;
  /** The client has been told a new size in answer to a forced request, and has not said anything to it. */
  #reaction: Timer | undefined;
  /** When the display last looked. */
  #tickedMs: number;
  #isClosed = false;

  constructor(options: UpdatePacingOptions) {
    this.#options = options;
    // first of all: the device is asked here, and may set a new mode
    this.#removeListener = options.display.addListener(this.#listener());
    this.#tickedMs = options.clock.nowMs();
    const { width, height } = options.display.serverSurface;
    this.#tracker = new UpdateTracker(width, height, options.display.mergedRects);
    this.#geometry = new ClientGeometry(width, height);
    this.#pseudoRects = new PseudoRects(options.display);
    this.#writer = new UpdateWriter(options.output, this.#geometry, this.#pseudoRects);
    this.#loss = new ClientLoss(this.#geometry.visible, { ...options, onDue: () => this.tryUpdate() });
    this.#followScreenful();
  }

  /** What the client has asked for. */
  get request(): UpdateRequest {
    return this.#request;
  }

  /** The size the client believes in, from (0, 0). */
  get announced(): Rect {
    return this.#geometry.announced;
  }

  /** What the client wants to be sent; pixels in another format are all new to it. */
  setPixelFormat(pixelFormat: PixelFormat): void {
    this.#writer.wishes = { ...this.#writer.wishes, pixelFormat };
    this.#settings = undefined;
    this.#owed = this.#geometry.announced;
    this.#followScreenful();
    // An incremental request that waits has an answer now, but not before what the client says next.
    this.#options.display.wake();
    // A client that has no request outstanding, as RFC 6143 §7.5.1 wants it, never gets here with a job in flight.
    if (this.#job !== undefined) this.#job.isStale = true;
  }

  /** What the client understands. */
  setFeatures(features: ClientFeatures): void {
    this.#writer.wishes = { ...this.#writer.wishes, features };
    this.#settings = undefined;
    this.#pseudoRects.setFeatures(features);
    this.#loss.setQualityLevel(features.qualityLevel);
    this.tryUpdate();
  }

  /**
   * A FramebufferUpdateRequest. An incremental one is about the whole screen and never takes a forced one back; a
   * forced one is answered even if nothing has changed. Requests that are not answered yet are one.
   */
  onRequest(incremental: boolean, requested: Rect): void {
    this.#endReaction();
    if (incremental) {
      if (this.#request === "none") this.#request = "incremental";
    } else {
      this.#owed = boundRects(this.#owed, intersectRects(requested, this.#geometry.announced));
      this.#request = "force";
    }
    this.tryUpdate();
  }

  /** Answers the request when there is something to say and room for it. May be called at any time. */
  tryUpdate(): void {
    if (this.#isClosed || this.#isFreshening || this.#job !== undefined || !this.#mayAnswer()) return;
    if (this.#request === "force") this.#freshen();
    if (this.#features.desktopSize && this.#geometry.isOutdated) this.#announceSize();
    if (this.#request === "none" || this.#reaction !== undefined) return;
    this.#markOwed();
    this.#markDue();
    if (this.#startJob()) return;
    // reached only with an empty tracker, which starts full: the first update has pixels, as there are clients that
    // take it for the picture [vncdotool]
    const isForced = this.#request === "force";
    if (this.#writer.sendPadding(isForced) || !isForced && this.#writer.sendPseudoRects()) this.#request = "none";
  }

  /** Whether a job is in flight. */
  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  /** Resolves when no job is in flight. */
  async idle(): Promise<void> {
    while (this.#job !== undefined) await this.#encoding;
  }

  /** Frees the encoder; a job in flight is dropped. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#removeListener();
    this.#endReaction();
    this.#loss.close();
    this.#options.encoder.close();
  }

  get #features(): ClientFeatures {
    return this.#writer.wishes.features;
  }

  /** How the display tells this client of changes. */
  #listener(): DisplayChangeListener {
    return {
      refresh: () => {
        this.#tickedMs = this.#options.clock.nowMs();
        this.tryUpdate();
      },
      gfxUpdate: (changed) => this.#tracker.addChanged(changed),
      gfxCopy: (destination, dx, dy) => {
        this.#markOwed();
        this.#tracker.addCopied(destination, dx, dy, this.#rectsInFlight());
      },
      gfxSwitch: ({ width, height }) => {
        this.#options.output.keepShared();
        this.#tracker.resize(width, height);
        this.#geometry.onSwitch(width, height);
        this.#loss.resize(this.#geometry.visible);
      },
      mouseSet: (_x, _y, visible) => {
        this.#pseudoRects.cursor.setVisible(visible);
        if (this.#pseudoRects.isPending) this.tryUpdate();
      },
      cursorDefine: (shape) => {
        this.#pseudoRects.cursor.define(shape);
        if (this.#pseudoRects.isPending) this.tryUpdate();
      },
    };
  }

  /** Where nobody knows which state the client is going to have. */
  #rectsInFlight(): readonly Rect[] {
    return [...this.#live, ...this.#job === undefined ? [] : [this.#job]].flatMap(({ rects }) => rects);
  }

  /** An incremental request waits for room; a forced one only for the forced update before it. */
  #mayAnswer(): boolean {
    const { output } = this.#options;
    if (this.#reaction !== undefined) return false;
    if (this.#request === "force") return !output.isForcedPending && !output.mustWait;
    return this.#request === "incremental" && !output.isThrottled;
  }

  /**
   * An update without pixels is an answer to who waits for something to change. Who has asked for pixels gets these as
   * well: with the next request, as most clients make one of the new size at once and must not be answered twice, or
   * when none comes [vncdotool].
   */
  #announceSize(): void {
    this.#options.output.send(this.#geometry.announce());
    this.#loss.resize(this.#geometry.visible);
    this.#owed = this.#geometry.announced;
    this.#followScreenful();
    if (this.#request === "incremental") this.#request = "none";
    else this.#reaction = this.#options.clock.setTimer(() => this.#onNoReaction(), RESIZE_GRACE_MS);
  }

  #onNoReaction(): void {
    this.#endReaction();
    this.tryUpdate();
  }

  #endReaction(): void {
    this.#reaction?.cancel();
    this.#reaction = undefined;
  }

  /** A picture that is asked for must not be older than the question, however long the display has been backing off. */
  #freshen(): void {
    if (this.#options.clock.nowMs() - this.#tickedMs < FRESHEN_INTERVAL_MS) return;
    this.#isFreshening = true;
    this.#options.display.refresh();
    this.#isFreshening = false;
  }

  #markOwed(): void {
    if (isEmptyRect(this.#owed)) return;
    this.#tracker.addChangedRect(this.#owed);
    this.#geometry.addRequested(this.#owed);
    this.#owed = EMPTY_RECT;
  }

  /** What went out with a loss goes again without one, when the line has room. */
  #markDue(): void {
    if (this.#options.output.isThrottled) return;
    for (const due of this.#loss.takeDue()) this.#tracker.addChangedRect(due);
  }

  /** Cuts a job from the tracker; false when that held nothing for this client. */
  #startJob(): boolean {
    if (this.#isClosed || this.#tracker.isEmpty) return false;
    // a client that sees a part only does not have what is copied into it
    const allowCopies = this.#features.copyRect && !this.#geometry.isOutdated;
    const { encoding } = usedEncodings(this.#writer.wishes);
    const { copies, rects } = this.#tracker.take(allowCopies, rectCostPixels(encoding));
    const job = this.#makeJob(copies, joinRects(this.#visibleParts(rects), copies.length));
    if (job.copies.length + job.rects.length === 0) return false;
    const inFlight = { request: this.#request, rects: job.rects, isStale: false };
    this.#job = inFlight;
    this.#request = "none";
    this.#encoding = this.#encode(inFlight, job);
    return true;
  }

  #visibleParts(rects: readonly Rect[]): readonly Rect[] {
    const { isOutdated, visible } = this.#geometry;
    return isOutdated ? rects.map((r) => intersectRects(r, visible)).filter((r) => !isEmptyRect(r)) : rects;
  }

  #makeJob(copies: EncodeJob["copies"], rects: readonly Rect[]): EncodeJob {
    const { generation, serverSurface } = this.#options.display;
    const { pointer, width, height, strideBytes } = serverSurface;
    this.#settings ??= encodeSettings(this.#writer.wishes);
    return {
      surface: { pointer, width, height, strideBytes },
      settings: this.#settings,
      mayBeLive: this.#options.output.takesShared,
      copies,
      ...this.#loss.rule(copies, rects),
      generation,
    };
  }

  async #encode(inFlight: JobInFlight, job: EncodeJob): Promise<void> {
    try {
      const update = await this.#options.encoder.encode(job);
      this.#forgetJob();
      if (!this.#isClosed) this.#onEncoded(inFlight, update);
    } catch (error) {
      this.#forgetJob();
      if (!this.#isClosed) this.#options.onFailure(`Cannot encode an update: ${errorMessage(error)}`);
    }
  }

  #forgetJob(): void {
    this.#job = undefined;
    this.#encoding = undefined;
  }

  #onEncoded(inFlight: JobInFlight, update: EncodedUpdate): void {
    const { encoder } = this.#options;
    const { request, isStale } = inFlight;
    this.#loss.onEncoded(update);
    if (isStale) encoder.discard(update);
    else if (update.rectCount === 0) encoder.recycle(update);
    else return this.#sendEncoded(inFlight, update);
    if (this.#request !== "force") this.#request = request;
    this.tryUpdate();
  }

  #sendEncoded(inFlight: JobInFlight, update: EncodedUpdate): void {
    if (update.isLive) this.#live.add(inFlight);
    this.#writer.sendEncoded(update, inFlight.request === "force", () => {
      this.#live.delete(inFlight);
      this.#options.encoder.recycle(update);
    });
    this.tryUpdate();
  }

  #followScreenful(): void {
    const { width, height } = this.#geometry.announced;
    this.#options.output.setScreenfulBytes(width * height * this.#writer.wishes.pixelFormat.bitsPerPixel / 8);
  }
}
