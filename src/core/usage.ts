/** Which job a model does in a run. */
export type ModelRole = 'task' | 'optimizer' | 'judge';

export const MODEL_ROLES: readonly ModelRole[] = ['task', 'optimizer', 'judge'];

export interface TokenCount {
  readonly prompt: number;
  readonly completion: number;
  /** Prompt tokens among these that the endpoint had in its own cache. */
  readonly cached?: number;
}

/** US dollars per million tokens. */
export interface Price {
  readonly prompt: number;
  readonly completion: number;
  /** For prompt tokens that the endpoint had in its own cache; absent where it has none, or its price is not known. */
  readonly cached?: number;
  /** Share of the price that is asked for requests sent as a batch. */
  readonly batch?: number;
  /** What holds instead for prompts of more than `over` tokens. */
  readonly long?: { readonly over: number; readonly prompt: number; readonly completion: number };
}

/** Prices by model id, for example `openai:gpt-4.1-mini`. */
export type PriceTable = Readonly<Record<string, Price>>;

/** US dollars for one request. Prompt tokens from the endpoint's own cache cost less where their price is known. */
export function costOf(price: Price, { prompt, completion, cached = 0 }: TokenCount): number {
  const rate = price.long && prompt > price.long.over ? price.long : price;
  const reduction = price.cached === undefined ? 0 : cached * (price.prompt - price.cached);
  return (rate.prompt * prompt + rate.completion * completion - reduction) / 1e6;
}

/** One answer that was used: paid for, or served from what was paid for before. */
export interface ModelCall {
  readonly role: ModelRole;
  /** Names the request; the stored answer has the same key. Absent for a request that brought no answer. */
  readonly key?: string;
  /** True when no request was sent. */
  readonly cached: boolean;
  /** True when the run was cancelled or killed before an answer came, so that it says nothing of the endpoint. */
  readonly abandoned?: boolean;
  /** Absent when the endpoint does not say. */
  readonly tokens?: TokenCount;
  /** US dollars; absent when the price is not known. */
  readonly cost?: number;
  /** US dollars that it may have cost at the most, where the price is known and the tokens are not. */
  readonly costAtMost?: number;
  /** US dollars that a cached answer would have cost; absent when the price or the tokens are not known. */
  readonly saved?: number;
}

/** What one role spent. */
export interface RoleUsage {
  cached: number;
  tokens: TokenCount;
  /** US dollars; undefined as soon as one call's price is unknown. */
  cost: number | undefined;
  /** US dollars that its calls, and the dearest of them, may have cost at the most; without abandoned ones. */
  costAtMost: number;
  dearest: number;
}

/** What was spent, all roles apart. */
export interface Usage {
  readonly calls: Record<ModelRole, number>;
  readonly byRole: Readonly<Record<ModelRole, RoleUsage>>;
  /** Calls among these of which nobody waited for the answer. */
  abandoned: number;
  cached: number;
  tokens: TokenCount;
  /** Calls whose tokens the endpoint did not report. */
  uncounted: number;
  /** US dollars; undefined as soon as one call's price is unknown. */
  cost: number | undefined;
  /** US dollars that may have been spent at the most, as far as prices are known: what a limit reckons with. */
  costAtMost: number;
  /** US dollars that cached answers would have cost; undefined as soon as one of them is unknown. */
  saved: number | undefined;
}

const NO_TOKENS: TokenCount = { prompt: 0, completion: 0 };

/** A ledger with nothing in it. */
export function newUsage(): Usage {
  const nothing = (): RoleUsage => ({ cached: 0, tokens: NO_TOKENS, cost: 0, costAtMost: 0, dearest: 0 });
  return {
    calls: { task: 0, optimizer: 0, judge: 0 },
    byRole: { task: nothing(), optimizer: nothing(), judge: nothing() },
    abandoned: 0,
    cached: 0,
    tokens: NO_TOKENS,
    uncounted: 0,
    cost: 0,
    costAtMost: 0,
    saved: 0,
  };
}

/** Adds a call to a ledger. */
export function countCall(usage: Usage, call: ModelCall): void {
  const role = usage.byRole[call.role];
  if (call.cached) {
    usage.cached++;
    role.cached++;
    usage.saved = sum(usage.saved, call.saved);
    return;
  }
  usage.calls[call.role]++;
  if (call.abandoned) usage.abandoned++;
  if (call.tokens) {
    usage.tokens = together(usage.tokens, call.tokens);
    role.tokens = together(role.tokens, call.tokens);
  } else usage.uncounted++;
  usage.cost = sum(usage.cost, call.cost);
  role.cost = sum(role.cost, call.cost);
  const most = call.cost ?? call.costAtMost ?? 0;
  if (!call.abandoned) {
    role.dearest = Math.max(role.dearest, most);
    role.costAtMost += most;
  }
  usage.costAtMost += most;
}

/** Unknown as soon as one side is. */
function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function together(a: TokenCount, b: TokenCount): TokenCount {
  return { prompt: a.prompt + b.prompt, completion: a.completion + b.completion };
}

/** Requests that reached a model. */
export function callsMade(usage: Usage): number {
  return usage.calls.task + usage.calls.optimizer + usage.calls.judge;
}
