import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, shuffled } from '../../core/hash.js';
import {
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type Effort,
  type RunState,
} from '../../core/run.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { duplicateKey } from '../guards.js';
import { nextExpansion, type SearchNode, type SearchOptions } from '../treeSearch.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { failingRowBlock, failingRows, ROWS_ARE_DATA } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import {
  choiceOf,
  choiceSetting,
  numberOf,
  numberSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import type { ConfiguredStrategy, ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';

/** Of the published ten; the others are for those who have the budget. */
const ITERATIONS: Readonly<Record<Effort, number>> = { quick: 1, normal: 3, thorough: 10 };
/** A critique and a new prompt. */
const ASKS_PER_BATCH = 2;

const SEARCHES = ['mcts', 'beam'] as const;
/** The published numbers of new prompts from one batch. */
const NEW_PROMPTS: Readonly<Record<(typeof SEARCHES)[number], number>> = { mcts: 1, beam: 3 };

/** A prompt and the train rows whose errors bring children of it. */
interface Expansion {
  readonly node: string;
  readonly batch: readonly string[];
}

/**
 * PromptAgent (Wang et al., arXiv 2310.16427): Monte Carlo tree search over prompts. A node is expanded by criticizing its
 * errors on a few small batches, each of which brings a child that also sees the path of its ancestors; every child is
 * scored on the whole selection part. The authors' beam and greedy searches over the same steps are there to compare.
 */
export const promptAgent: Strategy = {
  id: 'prompt-agent',
  summary:
    'Searches a tree of prompts: criticizes errors, sees the path of ancestors, and goes where rewards are high.',
  source: 'arXiv 2310.16427',
  settings: [
    choiceSetting(
      'search',
      'mcts',
      SEARCHES,
      'Tree search with UCT, or a beam: from each of its prompts one batch, and the best children of all.',
    ),
    numberSetting(
      'iterations',
      0,
      'Iterations of the tree search; 0: by effort (quick 1, normal 3, thorough 10).',
    ),
    numberSetting(
      'expandWidth',
      3,
      'Batches, and so children, of an expansion; of a beam, of its first step.',
      { min: 1 },
    ),
    numberSetting('beamWidth', 3, 'Prompts of a beam; 1 is the greedy search.', { min: 1 }),
    numberSetting('depthLimit', 5, 'Edits on one path at the most; a beam begins with one more.', { min: 1 }),
    numberSetting('minDepth', 2, 'Depth from which a path may end early.'),
    numberSetting('exploration', 2.5, "Weight of the visit bonus in UCT, the authors' w_exp."),
    numberSetting('batch', 5, 'Train rows of a batch.', { min: 1 }),
    numberSetting('newPrompts', 0, 'New prompts from one batch; 0: 1 for mcts and 3 for a beam.'),
    temperatureSetting(1),
  ],
  configure(settings): ConfiguredStrategy {
    const isBeam = isBeamOf(settings);
    const width = widthOf(settings);
    return {
      selection: 'validation',
      steps: (effort) =>
        isBeam
          ? 1 + wholeOf(settings, 'depthLimit')
          : iterationsOf(settings, effort) * wholeOf(settings, 'depthLimit'),
      isDone: (state) => expansionsOf(state, settings).length === 0,
      patience: Infinity,
      perStep: width * newPromptsOf(settings),
      asksPerStep: width * ASKS_PER_BATCH,
      readsPerStep: width * wholeOf(settings, 'batch'),
      candidatesRead: isBeam ? wholeOf(settings, 'beamWidth') : 1,
      reads: (state) => {
        const rows = new Map<string, Set<string>>();
        for (const { node, batch } of expansionsOf(state, settings)) {
          rows.set(node, new Set([...(rows.get(node) ?? []), ...batch]));
        }
        return [...rows].map(([candidateId, caseIds]) => ({ candidateId, caseIds: [...caseIds] }));
      },
      selector: fullEvaluation,
      propose: (context) => propose(context, settings),
    };
  },
};

function isBeamOf(settings: SettingValues): boolean {
  return choiceOf(settings, 'search', SEARCHES) === 'beam';
}

/** Batches of a step at the most. */
function widthOf(settings: SettingValues): number {
  const beam = isBeamOf(settings) ? wholeOf(settings, 'beamWidth') : 0;
  return Math.max(wholeOf(settings, 'expandWidth'), beam);
}

function newPromptsOf(settings: SettingValues): number {
  return wholeOf(settings, 'newPrompts') || NEW_PROMPTS[choiceOf(settings, 'search', SEARCHES)];
}

function iterationsOf(settings: SettingValues, effort: Effort): number {
  return wholeOf(settings, 'iterations') || ITERATIONS[effort];
}

/** What the next step expands; nothing when the search is done. */
function expansionsOf(state: RunState, settings: SettingValues): Expansion[] {
  const nodes = isBeamOf(settings) ? beamOf(state, settings) : treeNodes(state, settings);
  const size = wholeOf(settings, 'batch');
  const { seed, splits } = state.setup;
  const order = shuffled(splits.train, seededRandom(`${seed} ${state.proposedStep + 1} batches`));
  return nodes.map((node, index) => {
    const from = (index * size) % order.length;
    return { node, batch: [...order.slice(from), ...order.slice(0, from)].slice(0, size) };
  });
}

/** The node that the tree search comes to, once for each of its batches. */
function treeNodes(state: RunState, settings: SettingValues): string[] {
  const options: SearchOptions = {
    iterations: iterationsOf(settings, state.setup.effort),
    depthLimit: wholeOf(settings, 'depthLimit'),
    minDepth: wholeOf(settings, 'minDepth'),
    exploration: numberOf(settings, 'exploration'),
  };
  const node = nextExpansion(treeOf(state), options);
  return node === undefined ? [] : Array.from({ length: wholeOf(settings, 'expandWidth') }, () => node);
}

/** The prompt in the file, once for each batch of the first step; then the best of the newest level, once each. */
function beamOf(state: RunState, settings: SettingValues): string[] {
  const kept = keptRecords(state);
  const level = Math.max(...kept.map(({ candidate }) => candidate.step));
  if (level === 0) return Array.from({ length: wholeOf(settings, 'expandWidth') }, () => BASELINE_ID);
  return kept
    .filter(({ candidate }) => candidate.step === level)
    .sort((a, b) => rewardOf(state, b) - rewardOf(state, a))
    .slice(0, wholeOf(settings, 'beamWidth'))
    .map(({ candidate }) => candidate.id);
}

function treeOf(state: RunState): ReadonlyMap<string, SearchNode> {
  const nodes = new Map<string, SearchNode & { children: string[] }>();
  for (const record of keptRecords(state)) {
    const { id, parent } = record.candidate;
    nodes.set(id, { id, reward: rewardOf(state, record), children: [] });
    if (parent !== undefined) nodes.get(parent)?.children.push(id);
  }
  return nodes;
}

function keptRecords(state: RunState): CandidateRecord[] {
  return [...state.candidates.values()].filter(({ status }) => status === 'kept' || status === 'best');
}

function rewardOf(state: RunState, record: CandidateRecord): number {
  return scoreOn(record, selectionRows(state)).mean ?? 0;
}

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const expansions = expansionsOf(context.state, settings);
  const expanded = await Promise.all(
    expansions.map((expansion, index) => expand(context, settings, expansion, index)),
  );
  requireUsable(
    context,
    expanded.flatMap(({ answers }) => answers),
  );
  const seen = new Set<string>();
  return {
    advice: [],
    proposals: expanded.flatMap(({ node, prompts }) =>
      prompts
        .filter((text) => !seen.has(duplicateKey(text)) && seen.add(duplicateKey(text)))
        .map((text) => proposalOf(context, 'expand', text, node)),
    ),
  };
}

