import type { Feedback } from '../core/scoring.js';
import { directional, failed, PASSED, plain, type ScorerFamily } from './family.js';
import { missOf, shown, type Miss } from './text.js';
import { VALUE_OPTION, Wanted } from './wanted.js';

/** The answer is the expected text, or one of its alternatives. 0 or 1. */
export const equals: ScorerFamily = {
  type: 'equals',
  options: {
    value: VALUE_OPTION,
    ignoreCase: { kind: 'flag', meaning: 'Upper and lower case are the same. Default false.' },
    trim: {
      kind: 'text',
      meaning:
        'Where outer whitespace does not count: on both sides (default), in the answer alone, or nowhere.',
      choices: ['both', 'answer', 'none'],
    },
  },
  needsExpected: (config, testset) => new Wanted(config, testset).needsExpected,
  create(id, config, testset) {
    const wanted = new Wanted(config, testset);
    const trim = config.trim ?? 'both';
    const ignoreCase = config.ignoreCase === true;
    const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
    return {
      feedbackKind: 'directional',
      judge(input) {
        const texts = wanted.of(input, id).map((each) => each.text);
        const given = fold(trim === 'none' ? input.output : input.output.trim());
        if (texts.some((text) => fold(trim === 'both' ? text.trim() : text) === given)) return PASSED;
        const [text, miss] = nearestMiss(texts, input.output);
        return failed(0, [missFeedback(id, miss, text, input.output)]);
      },
    };
  },
};

const BY_NEARNESS: readonly Miss[] = [
  'case',
  'whitespace',
  'markup',
  'wrapped',
  'cut-off',
  'different',
  'empty',
];

/** The alternative that the answer came closest to, and how it was missed. */
export function nearestMiss(texts: readonly string[], output: string): [text: string, miss: Miss] {
  const misses = texts.map((text): [string, Miss] => [text, missOf(text, output)]);
  return (
    misses.sort(([, a], [, b]) => BY_NEARNESS.indexOf(a) - BY_NEARNESS.indexOf(b))[0] ?? ['', 'different']
  );
}

/** How an answer misses one exact text, with the order that would have mended it where there is one. */
export function equalsMiss(id: string, expected: string, output: string): Feedback {
  return missFeedback(id, missOf(expected, output), expected, output);
}

function missFeedback(id: string, miss: Miss, expected: string, output: string): Feedback {
  const said = shown(output);
  const wanted = shown(expected);
  switch (miss) {
    case 'empty':
      return directional(
        id,
        'empty',
        `gave no answer where ${wanted} was expected`,
        'Always give an answer.',
      );
    case 'case':
      return output.trim() === expected.trim()
        ? outerWhitespace(id, wanted)
        : directional(
            id,
            'case',
            `said ${said} where ${wanted} was expected: only upper and lower case differ`,
            'Write the answer in exactly the upper and lower case that is expected.',
          );
    case 'whitespace':
      return directional(
        id,
        'whitespace',
        `said ${said} where ${wanted} was expected: only blanks and line breaks differ`,
        'Keep the expected blanks and line breaks; add none and leave none out.',
      );
    case 'markup':
      return directional(
        id,
        'markup',
        `said ${said} where ${wanted} was expected: only quotation marks, Markdown or punctuation differ`,
        'Answer in plain text, without quotation marks, Markdown or a full stop around it.',
      );
    case 'wrapped':
      return directional(
        id,
        'wrapped',
        `said ${said}: the expected ${wanted} stands inside a longer answer`,
        'Give the answer alone, with no other words before or after it.',
      );
    case 'cut-off':
      return directional(
        id,
        'cut-off',
        `stopped early: said ${said} where ${wanted} was expected`,
        'Give the answer in full; do not stop early.',
      );
    case 'different':
      return plain(id, 'different', `said ${said} where ${wanted} was expected`);
  }
}

function outerWhitespace(id: string, wanted: string): Feedback {
  return directional(
    id,
    'whitespace',
    `the answer differs from the expected ${wanted} in the blanks or line breaks around it`,
    'Keep the expected blanks and line breaks; add none and leave none out.',
  );
}
