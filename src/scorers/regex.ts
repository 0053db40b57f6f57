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
    const search = new BoundedSearch(expression);
    return {
      feedbackKind: hint === undefined ? 'non-directional' : 'directional',
      judge(input) {
        if (search.test(input.output, id)) return PASSED;
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

/** A regular expression with a limit on its time: one that backtracks without end is an error, not a standstill. */
export class BoundedSearch {
  // A context is the only way to put a time limit on a pattern.
  static readonly #script = new Script('expression.test(output)');
  readonly #context: { output: string };

  /** @param expression without the flags `g` and `y`, which keep state */
  constructor(private readonly expression: RegExp) {
    this.#context = createContext({ expression, output: '' }) as { output: string };
  }

  /** Whether the expression matches somewhere in a text. Raises `scorer-failed` when it takes too long. */
  test(output: string, scorer: string): boolean {
    this.#context.output = output.slice(0, SEARCHED_LENGTH);
    try {
      return BoundedSearch.#script.runInContext(this.#context, { timeout: TIME_LIMIT }) === true;
    } catch (error) {
      throw scorerFailed(
        scorer,
        `the pattern ${String(this.expression)} took longer than ${TIME_LIMIT / 1000} second.`,
        'Write it without nested repetitions such as (a+)+.',
        error,
      );
    }
  }
}
