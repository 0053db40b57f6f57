import { seededRandom, shuffled } from '../../core/hash.js';
import { duplicateKey, seenTexts } from '../guards.js';
import { proposalOf } from '../sampling.js';
import type { Operator, OperatorResult, StepFacts } from './operator.js';

const AT_ONCE = 2;

/** The prompt without one of the lines that the run has added: costs no request, and finds out which lines earn their place. */
export const dropLine: Operator = {
  id: 'drop line',
  asks: 0,
  prior: [1, 2],
  isPossible: (facts) => shorterTexts(facts).length > 0,
  apply(facts): Promise<OperatorResult> {
    const { context } = facts;
    const texts = shorterTexts(facts).slice(0, Math.min(AT_ONCE, context.room));
    const proposals = texts.map((text) => proposalOf(context, 'drop line', text));
    return Promise.resolve({ advice: [], proposals, shown: [] });
  },
};

/** Texts without one of the added lines, as far as they are new, in random order. */
function shorterTexts({ context, addedLines }: StepFacts): string[] {
  const seen = seenTexts(context.state, context.span);
  const lines = context.spanTextOf(context.parent).split('\n');
  const order = shuffled(addedLines, seededRandom(`${context.state.setup.seed} ${context.step} lines`));
  return order
    .map((line) => lines.filter((each) => each !== line).join('\n'))
    .filter((text) => !seen.has(duplicateKey(text)));
}
