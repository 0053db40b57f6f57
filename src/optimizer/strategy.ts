import type { Advice } from '../core/candidate.js';
import type { ChatMessage, EditableSpan, PromptDocument } from '../core/prompt.js';
import type { Effort, RunState } from '../core/run.js';
import type { SelectionPart } from '../core/testset.js';
import type { Selector } from '../evaluation/selector.js';

/** New text for the span under work, before any guard has looked at it. */
export interface Proposal {
  /** Id of the candidate that it was made from. */
  readonly parent: string;
  readonly operator: string;
  readonly spanText: string;
  /** One line: what it changes and why. */
  readonly summary: string;
  readonly adviceIds: readonly string[];
}

/** What one step of a strategy brings. */
export interface Proposals {
  readonly advice: readonly Advice[];
  readonly proposals: readonly Proposal[];
  /**
   * What the strategy wants to know of this step later on, as JSON: a reflection, a synthesized direction, the rows that
   * were drawn. It is journaled with the step and found again in `state.memos`.
   */
  readonly memo?: unknown;
}

export interface AskOptions {
  /** Default 1. */
  readonly temperature?: number;
  /** Which sample of the same question; default 0. Below 10,000. */
  readonly repeat?: number;
}

/** All that a strategy may look at. It proposes only: it never evaluates, accepts or writes. */
export interface ProposalContext {
  readonly state: RunState;
  /** The prompt as it stands in the file. */
  readonly document: PromptDocument;
  /** The span under work, in the baseline. */
  readonly span: EditableSpan;
  /** The span's text in a candidate. */
  readonly spanTextOf: (candidateId: string) => string;
  /** The candidate with the best score on the selection rows. */
  readonly parent: string;
  readonly step: number;
  /** How many candidates the budget still allows in this step, at least 1. */
  readonly room: number;
  /** One completion of the optimizer model. Equal questions with an equal `repeat` get an equal answer. */
  readonly ask: (messages: readonly ChatMessage[], options?: AskOptions) => Promise<string>;
}

export type SettingValue = number | string | boolean;

/** A switch of a strategy that a user can see and change. */
export interface StrategySetting {
  /** As it is written in hone.yaml and on the command line, in camel case. */
  readonly id: string;
  readonly description: string;
  /** What the authors published; its type is the setting's type. */
  readonly default: SettingValue;
  /** For texts: the values there are. */
  readonly choices?: readonly string[];
  /** For numbers. */
  readonly min?: number;
  readonly max?: number;
}

/** A strategy's settings with all defaults filled in. */
export type SettingValues = Readonly<Record<string, SettingValue>>;

/** Rows that a candidate must have been scored on before a step is proposed, so that its failures can be read. */
export interface Reading {
  readonly candidateId: string;
  readonly caseIds: readonly string[];
}

/** A strategy with its settings chosen. */
export interface ConfiguredStrategy {
  /** The part of the test set whose rows choose among candidates. */
  readonly selection: SelectionPart;
  /** Compares candidates by what their lineage tells of them, instead of by their own rows alone. */
  readonly estimate?: 'lineage';
  /** Steps of a run. Default: by effort, see `STEPS`. */
  readonly steps?: (effort: Effort) => number;
  /** Whether the method has come to its end by itself. */
  readonly isDone?: (state: RunState) => boolean;
  /** Steps without a better candidate after which the run ends. Default 3; Infinity for a method that never gives up. */
  readonly patience?: number;
  /** Steps in a row without a proposal that kept the rules, after which the run ends. Default 2. */
  readonly emptySteps?: number;
  /** Candidates per step at the most. */
  readonly perStep: number;
  /** Requests to the optimizer model per step at the most. */
  readonly asksPerStep: number;
  /** Train rows that may have to be scored before a step at the most, all readings of the step together. */
  readonly readsPerStep: number;
  /** Candidates that the readings of a step are about at the most. Default 1. */
  readonly candidatesRead?: number;
  /** The readings of the next step; pure. Rows that have an outcome already cost nothing. */
  readonly reads: (state: RunState) => readonly Reading[];
  /** How the candidates of a step are scored, and which are kept. */
  readonly selector: Selector;
  propose(context: ProposalContext): Promise<Proposals>;
}

/** A published or own method of proposing candidates. */
export interface Strategy {
  readonly id: string;
  /** One sentence for people: what it does. */
  readonly summary: string;
  /** The paper, for example `arXiv 2309.03409`; absent for Hone's own. */
  readonly source?: string;
  readonly settings: readonly StrategySetting[];
  /** @param values one for each setting, of the type of its default */
  configure(values: SettingValues): ConfiguredStrategy;
}
