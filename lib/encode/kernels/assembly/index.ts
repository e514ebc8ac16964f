/** What the kernel module exports. No static data and no heap: several threads run it over one memory. */

export { compareSurfaces } from "./compare";

/** Where the module's own static data ends; 1024 as long as there is none. */
export function dataEndBytes(): usize {
  return __heap_base;
}