interface Expanded {
  readonly node: string;
  readonly answers: readonly OptimizerAnswer[];
  readonly prompts: readonly string[];
}

/** Criticizes the errors of one batch, and asks for new prompts. */
async function expand(
  context: ProposalContext,
  settings: SettingValues,
  { node, batch }: Expansion,
  index: number,
): Promise<Expanded> {
  const wanted = newPromptsOf(settings);
  const ask = (content: string, number: number) =>
    askOptimizer(context, content, {
      index: index * ASKS_PER_BATCH + number,
      perStep: widthOf(settings) * ASKS_PER_BATCH,
      temperature: numberOf(settings, 'temperature'),
    });
  const errors = failingRows(context, node, batch).map((row) => failingRowBlock(context, row));
  const critique = errors.length > 0 ? await ask(critiquePrompt(context, node, errors), 0) : NOTHING_SAID;
  const rewrite = await ask(rewritePrompt(context, node, errors, critique.feedback, wanted), 1);
  // A model that answers with a prompt at once has been understood all the same.
  const prompts = rewrite.prompts.length > 0 ? rewrite.prompts : critique.prompts;
  return { node, answers: [critique, rewrite], prompts: prompts.slice(0, wanted) };
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

/** The ancestors of a candidate, the prompt in the file first. */
function ancestorsOf(state: RunState, id: string): string[] {
  const path: string[] = [];
  for (
    let at = recordOf(state, id).candidate.parent;
    at !== undefined;
    at = recordOf(state, at).candidate.parent
  ) {
    path.unshift(at);
  }
  return path;
}
