import type { RunSummary } from '../runs/index.js';

const VERDICTS: Readonly<Record<string, string>> = {
  better: 'better',
  worse: 'worse',
  undecided: 'undecided',
  'already-good': 'already good',
  'no-headroom': 'no headroom',
};

/** A verdict's name for people. */
export function verdictWord(kind: string): string {
  return VERDICTS[kind] ?? kind;
}

/** A score difference with its sign, for example `+0.42`. */
export function signed(delta: number): string {
  return `${delta < 0 ? '−' : '+'}${Math.abs(delta).toFixed(2)}`;
}

/** How long ago, in the largest whole unit. @param at and `now` in milliseconds since 1970 */
export function ago(at: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** A run in a few words: its verdict and difference, or why it ended. */
export function outcomeWords(run: Pick<RunSummary, 'verdict' | 'stop' | 'delta' | 'accepted'>): string {
  const words = run.verdict ? verdictWord(run.verdict) : (run.stop ?? 'interrupted').replaceAll('-', ' ');
  const delta = run.verdict && run.delta !== undefined ? ` ${signed(run.delta)}` : '';
  return `${words}${delta}${run.accepted.length > 0 ? ', accepted' : ''}`;
}

/** `1 row`, `2 rows`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
