import { HoneError } from '../core/errors.js';
import type { ModelCall, ModelRole, TokenCount } from '../core/run.js';
import type { Model, ModelRequest } from './model.js';
import { requestKey } from './requestKey.js';

/** US dollars per million tokens. */
export interface Price {
  readonly prompt: number;
  readonly completion: number;
}

/** Prices by model id, for example `openai:gpt-4.1-mini`. */
export type PriceTable = Readonly<Record<string, Price>>;

export interface CallBudgetOptions {
  /** Requests that may reach a model, all roles together. */
  readonly maxCalls: number;
  /** US dollars, all roles together; absent for no limit. */
  readonly maxCost?: number;
  readonly prices?: PriceTable;
  /** What an earlier part of the same run has used up. */
  readonly spent?: { readonly calls: number; readonly cost?: number };
}

/** What one run may spend, and has spent, over all its models. */
export class CallBudget {
  private calls: number;
  private cost: number;
  /** Expected cost of the requests in flight. */
  private reserved = 0;

  constructor(private readonly options: CallBudgetOptions) {
    this.calls = options.spent?.calls ?? 0;
    this.cost = options.spent?.cost ?? 0;
  }

  get callsMade(): number {
    return this.calls;
  }

  get callsLeft(): number {
    return Math.max(0, this.options.maxCalls - this.calls);
  }

  /** US dollars, as far as prices and tokens are known. */
  get costSoFar(): number {
    return this.cost;
  }

  /** The price of a model; undefined when it is not known. The sandbox is free. */
  priceOf(modelId: string): Price | undefined {
    if (modelId.startsWith('sandbox:')) return { prompt: 0, completion: 0 };
    return this.options.prices?.[modelId];
  }

  /** @throws HoneError `bad-config` when a cost limit is set that could not be kept, because the price is unknown. */
  checkPriced(model: Pick<Model, 'id' | 'label' | 'destination'>): void {
    if (this.options.maxCost === undefined || this.priceOf(model.id)) return;
    throw new HoneError({
      reason: 'bad-config',
      message: `A cost limit is set, but the price of ${model.label} at ${model.destination} is not known.`,
      nextStep: 'Limit the number of calls instead.',
      place: { host: model.destination },
    });
  }

  /**
   * Takes one call, before it is sent.
   * @param expectedCost US dollars
   * @throws HoneError `budget-spent` when the call would pass a limit; it is then not counted.
   */
  take(expectedCost: number): void {
    const { maxCalls, maxCost } = this.options;
    if (this.calls + 1 > maxCalls) {
      throw spent(`All ${maxCalls} calls of this run are spent.`, 'calls');
    }
    if (maxCost !== undefined && this.cost + this.reserved + expectedCost > maxCost) {
      throw spent(
        `The next call could pass the cost limit of ${dollars(maxCost)} (${dollars(this.cost)} spent so far).`,
        'dollars',
      );
    }
    this.calls++;
    this.reserved += expectedCost;
  }

  /** Settles a call that was taken. `reached` is false when the request never arrived anywhere. */
  settle(expectedCost: number, actualCost: number, reached: boolean): void {
    this.reserved -= expectedCost;
    this.cost += actualCost;
    if (!reached) this.calls--;
  }
}

function spent(message: string, unit: 'calls' | 'dollars'): HoneError {
  return new HoneError({
    reason: 'budget-spent',
    message,
    nextStep: `Go on with a higher limit of ${unit}; answers that are stored are not asked for again.`,
  });
}

function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

export interface MeterOptions {
  readonly role: ModelRole;
  readonly budget: CallBudget;
  /** Told of each request before it goes out. */
  readonly onSent?: (role: ModelRole) => void;
  /** Told of each of these that never reached the model. */
  readonly onUnsent?: (role: ModelRole) => void;
  /** Told of each request that reached the model, failed ones included. */
  readonly onCall?: (call: ModelCall) => void;
}

/** Answers are rarely longer; used for what a request may cost before it is sent, when it sets no limit of its own. */
const EXPECTED_COMPLETION_TOKENS = 1000;
const CHARACTERS_PER_TOKEN = 3;

/**
 * The model with every request counted against a budget before it is sent, and reported after. Stands inside the limiter
 * and the retry, so that a request is counted when it goes out, each try for itself.
 * @throws HoneError `bad-config` at once, see `CallBudget.checkPriced`.
 */
export function withMeter(model: Model, options: MeterOptions): Model {
  const { role, budget, onSent, onUnsent, onCall } = options;
  budget.checkPriced(model);
  const price = budget.priceOf(model.id);
  return {
    ...model,
    async complete(request, call) {
      const expected = price ? costOf(price, expectedTokens(request)) : 0;
      budget.take(expected);
      onSent?.(role);
      try {
        const answer = await model.complete(request, call);
        const cost = price && costOf(price, answer.tokens ?? expectedTokens(request));
        const isKnown = answer.tokens !== undefined || cost === 0;
        budget.settle(expected, cost ?? 0, true);
        onCall?.({
          role,
          key: requestKey(model, request),
          cached: false,
          ...(answer.tokens && { tokens: answer.tokens }),
          ...(cost !== undefined && isKnown && { cost }),
        });
        return answer;
      } catch (error) {
        const reached = !HoneError.is(error, 'unreachable');
        const billed = !HoneError.is(error) || HoneError.is(error, ...MAYBE_BILLED);
        budget.settle(expected, billed ? expected : 0, reached);
        if (!reached) onUnsent?.(role);
        else if (HoneError.is(error, 'cancelled')) onCall?.(abandonedCall(role, price));
        else onCall?.(billed ? unknownCall(role, price) : { role, cached: false, tokens: NONE, cost: 0 });
        throw error;
      }
    },
  };
}

/** Faults after which the endpoint may have worked, and charged, although no usable answer came. */
const MAYBE_BILLED = ['timed-out', 'cancelled', 'bad-response'] as const;
const NONE: TokenCount = { prompt: 0, completion: 0 };

/** A request that went out, and whose answer nobody has seen because the run ended. */
export function abandonedCall(role: ModelRole, price: Price | undefined): ModelCall {
  return { ...unknownCall(role, price), abandoned: true };
}

function unknownCall(role: ModelRole, price: Price | undefined): ModelCall {
  return { role, cached: false, ...(price && price.prompt + price.completion === 0 && { cost: 0 }) };
}

function expectedTokens(request: ModelRequest): TokenCount {
  const characters = request.messages.reduce((sum, message) => sum + message.content.length, 0);
  return {
    prompt: Math.ceil(characters / CHARACTERS_PER_TOKEN),
    completion: request.maxTokens ?? EXPECTED_COMPLETION_TOKENS,
  };
}

function costOf(price: Price, tokens: TokenCount): number {
  return (price.prompt * tokens.prompt + price.completion * tokens.completion) / 1e6;
}
