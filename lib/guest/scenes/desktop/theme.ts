/** The desktop's colours and measures. */

import type { Colour } from "../../drawing/colour.ts";

/** Colours 0xRRGGBB by what they are for. */
export const Theme = {
  face: 0xdedbd4,
  light: 0xffffff,
  softLight: 0xf0eee9,
  softDark: 0xb4b0a6,
  dark: 0x87837a,
  outline: 0x2c2e36,
  ink: 0x22252e,
  faintInk: 0x6d6a64,
  paper: 0xfffdf6,
  titleFrom: 0x24406f,
  titleTo: 0x5f8fb9,
  titleInk: 0xffffff,
  idleTitleFrom: 0x7d8088,
  idleTitleTo: 0xa9abad,
  idleTitleInk: 0xe4e3e0,
  accent: 0xd9793d,
  lampOff: 0xc6c2b8,
  lampOn: 0x4fae5a,
  screen: 0x1d3152,
  shadow: 0x060a18,
} as const satisfies Record<string, Colour>;

/** Pixels from a window's edge to its title bar and to its inside. */
export const BORDER = 4;
/** Pixels down a title bar. */
export const TITLE_HEIGHT = 22;
/** Pixels of a window's edge at which it can be resized. */
export const RESIZE_EDGE = 5;
/** Pixels of the corner at which it can be resized both ways. */
export const RESIZE_CORNER = 16;
/** Pixels that a window's shadow reaches beyond its right and lower edge. */
export const SHADOW_REACH = 9;
/** Pixels down the bar at the bottom of the screen. */
export const TASKBAR_HEIGHT = 32;
