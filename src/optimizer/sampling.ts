import { duplicateKey } from './guards.js';
import { missingTags, taggedBlocks } from './metaPrompt.js';
import type { Proposal, ProposalContext } from './strategy.js';
import { summaryOf } from './summary.js';

/** What an answer of the optimizer model holds. */
export interface OptimizerAnswer {
  readonly prompts: readonly string[];
  readonly feedback: readonly string[];
}

/** Requests that a strategy may tell apart by `repeat`. */
const REPEATS = 10_000;

/**
 * One question to the optimizer model. Equal questions of one step must differ in `index`, those of different steps do so
 * by themselves.
 * @param perStep requests of a step at the most; `index` is below it
 */
export async function askOptimizer(
  context: ProposalContext,
  content: string,
  options: { readonly index: number; readonly perStep: number; readonly temperature: number },
): Promise<OptimizerAnswer> {
  const answer = await context.ask([{ role: 'user', content }], {
    temperature: options.temperature,
    repeat: ((context.step - 1) * options.perStep + options.index) % REPEATS,
  });
  return { prompts: taggedBlocks(answer, 'prompt'), feedback: taggedBlocks(answer, 'feedback') };
}

/** @throws HoneError `missing-tags` when something was asked and no answer holds anything to go on with. */
export function requireUsable(context: ProposalContext, answers: readonly OptimizerAnswer[]): void {
  requireAny(context, answers, ({ prompts, feedback }) => prompts.length + feedback.length > 0);
}

/** @throws HoneError `missing-tags` when something was asked and no answer holds a new prompt. */
export function requirePrompts(context: ProposalContext, answers: readonly OptimizerAnswer[]): void {
  requireAny(context, answers, ({ prompts }) => prompts.length > 0);
}

function requireAny(
  context: ProposalContext,
  answers: readonly OptimizerAnswer[],
  isUsable: (answer: OptimizerAnswer) => boolean,
): void {
  if (answers.length === 0 || answers.some(isUsable)) return;
  const { label, destination } = context.state.setup.models.optimizer;
  throw missingTags(label, destination);
}

/** A proposal with its one-line summary. */
export function proposalOf(
  context: ProposalContext,
  operator: string,
  spanText: string,
  parent: string = context.parent,
  adviceIds: readonly string[] = [],
): Proposal {
  return { parent, operator, spanText, summary: summaryOf(context.spanTextOf(parent), spanText), adviceIds };
}

/** Texts without those that differ from an earlier one in white space or letter case only. */
export function distinctTexts(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  return texts.filter((text) => {
    const key = duplicateKey(text);
    return !seen.has(key) && seen.add(key);
  });
}

/** The published clean-up of OPRO and GPO: outer white space and double asterisks away, first letter upper case. */
export function polish(text: string): string {
  const clean = text.replaceAll('**', '').trim();
  return clean.charAt(0).toUpperCase() + clean.slice(1);
}
