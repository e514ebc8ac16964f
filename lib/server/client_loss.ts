/** What one client is sent with a loss: the rule for every rect of a job, and the lossless refresh behind it. */

import { isEmptyRect, type Rect } from "../base/rect.ts";
import { splitByCells } from "../display/cell_grid.ts";
import type { CopiedRect, EncodedUpdate, LossyRule } from "../encode/job.ts";
import { LosslessRefresh, type LosslessRefreshOptions } from "./lossless_refresh.ts";
import { lossyRule, mayLose, type QualitySettings } from "./lossy_rules.ts";

/** What it needs. */
export interface ClientLossOptions extends LosslessRefreshOptions {
  readonly quality: QualitySettings;
}

/** The rects of a job, and a rule for each of them unless all are forbidden. */
export interface RuledRects {
  readonly rects: readonly Rect[];
  readonly lossy?: readonly LossyRule[];
}

/** One client's. Costs nothing while its client may lose nothing. */
export class ClientLoss {
  readonly #options: ClientLossOptions;
  readonly #refresh: LosslessRefresh;
  #qualityLevel: number | undefined;
  #forgetStatistics: (() => void) | undefined;

  /** For a client that sees `size` of the picture, from (0, 0). */
  constructor(size: Rect, options: ClientLossOptions) {
    this.#options = options;
    this.#refresh = new LosslessRefresh(size, options);
  }

  /** The client sees another part of the picture, and is sent all of it anew. */
  resize(size: Rect): void {
    this.#refresh.resize(size);
  }

  /** The client's quality level, 0–9; undefined when it wants its pixels as they are. */
  setQualityLevel(level: number | undefined): void {
    const { quality, statistics } = this.#options;
    this.#qualityLevel = level;
    if (quality.adaptive && mayLose(quality, level)) this.#forgetStatistics ??= statistics.need();
    else this.#letStatisticsGo();
  }

  /** What has to go out again although it has not changed: to be asked when there is room for it. */
  takeDue(): readonly Rect[] {
    return this.#refresh.takeDue();
  }

  /** The rects of a job that is going to be sent. What is due is cut out of what may be lossy. */
  rule(copies: readonly CopiedRect[], rects: readonly Rect[]): RuledRects {
    this.#refresh.addCopies(copies);
    if (!mayLose(this.#options.quality, this.#qualityLevel)) {
      this.#refresh.addSent(rects);
      return { rects };
    }
    const isDue = this.#refresh.dueCells();
    const ruled: { rect: Rect; rule: LossyRule }[] = [];
    for (const whole of rects) {
      const { in: due, out } = isDue === undefined ? { in: [], out: [whole] } : splitByCells(whole, isDue);
      ruled.push(...due.map((rect) => ({ rect, rule: "forbidden" as const })));
      ruled.push(...out.map((rect) => ({ rect, rule: this.#ruleOf(rect) })));
    }
    this.#refresh.addSent(rects);
    const lossy = ruled.map(({ rule }) => rule);
    if (lossy.every((rule) => rule === "forbidden")) return { rects };
    return { rects: ruled.map(({ rect }) => rect), lossy };
  }

  /** What the job has become. */
  onEncoded({ lossyRects = [] }: EncodedUpdate): void {
    this.#refresh.addLossy(lossyRects.filter((lossy) => !isEmptyRect(lossy)));
  }

  /** No timer is left behind. */
  close(): void {
    this.#refresh.close();
    this.#letStatisticsGo();
  }

  #ruleOf(area: Rect): LossyRule {
    const { quality, statistics, clock } = this.#options;
    return lossyRule(quality, this.#qualityLevel, statistics.current?.frequency(area, clock.nowMs()) ?? 0);
  }

  #letStatisticsGo(): void {
    this.#forgetStatistics?.();
    this.#forgetStatistics = undefined;
  }
}
