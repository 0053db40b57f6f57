import type { ModelSettings } from '../core/prompt.js';
import type { DeclaredTypes } from './engines/values.js';

export type Mapping = Readonly<Record<string, unknown>>;

/** A value as a mapping; empty for anything else. */
export function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

/** The first of some values that is a text; one that refers to the environment or to a file is none. */
export function firstText(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && !value.includes('${'));
}

/** The first of some values that is a number. */
export function firstNumber(...values: unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === 'number' && Number.isFinite(value));
}

/** Settings without those that are not given. */
export function settingsOf(settings: {
  readonly [key in keyof ModelSettings]: ModelSettings[key] | undefined;
}): ModelSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Type names of the headers of prompt files, as far as they say that a value is no text. */
export function declaredTypes(names: Iterable<readonly [string, unknown]>): DeclaredTypes {
  const types = new Map<string, 'boolean' | 'number' | 'structure'>();
  for (const [name, type] of names) {
    const word = typeof type === 'string' ? type.toLowerCase() : '';
    if (/^bool(?:ean)?$/.test(word)) types.set(name, 'boolean');
    if (/^(?:int|integer|float|double|number)$/.test(word)) types.set(name, 'number');
    if (/^(?:list|array|object|dict)$/.test(word)) types.set(name, 'structure');
  }
  return types;
}
