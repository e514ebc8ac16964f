/** The rects of dirty maps, merged once for all clients that have the same map. */

import type { Rect } from "../base/rect.ts";
import type { DirtyMap } from "./dirty_map.ts";
import { mergeDirtyRects } from "./merge_rects.ts";

/** Maps that are remembered: clients that are in step have one, those that missed a tick or two some others [vncd]. */
const MAX_KEPT_MAPS = 4;

interface Merged {
  readonly map: DirtyMap;
  readonly rectCostPixels: number | undefined;
  readonly rects: readonly Rect[];
}

/** What dirty maps became lately. */
export class MergedRects {
  /** The latest first. */
  readonly #kept: Merged[] = [];

  /** As {@link mergeDirtyRects}: the same list for the same bits and cost. */
  of(map: DirtyMap, rectCostPixels?: number): readonly Rect[] {
    const found = this.#kept.find((merged) => merged.rectCostPixels === rectCostPixels && merged.map.equals(map));
    if (found !== undefined) return found.rects;
    const rects = mergeDirtyRects(map, rectCostPixels);
    this.#kept.unshift({ map: map.copy(), rectCostPixels, rects });
    if (this.#kept.length > MAX_KEPT_MAPS) this.#kept.pop();
    return rects;
  }
}
