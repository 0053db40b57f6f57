import type { SelectionPart, Splits, TestCase } from './testset.js';
import type { ModelRole } from './usage.js';
import type { Wishes } from './wishes.js';

/** How much a run may spend, as the user chose it. */
export type Effort = 'quick' | 'normal' | 'thorough';

/** A model as it is named to people. */
export interface ModelDescription {
  /** `provider:name`, for example `openai:gpt-4.1-mini` or `sandbox:default`. */
  readonly id: string;
  readonly label: string;
  /** Where requests go: a host, `this machine` or `the editor`. */
  readonly destination: string;
}

/** All that a run was started with; with the stored answers it is enough to repeat it. */
export interface RunSetup {
  readonly runId: string;
  readonly prompt: {
    /** Relative to the workspace, with forward slashes. */
    readonly path: string;
    readonly format: string;
    /** The whole file as it was when the run started. */
    readonly text: string;
    readonly spanId: string;
  };
  readonly testset: {
    readonly path: string;
    readonly inputColumn?: string;
    readonly expectedColumn?: string;
    readonly cases: readonly TestCase[];
  };
  readonly scorers: readonly unknown[];
  readonly splits: Splits;
  readonly strategy: string;
  /** Settings of the strategy that differ from its defaults; absent in runs of the first version. */
  readonly strategySettings?: Readonly<Record<string, number | string | boolean>>;
  /** The part whose rows choose among candidates. */
  readonly selection: SelectionPart;
  /** Candidates are compared by what their lineage tells of them, instead of by their own rows alone. */
  readonly estimate?: 'lineage';
  readonly effort: Effort;
  readonly seed: number;
  /** Requests that may reach a model, all roles together. */
  readonly maxCalls: number;
  /** US dollars; absent for no limit. */
  readonly maxCost?: number;
  readonly models: Readonly<Record<ModelRole, ModelDescription>>;
  /** The endpoint that openai models were reached at; absent for others. Never a key. */
  readonly baseUrl?: string;
  /** How requests of the task model reached it; absent for one by one. */
  readonly backend?: 'batch';
  /** What the user asks of new prompts; absent for nothing. */
  readonly wishes?: Wishes;
  /** Characters of a row's input, answer and expected answer that the optimizer is shown, each; absent for 600. */
  readonly traceCharacters?: number;
  /** Further models that the prompt is for: the verdict holds the finalist against the prompt in the file on each. */
  readonly targets?: readonly ModelDescription[];
}

/** What may change when a run is resumed, because no score depends on it. */
export interface SetupChanges {
  readonly maxCalls?: number;
  readonly maxCost?: number;
  readonly optimizer?: ModelDescription;
}
