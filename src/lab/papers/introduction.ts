import { block } from '../../optimizer/metaPrompt.js';

/** A start that is shown as tried. */
export interface ShownStart {
  readonly text: string;
  /** In [0, 1]. */
  readonly score: number;
}

/** What the texts of a task stand for, and starts that were tried besides the one that a run goes on from. */
export function introducedBy(explanation: string, starts: readonly ShownStart[]): string {
  if (starts.length === 0) return explanation;
  return [
    explanation,
    'These were tried before, with their scores from 0 to 100:',
    ...[...starts]
      .sort((a, b) => a.score - b.score)
      .map(({ text, score }) => `${block('text', text)}\nscore: ${(100 * score).toFixed(1)}`),
  ].join('\n\n');
}
