import { syllable } from 'syllable';
import type { Feedback } from '../core/scoring.js';
import { badScorer, directional, failed, PASSED, type ScorerFamily } from './family.js';
import { eitherOf, plural, shown } from './text.js';

/**
 * Every line has so many syllables, and there are no other lines. The value is the mean over the lines of how near each
 * one comes (1 less its distance, as a share of its target). A word with several pronunciations counts as the one
 * that fits. English only; blank lines do not count.
 */
export const syllables: ScorerFamily = {
  type: 'syllables',
  options: {
    pattern: {
      kind: 'numberList',
      meaning: 'Syllables of each line, for example [5, 7, 5].',
      required: true,
    },
  },
  needsExpected: () => false,
  async create(id, config) {
    const pattern = config.pattern as readonly number[];
    if (pattern.length === 0 || pattern.some((target) => !Number.isInteger(target) || target < 1)) {
      throw badScorer(
        config,
        'its pattern is not a list of whole numbers from 1 up.',
        'Write it like [5, 7, 5].',
      );
    }
    const counter = new SyllableCounter(await loadDictionary());
    return {
      feedbackKind: 'directional',
      judge(input) {
        const lines = input.output.split('\n').filter((line) => line.trim() !== '');
        if (lines.length !== pattern.length) {
          return failed(bestValue(lines, pattern, counter), [lineCountFeedback(id, lines.length, pattern)]);
        }
        const feedback = lines.flatMap((line, index) => lineFeedback(id, line, index, pattern, counter));
        return feedback.length === 0 ? PASSED : failed(bestValue(lines, pattern, counter), feedback);
      },
    };
  },
};

function lineFeedback(
  id: string,
  line: string,
  index: number,
  pattern: readonly number[],
  counter: SyllableCounter,
): Feedback[] {
  const target = pattern[index]!;
  const difference = counter.nearest(line, target) - target;
  if (difference === 0) return [];
  const kind = difference > 0 ? 'too-many' : 'too-few';
  const off = Math.abs(difference);
  return [
    directional(
      id,
      `line${index + 1}:${kind}`,
      `line ${index + 1} has ${plural(target + difference, 'syllable')}, ${off} ${difference > 0 ? 'too many' : 'too few'}: ${shown(line)}`,
      `Write line ${index + 1} with exactly ${plural(target, 'syllable')}: make it ${difference > 0 ? 'shorter' : 'longer'}, and count.`,
    ),
  ];
}

function lineCountFeedback(id: string, actual: number, pattern: readonly number[]): Feedback {
  const wanted = plural(pattern.length, 'line');
  if (actual > pattern.length) {
    return directional(
      id,
      'lines:too-many',
      `has ${plural(actual, 'line')}, ${actual - pattern.length} too many`,
      `Answer with the ${wanted} alone: no title, no introduction and no comment.`,
    );
  }
  return directional(
    id,
    'lines:too-few',
    actual === 0
      ? `gave no answer where ${wanted} were expected`
      : `has ${plural(actual, 'line')}, ${pattern.length - actual} too few`,
    `Write ${wanted}, each on a line of its own, with ${eitherOf(pattern.map(String)).replace(' or ', ' and ')} syllables.`,
  );
}

/** The mean nearness of the lines under the best alignment with the pattern. Lines beyond the pattern count as 0. */
function bestValue(lines: readonly string[], pattern: readonly number[], counter: SyllableCounter): number {
  let best = 0;
  for (let shift = 0; shift <= Math.max(0, lines.length - pattern.length); shift++) {
    let sum = 0;
    pattern.forEach((target, index) => {
      const line = lines[shift + index];
      if (line !== undefined)
        sum += Math.max(0, 1 - Math.abs(counter.nearest(line, target) - target) / target);
    });
    best = Math.max(best, sum / Math.max(lines.length, pattern.length));
  }
  return best;
}

type Dictionary = Readonly<Record<string, string>>;

/** The dictionary is large: it is loaded when it is needed first. */
export async function loadDictionary(): Promise<Dictionary> {
  const { dictionary } = await import('cmu-pronouncing-dictionary');
  return dictionary;
}

const DIGIT_SYLLABLES = [2, 1, 1, 1, 1, 1, 1, 2, 1, 1];

/** Counts syllables by a pronouncing dictionary (CMU), and by spelling for words that it does not have. */
export class SyllableCounter {
  readonly #dictionary: Dictionary;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** The count that comes nearest to `target` among the pronunciations that a line allows. */
  nearest(line: string, target: number): number {
    const counts = [...this.lineCounts(line)];
    return counts.reduce((best, each) => (Math.abs(each - target) < Math.abs(best - target) ? each : best));
  }

  /** All counts that a line can have. */
  lineCounts(line: string): ReadonlySet<number> {
    const words =
      line
        .normalize('NFC')
        .toLowerCase()
        .replace(/[’‘]/g, "'")
        .match(/\d|[\p{L}\p{M}']+/gu) ?? [];
    let sums = new Set([0]);
    for (const word of words) {
      const counts = this.wordCounts(word);
      sums = new Set([...sums].flatMap((sum) => counts.map((count) => sum + count)));
    }
    return sums;
  }

  /** The counts of one word in lower case; a digit counts as its name. */
  wordCounts(word: string): readonly number[] {
    if (/^\d$/.test(word)) return [DIGIT_SYLLABLES[Number(word)]!];
    const bare = word.replace(/^'+|'+$/g, '');
    for (const form of [word, bare, bare.replace(/'s$/, '')]) {
      const counts = this.#pronunciations(form);
      if (counts.length > 0) return counts;
    }
    return [syllable(bare)];
  }

  #pronunciations(word: string): number[] {
    const counts = new Set<number>();
    for (let variant = 1; ; variant++) {
      const key = variant === 1 ? word : `${word}(${variant})`;
      if (!Object.hasOwn(this.#dictionary, key)) return [...counts];
      // Each vowel sound carries a stress digit, and each syllable has one vowel sound.
      counts.add(this.#dictionary[key]!.match(/\d/g)?.length ?? 0);
    }
  }
}
