import type { Feedback } from '../core/scoring.js';
import { directional, failed, PASSED, type ScorerFamily } from './family.js';
import { eitherOf, shown } from './text.js';
import { VALUE_OPTION, Wanted } from './wanted.js';

type Position = 'anywhere' | 'start' | 'end';

/** The answer contains a text, or all or any of several. The value is the share that is there (any: 0 or 1). */
export const contains: ScorerFamily = {
  type: 'contains',
  options: {
    value: VALUE_OPTION,
    match: {
      kind: 'text',
      meaning:
        'Whether all texts of a list must be there or any one. Default: all of `value`, any of the expected ones.',
      choices: ['all', 'any'],
    },
    ignoreCase: { kind: 'flag', meaning: 'Upper and lower case are the same. Default false.' },
    position: {
      kind: 'text',
      meaning: 'Where in the answer the text must stand. Default anywhere.',
      choices: ['anywhere', 'start', 'end'],
    },
  },
  needsExpected: (config, testset) => new Wanted(config, testset).needsExpected,
  create(id, config, testset) {
    const wanted = new Wanted(config, testset);
    const all = (config.match ?? (wanted.configured ? 'all' : 'any')) === 'all';
    const ignoreCase = config.ignoreCase === true;
    const position = (config.position ?? 'anywhere') as Position;
    const has = (output: string, text: string, fold: boolean) =>
      fold ? standsIn(output.toLowerCase(), text.toLowerCase(), position) : standsIn(output, text, position);
    return {
      feedbackKind: 'directional',
      judge(input) {
        const texts = wanted.of(input, id);
        const missing = texts.filter((each) => !has(input.output, each.text, ignoreCase));
        if (all ? missing.length === 0 : missing.length < texts.length) return PASSED;
        const value = all ? (texts.length - missing.length) / texts.length : 0;
        const caseOnly = missing.filter((each) => has(input.output, each.text, true));
        if (all) {
          return failed(
            value,
            missing.map((each) => miss(id, [each.text], each.fixed, caseOnly.includes(each), position)),
          );
        }
        const alternatives = missing.map((each) => each.text);
        return failed(value, [
          miss(
            id,
            alternatives,
            missing.every((each) => each.fixed),
            caseOnly.length > 0,
            position,
          ),
        ]);
      },
    };
  },
};

function standsIn(output: string, text: string, position: Position): boolean {
  if (position === 'start') return output.startsWith(text);
  return position === 'end' ? output.endsWith(text) : output.includes(text);
}

const FAULT = {
  anywhere: 'is missing from the answer',
  start: 'does not begin the answer',
  end: 'does not end the answer',
};
const ORDER = { anywhere: 'Include', start: 'Begin the answer with', end: 'End the answer with' };

function miss(
  id: string,
  texts: readonly string[],
  fixed: boolean,
  caseOnly: boolean,
  position: Position,
): Feedback {
  const names = eitherOf(texts.map(shown));
  const what = fixed ? names : 'the expected text, word for word';
  const suffix = fixed ? `:${texts.join('|')}` : '';
  if (caseOnly) {
    return directional(
      id,
      `case${suffix}`,
      `${names} stands in the answer in other upper and lower case`,
      fixed
        ? `Write ${names} in exactly this upper and lower case.`
        : 'Keep the upper and lower case that is expected.',
    );
  }
  const kind = position === 'anywhere' ? 'missing' : position;
  return directional(id, `${kind}${suffix}`, `${names} ${FAULT[position]}`, `${ORDER[position]} ${what}.`);
}
