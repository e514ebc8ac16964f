/** Flags' values: read, checked, and refused in a sentence that names the flag. */

import { UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";

/** Reads a flag's value. */
export type ReadValue<T> = (text: string) => T;

function valueError(flag: string, text: string, why: string): UsageError {
  return new UsageError(`Cannot use "${escapeText(text)}" for ${flag}: ${why}`);
}

/** A whole number of `min` to `max`. */
export function wholeNumber(flag: string, min: number, max: number): ReadValue<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw valueError(flag, text, `it is no whole number of ${min} to ${max}`);
    }
    return value;
  };
}

/** One of some words. */
export function oneOf<T extends string>(flag: string, words: readonly T[]): ReadValue<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw valueError(flag, text, `it is none of ${words.join(", ")}`);
    return word;
  };
}

/** A number over 0, or `max` for as fast as can be. */
export function speed(flag: string): ReadValue<number> {
  return (text) => {
    if (text === "max") return Number.POSITIVE_INFINITY;
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0) throw valueError(flag, text, "it is no number over 0, nor max");
    return value;
  };
}

/** A flag that may be given again and again: the new value behind those before. */
export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...before ?? [], text];
}
