import type { PromptDocument, Problem } from '../core/prompt.js';
import type { TestSet } from '../core/testset.js';
import type { Scorer } from '../core/scoring.js';
import type { ScorerConfig } from '../scorers/index.js';
/* Contract of this room; the bodies are being written. */
/** A prompt file of the workspace, as `hone list` and the tree show it. */
export interface PromptListing {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  readonly format: string;
  readonly spans: readonly { readonly id: string; readonly role: string; readonly start: number; readonly end: number }[];
  readonly placeholders: readonly string[];
  /** Workspace-relative path of the paired test set (the prompt's own path when it is embedded); null when none. */
  readonly testset: string | null;
  readonly problems: readonly Problem[];
}
/** Everything an evaluation needs, loaded and checked: no call has been made yet. */
export interface PromptTask {
  readonly root: string;
  readonly document: PromptDocument;
  readonly testset: TestSet;
  readonly scorerConfigs: readonly ScorerConfig[];
  readonly scorers: readonly Scorer[];
  /** Notes for people: how tests were paired, columns mapped, scorers inferred. */
  readonly notes: readonly string[];
}
export interface LoadOptions {
  /** The user's pick; goes before hone.yaml and pairing by name. */
  readonly tests?: string;
}
/** Finds prompt files below a folder, ignore files respected. A file that cannot be read is listed with its problem. */
export declare function listPrompts(root: string, options?: { signal?: AbortSignal }): Promise<PromptListing[]>;
/** Loads a prompt with its tests and scorers. Throws a HoneError with file and line for each kind of bad input. */
export declare function loadTask(root: string, promptPath: string, options?: LoadOptions): Promise<PromptTask>;
/** The nearest folder at or above `start` that has hone.yaml, .hone or .git; else `start`. */
export declare function findRoot(start: string): Promise<string>;
