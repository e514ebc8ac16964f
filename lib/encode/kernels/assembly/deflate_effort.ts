/** How hard is looked for what came before. */

/** How hard to look, and for what. */
@unmanaged
export class Search {
  /** Bytes of a pixel: where matches may start and end. */
  step: u32;
  /** How many places to look at where the same six pixels were: 0, 2 or 4. */
  places: u32;
  /** Where a match this long was found no other place is looked at. */
  niceLength: u32;
  /** Behind the start of a shorter match it is looked whether a longer one begins at the next pixel. */
  lazyLength: u32;
  /** In a match this long no pixel is looked at for itself. */
  jumpLength: u32;
  /** Where matches save less than so many percent, what comes next is not searched. */
  leastSaved: f32;
  /** The same for pixels of three or four bytes that have matches: tables that have seen little hide what they save. */
  leastSavedWide: f32;
  /** Whether long matches were so few that more places are not worth a look. */
  isGrainy: u32;
  /** Long matches found by the last search. */
  longMatches: u32;
  /**
   * Bytes of the widest pixels whose matches are weighed against each other, where there is no grain: bytes that are no
   * pixels gain the most.
   */
  widestWeighed: u32;
  /** How many pixels of a match are remembered, the last ones, but in haste. */
  remembered: u32;
}

/** Efforts, told apart where a search is compiled: the least, with matches that wait, and with places as well. */
@unmanaged
export class Hasty {}

@unmanaged
export class Lazy {
  lazyLength: u32;
}

@unmanaged
export class Thorough {
  lazyLength: u32;
  places: u32;
}

@inline
export function isLazy<E>(): bool {
  return offsetof<E>() >= offsetof<Lazy>();
}

@inline
export function hasPlaces<E>(): bool {
  return offsetof<E>() >= offsetof<Thorough>();
}

/**
 * Whether what the next search finds is to begin and end at any byte: of pixels of four bytes one is padding, equal
 * everywhere, and the longest match ends in the midst of one. In grain the lengths would cost what literals save.
 */
export function endsAtBytes(search: Search): bool {
  return search.step == 4 && search.isGrainy == 0;
}

/** Whether `chooseMatches` is to be called for what the next search finds. */
export function weighsMatches(search: Search): bool {
  return search.step <= search.widestWeighed && search.isGrainy == 0;
}
