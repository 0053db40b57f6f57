import { badScorer, directional, failed, PASSED, type ScorerFamily } from './family.js';
import { graphemes, plural } from './text.js';

const UNITS = {
  words: (text: string) => (text.trim() === '' ? 0 : text.trim().split(/\s+/).length),
  characters: (text: string) => graphemes(text.trim()).length,
  lines: (text: string) => text.split('\n').filter((line) => line.trim() !== '').length,
};

/**
 * The answer is not longer and not shorter than it may be. The value falls with the distance: the ratio of the bound
 * to the length when too long, of the length to the bound when too short. Blank lines and outer blanks do not count.
 */
export const length: ScorerFamily = {
  type: 'length',
  options: {
    unit: { kind: 'text', meaning: 'What is counted. Default words.', choices: Object.keys(UNITS) },
    min: { kind: 'number', meaning: 'The least that is allowed.' },
    max: { kind: 'number', meaning: 'The most that is allowed.' },
  },
  needsExpected: () => false,
  create(id, config) {
    const unit = (config.unit ?? 'words') as keyof typeof UNITS;
    const min = (config.min as number | undefined) ?? 0;
    const max = (config.max as number | undefined) ?? Infinity;
    if (config.min === undefined && config.max === undefined) {
      throw badScorer(config, 'it has neither "min" nor "max".', 'Give it one of them, or both.');
    }
    if (min < 0 || max < min) {
      throw badScorer(
        config,
        `no answer can have at least ${min} and at most ${max} ${unit}.`,
        'Correct "min" or "max".',
      );
    }
    const noun = unit.slice(0, -1);
    return {
      feedbackKind: 'directional',
      judge(input) {
        const actual = UNITS[unit](input.output);
        if (actual > max) {
          const text = `too long by ${plural(actual - max, noun)} (${actual}, at most ${max})`;
          return failed(max / actual, [
            directional(id, 'too-long', text, `Keep the answer to at most ${plural(max, noun)}.`),
          ]);
        }
        if (actual < min) {
          const text = `too short by ${plural(min - actual, noun)} (${actual}, at least ${min})`;
          return failed(actual / min, [
            directional(id, 'too-short', text, `Make the answer at least ${plural(min, noun)} long.`),
          ]);
        }
        return PASSED;
      },
    };
  },
};
