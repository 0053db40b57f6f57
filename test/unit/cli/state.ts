import { BASELINE_ID, type Candidate } from '../../../src/core/candidate.js';
import { replay, type CaseOutcome, type RunEvent, type RunState } from '../../../src/core/run.js';
import { comparePaired } from '../../../src/core/statistics.js';

const FILE = 'Sort the ticket.\nAnswer with a label.\n';

export const model = {
  id: 'openai:tester',
  label: 'tester',
  destination: 'example.test',
};

export function candidate(id: string, text = FILE, step = 0): Candidate {
  return {
    id,
    operator: step === 0 ? 'baseline' : 'edit',
    step,
    spans: {},
    text,
    summary: `Says ${id}.`,
    adviceIds: [],
  };
}

export function outcome(pass: boolean): CaseOutcome {
  const value = pass ? 1 : 0;
  return {
    status: 'scored',
    output: pass ? 'bug' : 'a bug',
    finishReason: 'stop',
    score: { value, pass, parts: [{ scorer: 'equals', value, pass, weight: 1 }], feedback: [] },
  };
}

export function scored(candidateId: string, caseIds: readonly string[], pass: boolean): RunEvent[] {
  return caseIds.map((caseId) => ({ type: 'scored', candidateId, caseId, outcome: outcome(pass) }));
}

const ROWS = Array.from({ length: 24 }, (_, index) => `r${index}`);
export const VALIDATION = ROWS.slice(8, 16);
export const EXAM = ROWS.slice(16);

export const started: RunEvent = {
  type: 'started',
  at: 0,
  setup: {
    runId: 'run-1',
    prompt: { path: 'prompts/sort.md', format: 'markdown', text: FILE, spanId: 'body' },
    testset: {
      path: 'prompts/sort.csv',
      cases: ROWS.map((id, index) => ({
        id,
        vars: { ticket: id },
        expected: 'bug',
        guard: false,
        line: index + 2,
      })),
    },
    scorers: [{ type: 'equals' }],
    splits: { train: ROWS.slice(0, 8), validation: VALIDATION, exam: EXAM },
    selection: 'validation',
    strategy: 'hone',
    effort: 'normal',
    seed: 0,
    maxCalls: 300,
    models: { task: model, optimizer: model, judge: model },
  },
};

export const baselineScored: readonly RunEvent[] = [
  started,
  { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
  ...scored(BASELINE_ID, VALIDATION, false),
  { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
];

/** A run that found a better candidate: c1 passes everything, c2 was refused. */
export const betterRun: readonly RunEvent[] = [
  ...baselineScored,
  {
    type: 'called',
    call: { role: 'task', key: 'k1', cached: false, tokens: { prompt: 120, completion: 8 }, cost: 0.012 },
  },
  { type: 'step', step: 1, parent: BASELINE_ID },
  {
    type: 'proposed',
    step: 1,
    advice: [
      {
        id: 'a1',
        cause: 'wrapped',
        text: 'The label stands inside a sentence.',
        direction: 'Answer with the label alone.',
        rows: ['r0', 'r1'],
        lines: [2],
      },
    ],
    candidates: [candidate('c1', 'Sort the ticket.\nAnswer with the label alone.\n', 1)],
    rejected: [{ candidate: candidate('c2', 'x', 1), reasons: ['The placeholder {{ticket}} is gone.'] }],
  },
  ...scored('c1', VALIDATION, true),
  { type: 'settled', candidateId: 'c1', status: 'kept', reasons: [] },
  { type: 'examined', candidateId: 'c1' },
  ...scored(BASELINE_ID, EXAM, false),
  ...scored('c1', EXAM, true),
  {
    type: 'verdict',
    verdict: {
      kind: 'better',
      candidateId: 'c1',
      comparison: comparePaired(
        EXAM.map((caseId) => ({
          caseId,
          before: { value: 0, pass: false },
          after: { value: 1, pass: true },
        })),
      ),
      sentence: 'Better: 0% to 100% on 8 rows.',
    },
  },
  { type: 'stopped', at: 9, stop: { reason: 'perfect', nextStep: 'Add harder rows.' } },
];

export function stateOf(events: readonly RunEvent[]): RunState {
  return replay(structuredClone(events) as RunEvent[])!;
}
