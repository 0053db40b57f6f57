/** The part of `Headers` that is read here. */
export interface ReadHeaders {
  get(name: string): string | null | undefined;
}

/** Names of the pairs of headers that tell how much is left, and when it is full again. */
const COUNTED = ['requests', 'tokens'] as const;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Numbers above these are points in time, in s or ms since 1970, and not spans. */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;

/** What the server asks to wait, from `retry-after-ms` or `retry-after` (seconds or a date), in milliseconds. */
export function retryAfter(headers: ReadHeaders | undefined, now = Date.now()): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (!Number.isNaN(milliseconds)) return milliseconds;
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const seconds = Number(text);
  const wait = Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000;
  return Number.isNaN(wait) ? undefined : wait;
}

/**
 * For how long nothing more may be asked for, in milliseconds: the reset of what `x-ratelimit-remaining-requests` or
 * `-tokens` says is used up. Undefined while something is left, and where the endpoint does not say.
 */
export function nothingLeftFor(headers: ReadHeaders, now = Date.now()): number | undefined {
  const waits = COUNTED.flatMap((kind) => {
    const left = headers.get(`x-ratelimit-remaining-${kind}`);
    if (!left || !(Number(left) <= 0)) return [];
    const wait = span(headers.get(`x-ratelimit-reset-${kind}`) ?? '', now);
    return wait !== undefined && wait > 0 ? [wait] : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Reads `1s`, `6m0s`, `120ms`, `2.5` (seconds), a time since 1970, or a date. Milliseconds from now. */
function span(text: string, now: number): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length > 0 && parts.map(([all]) => all).join('') === text.trim()) {
    return parts.reduce((sum, [, figure, unit]) => sum + Number(figure) * UNIT_MS[unit!]!, 0);
  }
  const figure = text.trim() === '' ? NaN : Number(text);
  if (figure > EPOCH_MS) return figure - now;
  if (figure > EPOCH_S) return figure * 1000 - now;
  if (!Number.isNaN(figure)) return figure * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - now;
}
