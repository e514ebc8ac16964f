/** Who may be sent pixels with a loss, and when [QEMU vnc_update_freq, send_sub_rect]. */

import type { EncodingPolicy, LossyRule } from "../encode/job.ts";

/** Every {@link LossyMode}. */
export const LOSSY_MODES = ["off", "on", "auto"] as const;

/**
 * Whether pixels may be sent with a loss to clients that set a quality level: never (`off`), as far as QEMU's rule goes
 * (`on`), or only where the picture keeps moving (`auto`).
 */
export type LossyMode = typeof LOSSY_MODES[number];

/** What the owner of a server wants for all clients. */
export interface QualitySettings {
  readonly lossy: LossyMode;
  /** Whether a loss depends on how often a part of the picture changes. */
  readonly adaptive: boolean;
  readonly encodingPolicy: EncodingPolicy;
}

/** What is served when nothing else is said. */
export const DEFAULT_QUALITY: QualitySettings = { lossy: "auto", adaptive: true, encodingPolicy: "best" };

/** What changes less often, in changes a second, is sent as it is; by quality level [QEMU tight_jpeg_conf]. */
const MIN_FREQUENCY: readonly number[] = [0, 0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5];
/** What changes so often is video; by quality level [QEMU tight_jpeg_conf]. */
const VIDEO_FREQUENCY: readonly number[] = [8, 8, 8, 8, 10, 10, 10, 12, 14, 16];

/** From this quality level on QEMU keeps JPEG for video. */
const QEMU_VIDEO_ONLY_LEVEL = 7;

/** Whether a client with a quality level may ever be sent anything with a loss. */
export function mayLose({ lossy, adaptive }: QualitySettings, qualityLevel: number | undefined): boolean {
  return qualityLevel !== undefined && (lossy === "on" || lossy === "auto" && adaptive);
}

/** The rule for a rect that changes so many times a second. */
export function lossyRule(settings: QualitySettings, qualityLevel: number | undefined, frequency: number): LossyRule {
  if (qualityLevel === undefined || !mayLose(settings, qualityLevel)) return "forbidden";
  if (settings.adaptive && frequency >= VIDEO_FREQUENCY[qualityLevel]!) return "forced";
  if (settings.lossy === "auto") return "forbidden";
  if (settings.adaptive && frequency < MIN_FREQUENCY[qualityLevel]!) return "forbidden";
  if (settings.encodingPolicy !== "qemu") return "allowed";
  return qualityLevel >= QEMU_VIDEO_ONLY_LEVEL ? "forbidden" : "smooth";
}
