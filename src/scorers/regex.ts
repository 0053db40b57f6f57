import { createContext, Script } from 'node:vm';
import { badScorer, directional, failed, PASSED, plain, scorerFailed, type ScorerFamily } from './family.js';
import { shown } from './text.js';

/** Answers are searched up to this many characters; what follows is not looked at. */
const SEARCHED_LENGTH = 100_000;
/** A pattern that needs longer for one answer is ended, in milliseconds. */
const TIME_LIMIT = 1000;

/**
 * The answer matches a regular expression (JavaScript's, searched anywhere unless it is anchored). 0 or 1.
 * A pattern cannot say which way to move; `hint` can.
 */
export const regex: ScorerFamily = {
  type: 'regex',
  options: {
    pattern: { kind: 'text', meaning: 'The regular expression that the answer must match.', required: true },
    flags: { kind: 'text', meaning: 'Flags of the expression: any of i, m, s, u, v.' },
    hint: {
      kind: 'text',
      meaning: 'What to do so that the pattern matches, as an order; given as feedback.',
    },
  },
  needsExpected: () => false,
  create(id, config) {
    const pattern = config.pattern as string;
    const flags = (config.flags as string | undefined) ?? '';
    const hint = config.hint as string | undefined;
    if (!/^[imsuv]*$/.test(flags)) {
      throw badScorer(config, `the flags "${flags}" are not all known.`, 'Use any of i, m, s, u, v.');
    }
    const expression = compile();
    // A context is the only way to put a time limit on a pattern that backtracks without end.
    const search = new Script('expression.test(output)');
    const context = createContext({ expression, output: '' }) as { output: string };
    return {
      feedbackKind: hint === undefined ? 'non-directional' : 'directional',
      judge(input) {
        context.output = input.output.slice(0, SEARCHED_LENGTH);
        let found: unknown;
        try {
          found = search.runInContext(context, { timeout: TIME_LIMIT });
        } catch (error) {
          throw scorerFailed(
            id,
            `the pattern /${pattern}/${flags} took longer than ${TIME_LIMIT / 1000} second.`,
            'Write it without nested repetitions such as (a+)+.',
            error,
          );
        }
        if (found === true) return PASSED;
        const text = `${shown(input.output)} does not match /${pattern}/${flags}`;
        return failed(0, [
          hint === undefined ? plain(id, 'no-match', text) : directional(id, 'no-match', text, hint),
        ]);
      },
    };

    function compile(): RegExp {
      try {
        return new RegExp(pattern, flags);
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        throw badScorer(
          config,
          `its pattern is not a regular expression (${detail}).`,
          'Correct the pattern.',
          error,
        );
      }
    }
  },
};
