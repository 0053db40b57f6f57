import type { Interval } from '../src/core/statistics.js';

const MINUS = '−';

/** Whole points, with one decimal where rounding would hide that a value is not 0. */
function magnitude(points: number): string {
  const size = Math.abs(points);
  return size > 0 && size < 0.95 ? size.toFixed(1) : String(Math.round(size));
}

/** A score for people. @param score in [0, 1] @returns points, 0 to 100 */
export function points(score: number): string {
  return magnitude(score * 100);
}

/** A score difference in points, always signed, zero apart. @param delta in [-1, 1] */
export function signedPoints(delta: number): string {
  const text = magnitude(delta * 100);
  if (Number(text) === 0) return '0';
  return `${delta < 0 ? MINUS : '+'}${text}`;
}

/** `+12 to +48`, in points. */
export function intervalPoints([low, high]: Interval): string {
  return `${signedPoints(low)} to ${signedPoints(high)}`;
}

/** `p = 0.004`; values below 0.001 are not told apart. */
export function pValueText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p >= 0.0995 ? p.toFixed(2) : p.toFixed(3)}`;
}

/** `1 row`, `2,000 rows`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/** A number of tokens in at most four characters: `950`, `48.2k`, `1.3M`. */
export function compact(n: number): string {
  if (n < 1000) return String(n);
  const [size, unit] = n < 999_500 ? [n / 1000, 'k'] : [n / 1_000_000, 'M'];
  return `${size < 99.95 ? size.toFixed(1) : Math.round(size)}${unit}`;
}

/** US dollars, with as many digits as say something; what is not known is said to be unknown. */
export function costText(cost: number | undefined): string {
  if (cost === undefined) return 'cost unknown';
  if (cost === 0) return '$0';
  if (cost < 0.0001) return 'under $0.0001';
  return `$${cost.toFixed(cost < 0.1 ? 4 : 2)}`;
}

/** A length of time in its two largest units. @param milliseconds 0 or more */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The start of a text on one line, cut between words; undefined when the whole text fits as it is. */
export function excerpt(text: string, length: number): string | undefined {
  if (text.length <= length && !/[\r\n]/.test(text.trim())) return undefined;
  const line = text.trim().replace(/\s+/g, ' ');
  if (line.length <= length) return line;
  const cut = line.slice(0, length);
  const space = cut.lastIndexOf(' ');
  return `${space > length / 2 ? cut.slice(0, space) : cut}…`;
}

/** A path in two parts, so that the name can stand out: folders with the final slash, then the name. */
export function splitPath(path: string): readonly [folders: string, name: string] {
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
}
