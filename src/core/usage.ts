/** Which job a model does in a run. */
export type ModelRole = 'task' | 'optimizer' | 'judge';

export interface TokenCount {
  readonly prompt: number;
  readonly completion: number;
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
}

/** What was spent, all roles apart. */
export interface Usage {
  readonly calls: Record<ModelRole, number>;
  /** Calls among these of which nobody waited for the answer. */
  abandoned: number;
  cached: number;
  tokens: TokenCount;
  /** Calls whose tokens the endpoint did not report. */
  uncounted: number;
  /** US dollars; undefined as soon as one call's price is unknown. */
  cost: number | undefined;
}

/** A ledger with nothing in it. */
export function newUsage(): Usage {
  return {
    calls: { task: 0, optimizer: 0, judge: 0 },
    abandoned: 0,
    cached: 0,
    tokens: { prompt: 0, completion: 0 },
    uncounted: 0,
    cost: 0,
  };
}

/** Adds a call to a ledger. */
export function countCall(usage: Usage, call: ModelCall): void {
  if (call.cached) {
    usage.cached++;
    return;
  }
  usage.calls[call.role]++;
  if (call.abandoned) usage.abandoned++;
  if (call.tokens) {
    usage.tokens = {
      prompt: usage.tokens.prompt + call.tokens.prompt,
      completion: usage.tokens.completion + call.tokens.completion,
    };
  } else usage.uncounted++;
  usage.cost = usage.cost === undefined || call.cost === undefined ? undefined : usage.cost + call.cost;
}

/** Requests that reached a model. */
export function callsMade(usage: Usage): number {
  return usage.calls.task + usage.calls.optimizer + usage.calls.judge;
}
