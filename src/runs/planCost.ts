import type { ChatMessage } from '../core/prompt.js';
import { costOf, type ModelDescription, type ModelRole, type Price, type TokenCount } from '../core/run.js';
import { PRICES_AS_OF } from '../models/index.js';
import type { CallBounds } from '../optimizer/callBounds.js';
import type { MeasuredRows } from './planRows.js';

/** What a run will cost, before anything is sent. */
export type PlanCost =
  | {
      readonly kind: 'range';
      /** US dollars. */
      readonly low: number;
      readonly high: number;
      /** `measured`: the answers of the task model as the endpoint counted those that are stored; the rest is estimated. */
      readonly basis: 'free' | 'measured' | 'estimated';
      /** Stored answers that were measured. */
      readonly answers: number;
      /** What the table of prices speaks of. */
      readonly pricesAsOf: string;
    }
  /** The models are paid for by a subscription that counts requests. */
  | { readonly kind: 'requests' }
  | { readonly kind: 'unknown'; readonly models: readonly string[] };

export interface CostInputs {
  readonly bounds: CallBounds;
  /** Requests of the task model at the least. */
  readonly least: number;
  /** Share of the bounds that a limit of calls leaves, in [0, 1]. */
  readonly share: number;
  readonly rows: MeasuredRows;
  /** The text that is optimized. */
  readonly spanText: string;
  readonly prices: Readonly<Record<ModelRole, Price | undefined>>;
  readonly models: Readonly<Record<ModelRole, Pick<ModelDescription, 'label'>>>;
  /** Further target models, each of which gives `bounds.perTarget` of the task's answers. */
  readonly targets: readonly {
    readonly label: string;
    readonly price: Price | undefined;
    readonly inRequests: boolean;
  }[];
  readonly inRequests: (role: ModelRole) => boolean;
}

/** Characters per token of usual prose, and of code, data and other languages. */
const CHARACTERS_PER_TOKEN = { low: 4, high: 2.5 };
/** Tokens that stand around each message. */
const TOKENS_AROUND = 8;
/** An answer of which nothing is known. */
const UNKNOWN_ANSWER: Range = { low: 20, high: 400 };
/** Rows, and words of ours, in a question to the optimizer, and candidates in its answer; a judge's question and answer. */
const QUESTION = { rows: 12, characters: 4000, texts: 3, answers: 2, words: 400 };
const JUDGEMENT: TokenCount = { prompt: 500, completion: 300 };

interface Range {
  readonly low: number;
  readonly high: number;
}

/** The range between a run that ends at once, and one that uses all its calls on prompts of twice the length. */
export function planCost(inputs: CostInputs): PlanCost {
  const { bounds, prices, models, targets, least, rows, share } = inputs;
  const used = (['task', 'optimizer', 'judge'] as const).filter((role) => bounds[role] > 0);
  if (used.every(inputs.inRequests) && targets.every((each) => each.inRequests)) return { kind: 'requests' };
  const unknown = [
    ...used.filter((role) => !prices[role]).map((role) => models[role].label),
    ...targets.filter(({ price }) => !price).map(({ label }) => label),
  ];
  if (unknown.length > 0) return { kind: 'unknown', models: [...new Set(unknown)] };
  const known = [...used.map((role) => prices[role]!), ...targets.map(({ price }) => price!)];
  if (known.every((price) => price.prompt + price.completion === 0))
    return { kind: 'range', low: 0, high: 0, basis: 'free', answers: 0, pricesAsOf: PRICES_AS_OF };
  const prompt = promptTokens(rows);
  const completion = completionTokens(rows);
  const span = tokensOf(inputs.spanText.length);
  const price = (role: ModelRole, tokens: TokenCount) => (prices[role] ? costOf(prices[role], tokens) : 0);
  const question = tokensOf(
    QUESTION.characters + QUESTION.texts * inputs.spanText.length + QUESTION.rows * rows.charactersPerRow,
  );
  const dearAnswer = { prompt: prompt.high + span.high, completion: completion.high };
  const high =
    (bounds.task - targets.length * bounds.perTarget) * price('task', dearAnswer) +
    targets.reduce((sum, target) => sum + bounds.perTarget * costOf(target.price!, dearAnswer), 0) +
    bounds.optimizer *
      price('optimizer', {
        prompt: question.high,
        completion: QUESTION.words + 2 * QUESTION.answers * span.high,
      }) +
    bounds.judge *
      price('judge', {
        prompt: JUDGEMENT.prompt + prompt.high + completion.high,
        completion: JUDGEMENT.completion,
      });
  const low = least * price('task', { prompt: prompt.low, completion: completion.low });
  return {
    kind: 'range',
    low,
    high: Math.max(low, share * high),
    basis: rows.measured ? 'measured' : 'estimated',
    answers: rows.measured?.answers ?? 0,
    pricesAsOf: PRICES_AS_OF,
  };
}

function promptTokens({ measured, charactersPerPrompt }: MeasuredRows): Range {
  if (measured) return { low: measured.prompt, high: measured.prompt };
  return tokensOf(charactersPerPrompt, TOKENS_AROUND);
}

/** Answers vary with the prompt: half to twice as long as those of now, or as what is expected. */
function completionTokens({ measured, charactersExpected }: MeasuredRows): Range {
  if (measured) return { low: measured.completion / 2, high: 2 * measured.completion };
  if (charactersExpected === undefined) return UNKNOWN_ANSWER;
  const { low, high } = tokensOf(charactersExpected);
  return { low: Math.max(1, low / 2), high: Math.max(UNKNOWN_ANSWER.high / 4, 3 * high) };
}

function tokensOf(characters: number, more = 0): Range {
  return {
    low: characters / CHARACTERS_PER_TOKEN.low + more,
    high: characters / CHARACTERS_PER_TOKEN.high + 2 * more,
  };
}

/** Characters of a request. */
export function charactersOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}
