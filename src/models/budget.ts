import { HoneError, throwIfCancelled } from '../core/errors.js';
import { money } from '../core/money.js';
import type { Price, PriceTable } from '../core/run.js';
import { orCancelled } from './abort.js';
import type { Model } from './model.js';
import { isCountedInRequests, priceOfUse } from './prices.js';

export interface CallBudgetOptions {
  /** Requests that may reach a model, all roles together. */
  readonly maxCalls: number;
  /** US dollars, all roles together; absent for no limit. */
  readonly maxCost?: number;
  /** Prices that the user wrote down; they go before the table. */
  readonly prices?: PriceTable;
  /** What an earlier part of the same run has used up. */
  readonly spent?: { readonly calls: number; readonly cost?: number };
}

/** What one run may spend, and has spent, over all its models. */
export class CallBudget {
  private calls: number;
  private cost: number;
  /** What the requests in flight may cost at the most. */
  private reserved = 0;
  private inFlight = 0;
  private waiting: (() => void)[] = [];

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

  /** US dollars that may have been spent at the most, as far as prices are known. */
  get costSoFar(): number {
    return this.cost;
  }

  /** US dollars that are left when the requests in flight cost nothing; Infinity without a limit. */
  get moneyLeft(): number {
    return (this.options.maxCost ?? Infinity) - this.cost;
  }

  priceOf(model: Parameters<typeof priceOfUse>[0]): Price | undefined {
    return priceOfUse(model, this.options.prices);
  }

  /** @throws HoneError `bad-config` when a cost limit is set that could not be kept, because the price is unknown. */
  checkPriced(model: Pick<Model, 'id' | 'label' | 'destination'>): void {
    if (this.options.maxCost === undefined || this.priceOf(model)) return;
    throw new HoneError({
      reason: 'bad-config',
      message: `A cost limit is set, but the price of ${model.label} at ${model.destination} is not known.`,
      nextStep: isCountedInRequests(model)
        ? 'Limit the number of calls instead.'
        : `Limit the number of calls instead, or write the price in hone.yaml, in US dollars per million tokens: ` +
          `prices: { "${model.id}": { prompt: …, completion: … } }.`,
      place: { host: model.destination },
    });
  }

  /**
   * Takes one call, before it is sent. Where only what others in flight have reserved stands in the way, it waits until
   * they are settled.
   * @param mostCost US dollars that it can cost at the most
   * @throws HoneError `budget-spent` when the call would pass a limit; it is then not counted. `cancelled`
   */
  async take(mostCost: number, signal?: AbortSignal): Promise<void> {
    const { maxCalls, maxCost = Infinity } = this.options;
    for (;;) {
      throwIfCancelled(signal);
      if (this.calls + 1 > maxCalls) throw callsSpent(maxCalls);
      if (this.cost + this.reserved + mostCost <= maxCost) break;
      if (this.cost + mostCost > maxCost || this.inFlight === 0) throw this.costSpent();
      await orCancelled(new Promise<void>((resolve) => this.waiting.push(resolve)), signal);
    }
    this.calls++;
    this.inFlight++;
    this.reserved += mostCost;
  }

  /** Settles a call that was taken. `reached` is false when the request never arrived anywhere. */
  settle(mostCost: number, actualCost: number, reached: boolean): void {
    this.inFlight--;
    // Sums of fractions leave a rest behind, which would add up.
    this.reserved = this.inFlight === 0 ? 0 : this.reserved - mostCost;
    this.cost += actualCost;
    if (!reached) this.calls--;
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  /** The error of a request that the cost limit has no room for. */
  costSpent(): HoneError {
    const { maxCost = Infinity } = this.options;
    return spent(
      `The next call could pass the cost limit of ${money(maxCost)} (${money(this.cost)} spent so far).`,
      'dollars',
    );
  }
}

function callsSpent(maxCalls: number): HoneError {
  return spent(`All ${maxCalls} calls of this run are spent.`, 'calls');
}

function spent(message: string, unit: 'calls' | 'dollars'): HoneError {
  return new HoneError({
    reason: 'budget-spent',
    message,
    nextStep: `Go on with a higher limit of ${unit}; answers that are stored are not asked for again.`,
  });
}
