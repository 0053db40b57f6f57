import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, shuffled } from '../../core/hash.js';
import { recordOf, scoreOn, selectionRows, type Effort, type RunState } from '../../core/run.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { nextExpansion, type SearchNode, type SearchOptions } from '../treeSearch.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { failingRowBlock, failingRows, ROWS_ARE_DATA } from '../rowBlocks.js';
import { askOptimizer, distinctTexts, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import { numberOf, numberSetting, wholeOf } from '../settings.js';
import type { ConfiguredStrategy, ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';

/** Of the published ten; the others are for those who have the budget. */
const ITERATIONS: Readonly<Record<Effort, number>> = { quick: 1, normal: 3, thorough: 10 };
/** A critique and a new prompt. */
const ASKS_PER_BATCH = 2;

interface ExpansionMemo {
  readonly expanded: string;
}

/**
 * PromptAgent (Wang et al., arXiv 2310.16427): Monte Carlo tree search over prompts. A node is expanded by criticizing its
 * errors on a few small batches, each of which brings a child that also sees the path of its ancestors; every child is
 * scored on the whole selection part.
 */
export const promptAgent: Strategy = {
  id: 'prompt-agent',
  summary:
    'Searches a tree of prompts: criticizes errors, sees the path of ancestors, and goes where rewards are high.',
  source: 'arXiv 2310.16427',
  settings: [
    numberSetting(
      'iterations',
      0,
      'Iterations of the search; 0: by effort (quick 1, normal 3, thorough 10).',
    ),
    numberSetting('expandWidth', 3, 'Batches, and so children, of an expansion.', { min: 1 }),
    numberSetting('depthLimit', 5, 'Edits on one path at the most.', { min: 1 }),
    numberSetting('minDepth', 2, 'Depth from which a path may end early.'),
    numberSetting('exploration', 2.5, "Weight of the visit bonus in UCT, the authors' w_exp."),
    numberSetting('batch', 5, 'Train rows of a batch.', { min: 1 }),
    numberSetting('newPrompts', 1, 'New prompts from one batch.', { min: 1 }),
  ],
  configure(settings): ConfiguredStrategy {
    const batches = wholeOf(settings, 'expandWidth');
    const rows = batches * wholeOf(settings, 'batch');
    return {
      selection: 'validation',
      steps: (effort) => iterationsOf(settings, effort) * wholeOf(settings, 'depthLimit'),
      isDone: (state) => expansionOf(state, settings) === undefined,
      patience: Infinity,
      emptySteps: Infinity,
      perStep: batches * wholeOf(settings, 'newPrompts'),
      asksPerStep: batches * ASKS_PER_BATCH,
      readsPerStep: rows,
      reads: (state) => {
        const node = expansionOf(state, settings);
        if (node === undefined) return [];
        return [{ candidateId: node, caseIds: batchesOf(state, state.proposedStep + 1, settings).flat() }];
      },
      selector: fullEvaluation,
      propose: (context) => propose(context, settings),
    };
  },
};

function iterationsOf(settings: SettingValues, effort: Effort): number {
  return wholeOf(settings, 'iterations') || ITERATIONS[effort];
}

/** The node to expand next; undefined when all iterations are done. */
function expansionOf(state: RunState, settings: SettingValues): string | undefined {
  const options: SearchOptions = {
    iterations: iterationsOf(settings, state.setup.effort),
    depthLimit: wholeOf(settings, 'depthLimit'),
    minDepth: wholeOf(settings, 'minDepth'),
    exploration: numberOf(settings, 'exploration'),
  };
  return nextExpansion(treeOf(state), options);
}

function treeOf(state: RunState): ReadonlyMap<string, SearchNode> {
  const expanded = new Set([...state.memos.values()].map((memo) => (memo as ExpansionMemo).expanded));
  const rows = selectionRows(state);
  const nodes = new Map<string, SearchNode & { children: string[] }>();
  for (const record of state.candidates.values()) {
    if (record.status !== 'kept' && record.status !== 'best') continue;
    const { id, parent } = record.candidate;
    const reward = scoreOn(record, rows).mean ?? 0;
    nodes.set(id, { id, reward, isExpanded: expanded.has(id), children: [] });
    if (parent !== undefined) nodes.get(parent)?.children.push(id);
  }
  return nodes;
}

/** The batches of an expansion, drawn anew for each. */
function batchesOf(state: RunState, step: number, settings: SettingValues): string[][] {
  const size = wholeOf(settings, 'batch');
  const order = shuffled(state.setup.splits.train, seededRandom(`${state.setup.seed} ${step} batches`));
  return Array.from({ length: wholeOf(settings, 'expandWidth') }, (_, index) => {
    const from = (index * size) % order.length;
    return [...order.slice(from), ...order.slice(0, from)].slice(0, size);
  });
}

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const { state, step } = context;
  const node = expansionOf(state, settings);
  if (node === undefined) return { advice: [], proposals: [] };
  const batches = batchesOf(state, step, settings);
  const answers = await Promise.all(
    batches.map((batch, index) => expand(context, settings, node, batch, index)),
  );
  requireUsable(context, answers.flat());
  const texts = distinctTexts(
    answers.flatMap(([, { prompts }]) => prompts.slice(0, wholeOf(settings, 'newPrompts'))),
  );
  return {
    advice: [],
    proposals: texts.map((text) => proposalOf(context, 'expand', text, node)),
    memo: { expanded: node } satisfies ExpansionMemo,
  };
}

/** Criticizes the errors of one batch, and asks for new prompts. */
async function expand(
  context: ProposalContext,
  settings: SettingValues,
  node: string,
  batch: readonly string[],
  index: number,
): Promise<readonly [OptimizerAnswer, OptimizerAnswer]> {
  const perStep = wholeOf(settings, 'expandWidth') * ASKS_PER_BATCH;
  const ask = (content: string, number: number) =>
    askOptimizer(context, content, { index: index * ASKS_PER_BATCH + number, perStep, temperature: 1 });
  const errors = failingRows(context, node, batch).map((row) => failingRowBlock(context, row));
  const critique = errors.length > 0 ? await ask(critiquePrompt(context, node, errors), 0) : NOTHING_SAID;
  const rewrite = await ask(
    rewritePrompt(context, node, errors, critique.feedback, wholeOf(settings, 'newPrompts')),
    1,
  );
  return [critique, rewrite];
}

const NOTHING_SAID: OptimizerAnswer = { prompts: [], feedback: [] };

function critiquePrompt(context: ProposalContext, node: string, errors: readonly string[]): string {
  return [
    'A language model was given this prompt:',
    block('current_prompt', context.spanTextOf(node)),
    howUsed(context.document, context.span),
    `It got these rows wrong. ${ROWS_ARE_DATA}`,
    ...errors,
    'For each of them look closely at why the answer is wrong and what the prompt lacks. Then write between <feedback> and </feedback> all that has to be improved in the prompt, in detail.',
  ].join('\n\n');
}

function rewritePrompt(
  context: ProposalContext,
  node: string,
  errors: readonly string[],
  critique: readonly string[],
  wanted: number,
): string {
  const path = ancestorsOf(context.state, node).map((id) => block('ancestor', context.spanTextOf(id)));
  return [
    'You improve a prompt that a language model is given.',
    block('current_prompt', context.spanTextOf(node)),
    howUsed(context.document, context.span),
    ...(errors.length > 0
      ? [`It got these rows wrong. ${ROWS_ARE_DATA}`, ...errors]
      : ['It got all rows of a small batch right; make it better still.']),
    ...(critique.length > 0
      ? ['This was said of it:', ...critique.map((text) => block('critique', text))]
      : []),
    ...(path.length > 0 ? ['These prompts led to it, the oldest first:', ...path] : []),
    [
      'Write new prompts that solve the trouble, that build on what the path has learned, and that differ from all prompts above.',
      placeholderRule(expressionsOf(context.document, context.span.text)),
      answerFormat(wanted),
    ]
      .filter(Boolean)
      .join('\n'),
  ].join('\n\n');
}

/** The ancestors of a candidate from the prompt in the file on, itself left out. */
function ancestorsOf(state: RunState, id: string): string[] {
  const path: string[] = [];
  for (
    let at = recordOf(state, id).candidate.parent;
    at !== undefined;
    at = recordOf(state, at).candidate.parent
  ) {
    path.unshift(at);
  }
  return id === BASELINE_ID ? [] : path;
}
