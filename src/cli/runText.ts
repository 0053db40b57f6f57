import { createTwoFilesPatch } from 'diff';
import { BASELINE_ID } from '../core/candidate.js';
import { money } from '../core/money.js';
import {
  callsMade,
  isResumable,
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
  type Usage,
} from '../core/run.js';
import { comparePaired, type Interval } from '../core/statistics.js';
import type { TargetVerdict } from '../core/verdict.js';
import { checkedAdvice } from '../optimizer/feedback/checked.js';
import type { KnownAdvice } from '../core/knownAdvice.js';
import { adviceOfRun } from '../optimizer/feedback/standing.js';
import { verdictFacts } from '../optimizer/verdictText.js';
import { acceptableCandidate } from '../runs/accept.js';
import { count, score, signed, table, wrap, type Cell, type Paint, type Style } from './terminal.js';

const WIDTH = 100;

/**
 * A run as people read it in a terminal: candidates, verdict, feedback, difference, cost, what to do next.
 * @param typed how a command of Hone is typed where it is read
 */
export function runText(state: RunState, paint: Paint, typed: (command: string) => string): string {
  const { setup } = state;
  return [
    [
      paint('bold', `${setup.prompt.path}  ·  run ${setup.runId}`),
      `Tests ${setup.testset.path}: ${splitSizes(state)}. Strategy ${setup.strategy}, seed ${setup.seed}.`,
      `Models: ${modelLine(state)}`,
      ...wishesLines(state),
    ].join('\n'),
    candidateTable(state, paint),
    verdictText(state, paint),
    adviceText(state, paint),
    diffText(state, paint),
    usageText(state.usage),
    nextText(state, typed),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function splitSizes(state: RunState): string {
  const { train, validation, exam, crossFitted } = state.setup.splits;
  if (crossFitted) return `${train.length} and ${exam.length} rows, cross-fitted`;
  const parts = [`${train.length} train`, `${validation.length} validation`, `${exam.length} exam rows`];
  return parts.join(', ');
}

function modelLine(state: RunState): string {
  const { task, optimizer, judge } = state.setup.models;
  const labels = new Set([task, optimizer, judge].map((model) => model.label));
  if (labels.size === 1) return `${task.label} (${task.destination})`;
  return [
    `task ${task.label} (${task.destination})`,
    `optimizer ${optimizer.label} (${optimizer.destination})`,
    `judge ${judge.label} (${judge.destination})`,
  ].join(', ');
}

/** What the user asked for. */
function wishesLines({ setup }: RunState): string[] {
  const { guidance, pinned = [], maxWords } = setup.wishes ?? {};
  return [
    ...(guidance === undefined ? [] : [wrap(`Your guidance: ${guidance}`, WIDTH, '  ')]),
    ...pinned.map((passage) => wrap(`Pinned: ${passage.trim()}`, WIDTH, '  ')),
    ...(maxWords === undefined ? [] : [`At most ${count(maxWords, 'word')}.`]),
  ];
}

const STATUS_STYLE: Partial<Record<string, Style>> = { best: 'green', rejected: 'yellow', dropped: 'dim' };

function candidateTable(state: RunState, paint: Paint): string {
  const rows = [...state.candidates.values()].map((record) => candidateRow(state, record));
  const columns = [
    { title: 'candidate', most: 16 },
    { title: 'operator', most: 20 },
    { title: 'score', align: 'right' },
    { title: 'diff', align: 'right' },
    { title: '95% interval', align: 'right' },
    { title: 'fixed', align: 'right' },
    { title: 'broken', align: 'right' },
    { title: 'status' },
  ] as const;
  const reasons = [...state.candidates.values()]
    .filter((record) => record.reasons.length > 0)
    .map((record) => {
      return wrap(`  ${record.candidate.id} ${record.status}: ${record.reasons.join(' ')}`, WIDTH, '    ');
    });
  return [table(columns, rows, paint), ...reasons].join('\n');
}

function candidateRow(state: RunState, record: CandidateRecord): Cell[] {
  const { candidate, status } = record;
  const isBaseline = candidate.id === BASELINE_ID;
  const rows = selectionRows(state, candidate);
  const { mean } = scoreOn(record, rows);
  const pairs = isBaseline ? [] : pairsOf(recordOf(state, BASELINE_ID), record, rows);
  const compared = pairs.length === 0 ? undefined : comparePaired(pairs, state.setup.seed);
  return [
    { text: candidate.id, ...(status === 'best' ? { style: 'bold' as const } : {}) },
    { text: isBaseline ? '' : candidate.operator },
    { text: score(mean) },
    compared
      ? { text: signed(compared.delta), style: compared.delta > 0 ? 'green' : 'yellow' }
      : { text: '' },
    { text: compared ? interval(compared.interval) : '' },
    { text: compared ? String(compared.fixed.length) : '' },
    { text: compared ? String(compared.broken.length) : '' },
    { text: isBaseline && status !== 'best' ? '' : status, ...styleOf(status) },
  ];
}

function styleOf(status: string): { style?: Style } {
  const style = STATUS_STYLE[status];
  return style ? { style } : {};
}

/** Both ends of a difference's interval. */
export function interval([low, high]: Interval): string {
  return `[${signed(low)}, ${signed(high)}]`;
}

const VERDICT_STYLE: Partial<Record<string, Style>> = { better: 'green', worse: 'red', undecided: 'yellow' };

function verdictText(state: RunState, paint: Paint): string {
  const { verdict } = state;
  if (!verdict) return paint('yellow', 'No verdict yet.');
  const { comparison } = verdict;
  const lines = [
    `${paint('bold', 'Verdict:')} ${paint(VERDICT_STYLE[verdict.kind] ?? 'cyan', verdict.kind)}`,
    wrap(verdict.sentence, WIDTH),
  ];
  if (comparison) {
    const { n, before, after, delta, pValue, fixed, broken } = comparison;
    lines.push(
      `On the verdict's ${count(n, 'row')}: ${score(before)} -> ${score(after)}, difference ${signed(delta)},`,
      `95% interval ${interval(comparison.interval)}, ${pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`}, ` +
        `${fixed.length} fixed, ${broken.length} broken.`,
    );
  }
  const facts = verdictFacts(verdict);
  if (facts.length > 0) lines.push(wrap(`${facts.join('; ')}.`, WIDTH));
  if (verdict.targets) lines.push(targetTable(verdict.targets, paint));
  return lines.join('\n');
}

/** What each model says that the prompt is for, the worst first. */
function targetTable(targets: readonly TargetVerdict[], paint: Paint): string {
  const columns = [
    { title: 'model', most: 32 },
    { title: 'now', align: 'right' },
    { title: 'new', align: 'right' },
    { title: 'diff', align: 'right' },
    { title: '95% interval', align: 'right' },
    { title: 'verdict' },
  ] as const;
  const rows = targets.map(({ label, kind, before, after, delta, interval: ends, n }): Cell[] =>
    n === 0
      ? [{ text: label }, { text: '-' }, { text: '-' }, { text: '-' }, { text: '-' }, { text: 'no scores' }]
      : [
          { text: label },
          { text: score(before) },
          { text: score(after) },
          { text: signed(delta) },
          { text: interval(ends) },
          { text: kind, style: VERDICT_STYLE[kind] ?? 'cyan' },
        ],
  );
  return table(columns, rows, paint);
}

const ROWS_SHOWN = 6;

function adviceText(state: RunState, paint: Paint): string {
  const all = adviceOfRun(state);
  const isMended = ({ advice, status }: KnownAdvice) => status === 'closed' && !state.advice.has(advice.id);
  const mended = all.filter(isMended).map(({ advice }) => advice.id);
  const closing =
    mended.length > 0 ? wrap(`Advice of earlier runs that is mended: ${mended.join(', ')}`, WIDTH, '  ') : '';
  const known = all.filter((each) => !isMended(each));
  if (known.length === 0) return closing;
  const checks = checkedAdvice(state);
  const rowLines = new Map(state.setup.testset.cases.map((row) => [row.id, row.line]));
  const blocks = known.map(({ advice, status, since }) => {
    const check = checks.get(advice.id);
    const rows = advice.rows.map((id) => `${id} (line ${rowLines.get(id) ?? '?'})`);
    const more = rows.length > ROWS_SHOWN ? ` and ${rows.length - ROWS_SHOWN} more` : '';
    return [
      wrap(`- ${advice.text}`, WIDTH, '  '),
      advice.direction ? wrap(`  -> ${advice.direction}`, WIDTH, '     ') : '',
      rows.length > 0
        ? paint('dim', wrap(`  rows ${rows.slice(0, ROWS_SHOWN).join(', ')}${more}`, WIDTH, '     '))
        : '',
      advice.lines.length > 0 ? paint('dim', `  prompt ${lineList(advice.lines)}`) : '',
      check
        ? paint(
            'dim',
            `  fixed ${check.fixed} of ${count(check.of, 'row')} that ${check.of === 1 ? 'was' : 'were'} not shown`,
          )
        : '',
      paint(
        'dim',
        `  ${advice.id}, ${status}${since === state.setup.runId ? '' : `, known since run ${since}`}`,
      ),
    ]
      .filter((line) => line !== '')
      .join('\n');
  });
  const parts = [paint('bold', `Feedback (${advicePlace(state)})`), ...blocks, closing];
  return parts.filter(Boolean).join('\n');
}

function advicePlace(state: RunState): string {
  return `rows of ${state.setup.testset.path}, lines of ${state.setup.prompt.path}`;
}

function lineList(lines: readonly number[]): string {
  return lines.length === 1 ? `line ${lines[0]}` : `lines ${lines.join(', ')}`;
}

function diffText(state: RunState, paint: Paint): string {
  const id = acceptableCandidate(state);
  if (id === undefined) return '';
  const { candidate } = recordOf(state, id);
  const { path, text } = state.setup.prompt;
  const patch = createTwoFilesPatch(path, path, text, candidate.text, 'now', `candidate ${id}`, {
    context: 3,
  });
  const lines = patch.split('\n').filter((line) => !/^(=+$|Index: )/.test(line));
  return lines
    .map((line) => {
      if (line.startsWith('@@')) return paint('cyan', line);
      if (line.startsWith('+++') || line.startsWith('---')) return paint('bold', line);
      if (line.startsWith('+')) return paint('green', line);
      return line.startsWith('-') ? paint('red', line) : line;
    })
    .join('\n')
    .trimEnd();
}

const ROLES = ['task', 'optimizer', 'judge'] as const;

/** What was spent, the models apart. */
export function usageText(usage: Usage): string {
  const { calls, byRole, cached, tokens, cost, uncounted, saved } = usage;
  const total = [
    `${count(callsMade(usage), 'call')} (task ${calls.task}, optimizer ${calls.optimizer}, judge ${calls.judge})`,
    `${count(tokens.prompt, 'prompt token')} and ${tokens.completion.toLocaleString('en-US')} completion tokens`,
    costText(cost),
  ];
  const hidden = uncounted > 0 ? ` The endpoint gave no token count for ${count(uncounted, 'call')}.` : '';
  const paid = ROLES.filter((role) => calls[role] > 0 && byRole[role].cost !== 0);
  const apart = paid.length > 1 ? paid : [];
  const saving = saved === undefined || saved === 0 ? '' : `, which saved ${money(saved)}`;
  return [
    wrap(`Spent: ${total.join(', ')}.${hidden}`, WIDTH, '  '),
    ...apart.map((role) => {
      const { tokens: used, cost: ofRole } = byRole[role];
      return `  ${role}: ${count(calls[role], 'call')}, ${count(used.prompt + used.completion, 'token')}, ${costText(ofRole)}`;
    }),
    `${count(cached, 'answer')} came from the cache${saving}.`,
  ].join('\n');
}

/** A price that is not known is never shown as nothing. */
export function costText(cost: number | undefined): string {
  return cost === undefined ? 'price unknown' : money(cost);
}

function nextText(state: RunState, typed: (command: string) => string): string {
  const { runId } = state.setup;
  const lines = [];
  if (state.stop) lines.push(wrap(`Ended: ${state.stop.nextStep}`, WIDTH, '  '));
  else lines.push('Not finished.');
  if (isResumable(state.verdict?.kind, state.stop?.reason)) {
    lines.push(`Go on with:  ${typed(`resume ${runId}`)}`);
  }
  if (state.accepted.length > 0) {
    lines.push(`Accepted: ${state.accepted.join(', ')}.`);
  } else if (state.verdict?.kind === 'better') lines.push(`Write it with:  ${typed(`accept ${runId}`)}`);
  return lines.join('\n');
}
