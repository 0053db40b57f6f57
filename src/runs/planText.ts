import { money } from '../core/money.js';
import type { RunPlan } from './plan.js';

/** How many requests a run sends, in one sentence. */
export function callsLine({ calls, maxCalls }: Pick<RunPlan, 'calls' | 'maxCalls'>): string {
  const { least, most, task, optimizer, judge } = calls;
  const roles = [
    `task ${number(task)}`,
    `optimizer ${number(optimizer)}`,
    ...(judge > 0 ? [`judge ${number(judge)}`] : []),
  ];
  const limit = maxCalls > most ? ` The limit is ${number(maxCalls)}.` : '';
  return `Requests: at least ${number(Math.min(least, most))}, at most ${number(most)} (${roles.join(', ')} at most).${limit}`;
}

/** What a run costs, in one sentence that says what the figures rest on. */
export function costLine({ cost }: Pick<RunPlan, 'cost'>): string {
  switch (cost.kind) {
    case 'requests':
      return 'Cost: counted in requests of your subscription, not in money.';
    case 'unknown':
      return `Cost: unknown, for there is no price of ${cost.models.join(' and ')}; hone.yaml can name it under "prices".`;
    case 'range': {
      if (cost.basis === 'free') return 'Cost: none, the models run on this machine.';
      const rests =
        cost.basis === 'measured'
          ? `reckoned from ${number(cost.answers)} stored answer${cost.answers === 1 ? '' : 's'} of this prompt, the rest estimated`
          : 'estimated from the number of characters';
      return `Cost: ${money(cost.low)} to ${money(cost.high)}, ${rests}; prices as of ${cost.pricesAsOf}, unless hone.yaml has its own.`;
    }
  }
}

function number(n: number): string {
  return n.toLocaleString('en-US');
}
