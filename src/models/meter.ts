import { HoneError } from '../core/errors.js';
import { costOf, type ModelCall, type ModelRole, type Price, type TokenCount } from '../core/run.js';
import type { CallBudget } from './budget.js';
import type { CallOptions, Model, ModelAnswer, ModelRequest } from './model.js';
import { requestKey } from './requestKey.js';

export interface MeterOptions {
  readonly role: ModelRole;
  readonly budget: CallBudget;
  /** Told of each request before it goes out, with the US dollars that it can cost at the most; 0 where that is not known. */
  readonly onSent?: (role: ModelRole, costAtMost: number) => void;
  /** Told of each of these that never reached the model. */
  readonly onUnsent?: (role: ModelRole) => void;
  /** Told of each request that reached the model, failed ones included. */
  readonly onCall?: (call: ModelCall) => void;
}

/**
 * Tokens of an answer that a request is given under a cost limit, where it sets no limit of its own: the most that all
 * widely used models can be asked for. An answer that is cut off there is asked for again with more, so that the limit
 * changes no answer.
 */
const FIRST_ALLOWANCE = 4096;
const ALLOWANCE_GROWTH = 4;
/** An answer of fewer tokens is of no use to anybody. */
const SHORTEST = 16;

/**
 * The model with every request counted against a budget before it is sent, and reported after. Stands inside the limiter
 * and the retry, so that a request is counted when it goes out, each try for itself.
 * @throws HoneError `bad-config` at once, see `CallBudget.checkPriced`.
 */
export function withMeter(model: Model, options: MeterOptions): Model {
  const { budget } = options;
  budget.checkPriced(model);
  const price = budget.priceOf(model);
  const send = metered(model, price, options);
  if (budget.moneyLeft === Infinity || !price || isFree(price)) return { ...model, complete: send };
  return { ...model, complete: withAllowance(send, price, budget) };
}

/** @param asked the request by which the answer is stored, where that is another */
type Send = (request: ModelRequest, call?: CallOptions, asked?: ModelRequest) => Promise<ModelAnswer>;

function metered(model: Model, price: Price | undefined, options: MeterOptions): Send {
  const { role, budget, onSent, onUnsent, onCall } = options;
  return async (request, call, asked = request) => {
    const most = price ? costAtMost(price, request) : 0;
    await budget.take(most, call?.signal);
    onSent?.(role, most);
    try {
      const answer = await model.complete(request, call);
      const cost = price && answer.tokens ? costOf(price, answer.tokens) : freeCost(price);
      budget.settle(most, cost ?? most, true);
      onCall?.({
        role,
        key: requestKey(model, asked),
        cached: false,
        ...(answer.tokens && { tokens: answer.tokens }),
        ...(cost === undefined ? atMost(price, most) : { cost }),
      });
      return answer;
    } catch (error) {
      const reached = !HoneError.is(error, 'unreachable') && !(HoneError.is(error) && error.uncounted);
      const billed = reached && mayBeBilled(error);
      budget.settle(most, billed ? most : 0, reached);
      if (!reached) onUnsent?.(role);
      else if (HoneError.is(error, 'cancelled')) onCall?.(abandonedCall(role, price, most));
      else onCall?.(billed ? unknownCall(role, price, most) : { role, cached: false, tokens: NONE, cost: 0 });
      throw error;
    }
  };
}

/** Sends requests with a limit on the answer, so that it is known what they can cost at the most. */
function withAllowance(send: Send, price: Price, budget: CallBudget): Model['complete'] {
  let allowance = FIRST_ALLOWANCE;
  let longest = 0;
  return async (asked, call) => {
    let cut: ModelAnswer | undefined;
    for (;;) {
      const affordable = completionsFor(price, asked, budget.moneyLeft);
      const wanted = asked.maxTokens ?? allowance;
      const least = Math.max(SHORTEST, cut ? wanted : longest);
      if (affordable < Math.min(wanted, least)) throw budget.costSpent();
      const maxTokens = Math.min(wanted, affordable);
      let answer: ModelAnswer;
      try {
        answer = await send({ ...asked, maxTokens }, call, asked);
      } catch (error) {
        // The model itself cannot write more than it did.
        if (cut && HoneError.is(error, 'bad-request') && !error.transient) return cut;
        // Others have spent what this one waited for; it may still fit with less.
        const hasShrunk = completionsFor(price, asked, budget.moneyLeft) < maxTokens;
        if (!HoneError.is(error, 'budget-spent') || !hasShrunk) throw error;
        continue;
      }
      longest = Math.max(longest, answer.tokens?.completion ?? 0);
      if (answer.finishReason !== 'length' || maxTokens === asked.maxTokens) return answer;
      if (maxTokens < wanted) throw budget.costSpent();
      cut = answer;
      allowance = Math.max(allowance, maxTokens * ALLOWANCE_GROWTH);
    }
  };
}

const NONE: TokenCount = { prompt: 0, completion: 0 };

/** Whether the endpoint may have worked, and charged, although no usable answer came. */
function mayBeBilled(error: unknown): boolean {
  if (!HoneError.is(error)) return true;
  // A connection that broke has a cause; an endpoint that says that it is overloaded has not worked.
  if (error.reason === 'overloaded') return error.cause !== undefined;
  return HoneError.is(error, 'timed-out', 'cancelled', 'bad-response');
}

/** A request that went out, and whose answer nobody has seen because the run ended. */
export function abandonedCall(role: ModelRole, price: Price | undefined, most?: number): ModelCall {
  return { ...unknownCall(role, price, most), abandoned: true };
}

function unknownCall(role: ModelRole, price: Price | undefined, most = 0): ModelCall {
  const cost = freeCost(price);
  return { role, cached: false, ...(cost === undefined ? atMost(price, most) : { cost }) };
}

function atMost(price: Price | undefined, most: number): Pick<ModelCall, 'costAtMost'> {
  return price ? { costAtMost: most } : {};
}

function isFree(price: Price): boolean {
  return price.prompt === 0 && price.completion === 0;
}

function freeCost(price: Price | undefined): 0 | undefined {
  return price && isFree(price) ? 0 : undefined;
}

/** The worst case of what a request can cost, in US dollars, as far as its answer has a limit. */
function costAtMost(price: Price, request: ModelRequest): number {
  return costOf(price, {
    prompt: promptTokensAtMost(request),
    completion: request.maxTokens ?? FIRST_ALLOWANCE,
  });
}

/** Tokens of an answer that so much money pays for at the most. */
function completionsFor(price: Price, request: ModelRequest, money: number): number {
  const prompt = promptTokensAtMost(request);
  const rate = price.long && prompt > price.long.over ? price.long : price;
  const left = money - costOf(price, { prompt, completion: 0 });
  if (rate.completion === 0) return left < 0 ? 0 : Infinity;
  // One less than the division gives, since its rounding may be up.
  return Math.floor((left / rate.completion) * 1e6) - 1;
}

/** Marks around each message, and before the answer. */
const TOKENS_AROUND = 16;

/** No tokenizer in use makes more tokens of a text than it has bytes. */
function promptTokensAtMost({ messages, responseFormat }: ModelRequest): number {
  const format = responseFormat === undefined ? 0 : Buffer.byteLength(JSON.stringify(responseFormat));
  return messages.reduce(
    (sum, { content }) => sum + Buffer.byteLength(content) + TOKENS_AROUND,
    TOKENS_AROUND + format,
  );
}
