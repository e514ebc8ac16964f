/** The pointer's shapes as the card takes them. */

import type { CursorShape } from "../../../display/cursor.ts";
import { imageFromDots } from "../../drawing/image.ts";
import { CURSOR_DOTS, type CursorDots, type CursorName } from "./cursor_table.ts";

/** The shape of that name. */
export function cursorShape(name: CursorName): CursorShape {
  const { hotX, hotY, rows }: CursorDots = CURSOR_DOTS[name];
  return { ...imageFromDots(rows, { "#": 0x000000, ".": 0xffffff }), hotX, hotY };
}
