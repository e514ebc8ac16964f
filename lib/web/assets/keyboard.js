// @ts-check
/** A phone's keyboard: it types into a hidden field, and what changes there is sent as keys. */

/** Kept in the field so that there is something to delete. */
const FILL = "_".repeat(40);
const BACKSPACE = 0xff08;
const KEYSYMS = { "\n": 0xff0d, "\r": 0xff0d, "\t": 0xff09 };
/** Keys that a field does not show; phones with a real keyboard have them. */
const KEYS = { Enter: 0xff0d, Tab: 0xff09, Escape: 0xff1b, ArrowLeft: 0xff51, ArrowUp: 0xff52, ArrowRight: 0xff53, ArrowDown: 0xff54 };

/**
 * @param {HTMLTextAreaElement} field the hidden field
 * @param {HTMLButtonElement} button shows and hides the keyboard
 * @param {(keysym: number) => void} sendKey presses and releases a key
 */
export function attachKeyboard(field, button, sendKey) {
  let before = "";
  const refill = () => before = field.value = FILL;
  // a button that takes the focus would close the keyboard before its click
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => document.activeElement === field ? field.blur() : field.focus());
  field.addEventListener("focus", refill);
  field.addEventListener("keydown", (event) => {
    const keysym = KEYS[/** @type {keyof typeof KEYS} */ (event.key)];
    if (keysym === undefined || event.isComposing) return;
    event.preventDefault();
    sendKey(keysym);
  });
  field.addEventListener("input", () => {
    sendDifference(before, field.value, sendKey);
    before = field.value;
    if (before.length < FILL.length / 2 || before.length > FILL.length * 4) refill();
  });
}

/** What autocorrection replaces is deleted and typed again. */
function sendDifference(/** @type {string} */ before, /** @type {string} */ after, /** @type {(keysym: number) => void} */ sendKey) {
  let same = 0;
  while (same < before.length && same < after.length && before[same] === after[same]) same++;
  for (let i = same; i < before.length; i++) sendKey(BACKSPACE);
  for (const character of after.slice(same)) sendKey(keysymOf(character));
}

/** Latin-1 is its own keysym, the rest of Unicode has an offset (X11 protocol, appendix A). */
function keysymOf(/** @type {string} */ character) {
  const code = character.codePointAt(0) ?? 0;
  const isLatin1 = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x100);
  return KEYSYMS[/** @type {keyof typeof KEYSYMS} */ (character)] ?? (isLatin1 ? code : 0x01000000 + code);
}
