import type { ChatMessage } from '../../core/prompt.js';
import { fillText } from '../assertions/values.js';
import { badScorer, plain, type ScorerFamily } from '../family.js';
import { isMapping } from '../jsonText.js';
import { shown } from '../text.js';
import { RowTemplate } from '../template.js';
import { askJudge, unusable } from './ask.js';

interface Choice {
  readonly choice: string;
  readonly score: number;
}

/** Names that stand for the answer in the judge's prompt. */
const ANSWER_NAMES = ['completion', 'output'];

/**
 * A judge model chooses one of several texts: the first of them, in the order of the file, that stands anywhere in what
 * it says, whatever the case. Passes above 0. Scores beyond 1 are taken as shares of the greatest one.
 */
export const llmChoice: ScorerFamily = {
  type: 'llm-choice',
  options: {
    prompt: {
      kind: 'text',
      meaning:
        'What the judge is asked; {{completion}} stands for the answer, {{name}} for a value of the row.',
      required: true,
    },
    systemPrompt: { kind: 'text', meaning: "The judge's system prompt." },
    choices: {
      kind: 'mappings',
      meaning: 'What the judge may say, with scores: { choice, score }.',
      required: true,
    },
    metric: { kind: 'text', meaning: 'The name of this scorer in reports.' },
  },
  needsExpected: (config, testset) =>
    [config.prompt, config.systemPrompt].some(
      (text) => typeof text === 'string' && templateOf(text, config, testset).needsExpected,
    ),
  judgeCalls: () => 1,
  create(id, config, testset, context) {
    const choices = (config.choices as readonly unknown[]).map((each): Choice => {
      const { choice, score } = isMapping(each) ? each : {};
      const text = typeof choice === 'number' ? String(choice) : choice;
      if (typeof text === 'string' && text.trim() !== '' && typeof score === 'number' && score >= 0)
        return { choice: text, score };
      throw badScorer(
        config,
        'a choice has no text, or no score from 0 up.',
        'Write { choice: "yes", score: 1 }.',
      );
    });
    const best = Math.max(1, ...choices.map(({ score }) => score));
    const prompts = (['systemPrompt', 'prompt'] as const).flatMap((key) => {
      const text = config[key];
      if (typeof text !== 'string') return [];
      // Names that no row has are a mistake; they are found here, before anything is sent.
      templateOf(text, config, testset);
      return [{ role: key === 'prompt' ? ('user' as const) : ('system' as const), text }];
    });
    return {
      feedbackKind: 'non-directional',
      async judge(input, signal) {
        const values = Object.fromEntries(ANSWER_NAMES.map((name) => [name, input.output]));
        const messages = prompts.map(({ role, text }): ChatMessage => ({
          role,
          content: fillText(text, input, id, values),
        }));
        const answer = await askJudge(id, messages, context, signal);
        const said = answer.toLowerCase();
        const chosen = choices.find(({ choice }) => said.includes(choice.toLowerCase()));
        if (!chosen)
          throw unusable(id, `chose none of ${choices.map(({ choice }) => choice).join(', ')}`, answer);
        const value = chosen.score / best;
        const feedback = plain(
          id,
          `chose:${chosen.choice}`,
          `the judge chose "${chosen.choice}" for ${shown(input.output)}`,
        );
        return {
          value,
          pass: chosen.score > 0,
          feedback: value < 1 ? [withReason(id, feedback, answer, chosen)] : [],
        };
      },
    };
  },
};

/** What the judge said besides the choice is its reason. */
function withReason(id: string, feedback: ReturnType<typeof plain>, answer: string, { choice }: Choice) {
  const reason = answer.trim();
  if (reason.length <= choice.length + 2) return feedback;
  return plain(id, `chose:${choice}`, `${feedback.text}: ${reason}`);
}

function templateOf(
  text: string,
  config: Parameters<ScorerFamily['create']>[1],
  testset: Parameters<ScorerFamily['create']>[2],
) {
  const withoutAnswer = text.replace(/\{\{\s*(?:completion|output)\s*\}\}/g, '');
  return new RowTemplate(withoutAnswer, config, testset);
}
