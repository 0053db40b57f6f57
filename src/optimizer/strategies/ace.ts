import { recordOf, type CandidateRecord, type Effort } from '../../core/run.js';
import { checkpoints } from '../../evaluation/checkpoints.js';
import { block, howUsed } from '../metaPrompt.js';
import { latestKept, minibatchOf } from '../minibatch.js';
import { applyDeltas, deltasBetween, deltasIn, rulesOf, type Rule } from '../playbook.js';
import { answeredRowBlock, ROWS_ARE_DATA, rowsById } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import {
  numberOf,
  numberSetting,
  stepsSetting,
  switchOf,
  switchSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';

/** A reflection and a curation. */
const ASKS = 2;
const STEPS: Readonly<Record<Effort, number>> = { quick: 16, normal: 60, thorough: 200 };

/**
 * ACE (Zhang et al., arXiv 2510.04618): the prompt grows and shrinks rule by rule. A reflector says what the answers to a
 * row teach, a curator turns that into changes of single rules, and these are carried out without a rewrite.
 */
export const ace: Strategy = {
  id: 'ace',
  summary: 'Adds, merges and drops single rules, one small lesson at a time, and never rewrites the text.',
  source: 'arXiv 2510.04618',
  settings: [
    numberSetting('batch', 1, 'Train rows that one step learns from.', { min: 1 }),
    switchSetting(
      'reflector',
      true,
      'Says first what the answers teach; else the rules are changed from them at once.',
    ),
    switchSetting('reflectOnSuccess', false, 'Reflects on batches that pass as well.'),
    numberSetting('sameness', 0.8, 'Share of common words from which a rule counts as there already.', {
      max: 1,
    }),
    numberSetting('evaluateEvery', 8, 'Steps between two texts that are scored on the selection rows.', {
      min: 1,
    }),
    temperatureSetting(1),
    stepsSetting,
  ],
  configure(settings) {
    const batch = wholeOf(settings, 'batch');
    return {
      selection: 'validation',
      steps: (effort) => wholeOf(settings, stepsSetting.id) || STEPS[effort],
      patience: Infinity,
      emptySteps: Infinity,
      perStep: 1,
      asksPerStep: ASKS,
      readsPerStep: batch,
      reads: (state) => [
        { candidateId: latestKept(state), caseIds: minibatchOf(state, state.proposedStep + 1, batch) },
      ],
      selector: checkpoints(wholeOf(settings, 'evaluateEvery')),
      propose: (context) => propose(context, settings),
    };
  },
};

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const parent = recordOf(context.state, latestKept(context.state));
  const rows = minibatchOf(context.state, context.step, wholeOf(settings, 'batch'));
  if (!rows.some((id) => fails(parent, id)) && !switchOf(settings, 'reflectOnSuccess')) {
    return { advice: [], proposals: [] };
  }
  const temperature = numberOf(settings, 'temperature');
  const ask = (index: number, content: string) =>
    askOptimizer(context, content, { index, perStep: ASKS, temperature });
  const text = context.spanTextOf(parent.candidate.id);
  const rules = rulesOf(text, context.span.text);
  const answered = answeredRows(context, parent, rows);
  const reflection = switchOf(settings, 'reflector')
    ? await ask(0, reflectorPrompt(context, text, rules, answered))
    : NOTHING_SAID;
  const lessons = reflection.feedback.join('\n');
  const isSaid = lessons !== '' || !switchOf(settings, 'reflector');
  const curation = isSaid
    ? await ask(1, curatorPrompt(text, rules, lessons === '' ? answered : said(lessons)))
    : NOTHING_SAID;
  requireUsable(context, [reflection, curation]);
  const useful = curation.feedback.length + curation.prompts.length > 0 ? curation : reflection;
  const changed = applyDeltas(
    text,
    context.span.text,
    deltasOf(context, text, useful),
    numberOf(settings, 'sameness'),
  );
  const proposals = changed === text ? [] : [proposalOf(context, 'delta', changed, parent.candidate.id)];
  return { advice: [], proposals };
}

const NOTHING_SAID: OptimizerAnswer = { prompts: [], feedback: [] };

function fails(record: CandidateRecord, caseId: string): boolean {
  const outcome = record.outcomes.get(caseId);
  return outcome?.status === 'scored' && !outcome.score.pass;
}

function deltasOf(context: ProposalContext, text: string, { feedback, prompts }: OptimizerAnswer) {
  const deltas = deltasIn(feedback);
  const [whole] = prompts;
  return deltas.length > 0 || whole === undefined ? deltas : deltasBetween(text, whole, context.span.text);
}

/** Rows with what the prompt brought, as both questions show them. */
function answeredRows(context: ProposalContext, parent: CandidateRecord, rows: readonly string[]): string[] {
  const known = rowsById(context);
  const blocks = rows.flatMap((id) => answeredRowBlock(context, parent, known.get(id)!) ?? []);
  return [`What it answered: ${ROWS_ARE_DATA}`, ...blocks];
}

function said(lessons: string): string[] {
  return ['Somebody looked at answers that it brought, and says:', block('critique', lessons)];
}

function reflectorPrompt(
  context: ProposalContext,
  text: string,
  rules: readonly Rule[],
  answered: readonly string[],
): string {
  return [
    'A language model was given this prompt:',
    block('current_prompt', text),
    howUsed(context.document, context.span),
    ...listed(rules),
    ...answered,
    'Write between <feedback> and </feedback> what went wrong and why, what the prompt should have said so that it would not have, and which rules helped, misled or were of no use, by their names. After "Direction:" write the lesson as one sentence that holds for rows that are not shown.',
  ].join('\n\n');
}

function curatorPrompt(text: string, rules: readonly Rule[], evidence: readonly string[]): string {
  return [
    'A prompt is kept up to date rule by rule.',
    block('current_prompt', text),
    ...listed(rules),
    ...evidence,
    [
      'Say which single rules have to change so that the prompt teaches this; everything else stays as it is. Add only what it does not say yet.',
      'Write each change on a line of its own between <feedback> and </feedback>: "ADD: " and a new rule in one sentence; "DROP: r2" for a rule that misleads or is of no use; "MERGE: r1 r3: " and one rule that says what both said.',
    ].join('\n'),
  ].join('\n\n');
}

function listed(rules: readonly Rule[]): string[] {
  if (rules.length === 0) return [];
  return [`Its rules have these names:\n${rules.map(({ id, text }) => `${id}: ${text}`).join('\n')}`];
}
