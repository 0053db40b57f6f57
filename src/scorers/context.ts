import type { ChatMessage } from '../core/prompt.js';

/** Asks the judge model. Raises HoneErrors only. */
export type AskJudge = (
  messages: readonly ChatMessage[],
  options: { readonly signal?: AbortSignal },
) => Promise<string>;

/** What scorers may use besides the answer. */
export interface ScorerContext {
  /** The judge model; without it a scorer that needs one fails on every row. */
  readonly judge?: AskJudge;
  /** The workspace folder: files of scorers are looked for in it, and nowhere else. */
  readonly root?: string;
  /** Whether code of the workspace may run. Default false. */
  readonly trusted?: boolean;
}
