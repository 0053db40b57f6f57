import { recordOf, type Effort, type RunState } from '../../core/run.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { block, howUsed } from '../metaPrompt.js';
import { latestKept, minibatchOf } from '../minibatch.js';
import { failingRowBlock, failingRows, ROWS_ARE_DATA } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable } from '../sampling.js';
import { numberOf, numberSetting, stepsSetting, temperatureSetting, wholeOf } from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';

const STEPS: Readonly<Record<Effort, number>> = { quick: 4, normal: 10, thorough: 25 };

interface ReflexionMemo {
  readonly reflection: string;
}

/**
 * Reflexion (Shinn et al., arXiv 2303.11366) as a baseline for prompts: what went wrong is put into words, and the last
 * few of these reflections stand behind the prompt. There is no selection: each attempt replaces the one before.
 */
export const reflexion: Strategy = {
  id: 'reflexion',
  summary:
    'Puts failures into words and keeps the last few of these lessons behind the prompt; nothing is selected.',
  source: 'arXiv 2303.11366',
  settings: [
    numberSetting('memory', 3, 'Reflections that are kept, the newest ones.', { min: 1 }),
    numberSetting('rows', 4, 'Train rows that one reflection is about.', { min: 1 }),
    temperatureSetting(0),
    stepsSetting,
  ],
  configure(settings) {
    const rows = wholeOf(settings, 'rows');
    return {
      selection: 'train',
      steps: (effort) => wholeOf(settings, stepsSetting.id) || STEPS[effort],
      patience: Infinity,
      emptySteps: Infinity,
      perStep: 1,
      asksPerStep: 1,
      readsPerStep: rows,
      reads: (state) => [
        { candidateId: latestKept(state), caseIds: minibatchOf(state, state.proposedStep + 1, rows) },
      ],
      selector: fullEvaluation,
      propose: (context) => propose(context, settings),
    };
  },
};

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const { state } = context;
  const latest = recordOf(state, latestKept(state)).candidate.id;
  const failing = failingRows(context, latest, minibatchOf(state, context.step, wholeOf(settings, 'rows')));
  if (failing.length === 0) return { advice: [], proposals: [] };
  const content = [
    'A language model was given this prompt:',
    block('current_prompt', context.spanTextOf(latest)),
    howUsed(context.document, context.span),
    `These rows went wrong. ${ROWS_ARE_DATA}`,
    ...failing.map((row) => failingRowBlock(context, row)),
    'Reflect: why did it go wrong, and what is to be done differently next time? Write the lesson between <feedback> and </feedback> in one or two sentences, as an order to the model that holds for rows that are not shown.',
  ].join('\n\n');
  const answer = await askOptimizer(context, content, {
    index: 0,
    perStep: 1,
    temperature: numberOf(settings, 'temperature'),
  });
  requireUsable(context, [answer]);
  const reflection = lessonIn(answer.feedback);
  if (reflection === '') return { advice: [], proposals: [] };
  const memory = [...reflectionsIn(state), reflection].slice(-wholeOf(settings, 'memory'));
  const text = [
    context.span.text.trimEnd(),
    `Lessons from earlier attempts:\n${memory.map((lesson) => `- ${lesson}`).join('\n')}`,
  ].join('\n\n');
  return {
    advice: [],
    proposals: [proposalOf(context, 'reflection', text, latest)],
    memo: { reflection } satisfies ReflexionMemo,
  };
}

/** The reflections of attempts that kept the rules, so that one that breaks them does not stand in the next ones too. */
function reflectionsIn(state: RunState): string[] {
  const kept = [...state.candidates.values()].filter(({ status }) => status === 'kept' || status === 'best');
  return kept.flatMap(({ candidate }) => {
    const memo = state.memos.get(candidate.step) as ReflexionMemo | undefined;
    return memo ? [memo.reflection] : [];
  });
}

/** The order in a reflection, on one line; all of it where it names no direction. */
function lessonIn(blocks: readonly string[]): string {
  const directions = [...blocks.join('\n').matchAll(/\bdirection:\s*(.+)/gi)].map((match) => match[1]!);
  return (directions.length > 0 ? directions : blocks).join(' ').replace(/\s+/g, ' ').trim();
}
