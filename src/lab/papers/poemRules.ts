import { seededRandom } from '../../core/hash.js';
import type { Feedback } from '../../core/scoring.js';
import type { FeedbackLevel } from '../../optimizer/strategies/directional.js';
import type { SyllableCounter } from '../../scorers/syllables.js';

/** Numbers of lines and syllables that the free forms are drawn from. */
const LINE_COUNTS = [3, 4, 5, 14, 15, 19];
const SYLLABLES = [5, 7, 8, 9, 10, 17];

/** The forms, and what the prompt under work says of each at the start. */
export const POEM_FORMS = {
  haiku: 'Haiku: lines of 5, 7 and 5 syllables.',
  tanka: 'Tanka: lines of 5, 7, 5, 7 and 7 syllables.',
  'line-syllables': 'Each line has a number of syllables of its own.',
  syllables: 'All lines have the same number of syllables.',
} as const;
export type PoemForm = keyof typeof POEM_FORMS;

/** Syllables of each line; for the free forms drawn by the seed. */
export function patternOf(form: PoemForm, seed: number): readonly number[] {
  if (form === 'haiku') return [5, 7, 5];
  if (form === 'tanka') return [5, 7, 5, 7, 7];
  const random = seededRandom(`${form} ${seed}`);
  const pick = (values: readonly number[]) => values[Math.floor(random() * values.length)]!;
  const lines = pick(LINE_COUNTS);
  if (form === 'syllables') return Array<number>(lines).fill(pick(SYLLABLES));
  return Array.from({ length: lines }, () => pick(SYLLABLES));
}

/** The prompt that a run starts from: it names the form, so that only the counting is left to be put right. */
export function assignment(form: PoemForm, pattern: readonly number[]): string {
  if (form === 'haiku') return 'Write a haiku about the subject that you are given.';
  if (form === 'tanka') return 'Write a tanka about the subject that you are given.';
  return `Write a poem about the subject that you are given. It has ${pattern.length} lines of ${pattern.join(', ')} syllables.`;
}

/** How a poem did. */
export interface PoemJudgement {
  /** Share of the lines with the right number of syllables; 0 when the number of lines is wrong. */
  readonly reward: number;
  readonly feedback: readonly Feedback[];
}

/**
 * Judges a poem by its pattern, and tells as much of it as the level allows. The feedback counts with the counter that
 * scores. Blank lines do not count.
 */
export function judgePoem(
  poem: string,
  pattern: readonly number[],
  counter: SyllableCounter,
  level: FeedbackLevel,
): PoemJudgement {
  const lines = poem.split('\n').filter((line) => line.trim() !== '');
  if (lines.length !== pattern.length) {
    return { reward: 0, feedback: told(level, wrongLines(lines.length, pattern.length)) };
  }
  const counts = lines.map((line, index) => counter.nearest(line, pattern[index]!));
  const wrong = counts.flatMap((count, index) => (count === pattern[index] ? [] : [index]));
  return {
    reward: (pattern.length - wrong.length) / pattern.length,
    feedback: wrong.flatMap((index) =>
      told(level, wrongSyllables(lines[index]!, index, counts[index]!, pattern[index]!)),
    ),
  };
}

/** The two levels of one fault. */
interface Fault {
  readonly vague: Pick<Feedback, 'cause' | 'text'>;
  readonly directed: Pick<Feedback, 'cause' | 'text' | 'direction'>;
}

function told(level: FeedbackLevel, { vague, directed }: Fault): Feedback[] {
  if (level === 'directional') return [{ scorer: 'environment', kind: 'directional', ...directed }];
  if (level === 'non-directional') return [{ scorer: 'environment', kind: 'non-directional', ...vague }];
  return [];
}

function wrongLines(actual: number, wanted: number): Fault {
  const way = actual > wanted ? 'fewer' : 'more';
  return {
    vague: { cause: 'lines', text: `The poem must have ${wanted} lines.` },
    directed: {
      cause: `lines:${way}`,
      text: `The poem has ${actual} lines; ${wanted} are wanted.`,
      direction: `Write ${way} lines.`,
    },
  };
}

function wrongSyllables(line: string, index: number, actual: number, wanted: number): Fault {
  const way = actual > wanted ? 'fewer' : 'more';
  const name = `Line ${index + 1}`;
  return {
    vague: { cause: `line ${index + 1}`, text: `${name} breaks the rule: it must have ${wanted} syllables.` },
    directed: {
      cause: `line ${index + 1}:${way}`,
      text: `${name} ("${line.trim()}") has ${actual} syllables; ${wanted} are wanted.`,
      direction: `${name} needs ${way} syllables.`,
    },
  };
}
