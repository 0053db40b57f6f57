import { BASELINE_ID } from '../core/candidate.js';
import { recordOf, splitOf, type CaseOutcome, type RunState } from '../core/run.js';
import type { TestCase } from '../core/testset.js';
import type { RowAnswer, RowChange, RowView } from '../protocol.js';

/** What a user has to look at first stands first. */
const ORDER: readonly RowChange[] = ['broken', 'worse', 'error', 'failing', 'fixed', 'improved', 'passing'];

/** The rows that a candidate has answers for, beside the baseline's, regressions first, then by line. */
export function rowsOf(state: RunState, candidateId: string): RowView[] {
  const { outcomes } = recordOf(state, candidateId);
  const baseline = candidateId === BASELINE_ID ? undefined : state.candidates.get(BASELINE_ID);
  const rows: RowView[] = [];
  for (const row of state.setup.testset.cases) {
    const after = outcomes.get(row.id);
    if (!after) continue;
    const before = baseline?.outcomes.get(row.id);
    rows.push({
      caseId: row.id,
      line: row.line,
      split: splitOf(state, row.id, recordOf(state, candidateId).candidate),
      change: changeOf(before, after),
      input: inputOf(row, state.setup.testset.inputColumn),
      expected: textOf(row.expected),
      ...(before && { before: answerOf(before) }),
      after: answerOf(after),
    });
  }
  return rows.sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || a.line - b.line);
}

function changeOf(before: CaseOutcome | undefined, after: CaseOutcome): RowChange {
  if (after.status === 'error') return 'error';
  const now = after.score;
  if (before?.status === 'scored') {
    const old = before.score;
    if (old.pass !== now.pass) return now.pass ? 'fixed' : 'broken';
    if (now.value < old.value) return 'worse';
    if (now.value > old.value) return 'improved';
  }
  return now.pass ? 'passing' : 'failing';
}

function answerOf(outcome: CaseOutcome): RowAnswer {
  if (outcome.status === 'error') return { output: '', pass: false, error: outcome.message, feedback: [] };
  const { output, score } = outcome;
  return {
    output,
    score: score.value,
    pass: score.pass,
    feedback: score.feedback.map((each) => each.text),
  };
}

function inputOf(row: TestCase, inputColumn: string | undefined): string {
  const input = inputColumn === undefined ? undefined : row.vars[inputColumn];
  if (input !== undefined) return input;
  const entries = Object.entries(row.vars);
  return entries.length === 1
    ? entries[0]![1]
    : entries.map(([name, value]) => `${name}: ${value}`).join('\n');
}

function textOf(expected: TestCase['expected']): string {
  if (expected === undefined) return '';
  return typeof expected === 'string' ? expected : JSON.stringify(expected);
}
