import path from 'node:path';
import type { Command } from 'commander';
import { money } from '../../core/money.js';
import type { Evaluation, RepeatNoise } from '../../runs/index.js';
import { loadShown } from '../columnsText.js';
import { locatePrompt } from '../files.js';
import { LazyList } from '../jsonOutput.js';
import { buildModels, planModels, type ModelOptions } from '../models.js';
import { wholeNumber, withJson, withModels } from '../options.js';
import { evaluationProgress } from '../progress.js';
import { costText } from '../runText.js';
import type { Outcome, Shell } from '../shell.js';
import { count, score, wrap, type Paint } from '../terminal.js';

interface EvalOptions extends ModelOptions {
  readonly tests?: string;
  readonly span?: string;
  readonly repeat?: number;
  readonly maxCalls?: number;
}

export function addEval(program: Command, shell: Shell): void {
  withModels(withJson(program.command('eval')))
    .description('score a prompt on all rows of its test set')
    .argument('<prompt>', 'the prompt file')
    .option('--tests <file>', 'the test set (default: hone.yaml, then the file of the same name)')
    .option('--span <id>', 'of a file with several prompts, a span of the one that is meant')
    .option('--repeat <n>', 'answers per row', wholeNumber(1))
    .option('--max-calls <n>', 'requests that may reach the model', wholeNumber(1))
    .action((prompt: string, options: EvalOptions) =>
      shell.run(options, () => evaluate(shell, prompt, options)),
    );
}

async function evaluate(shell: Shell, named: string, options: EvalOptions): Promise<Outcome> {
  const { evaluateRows } = await import('../../engine.js');
  const prompt = await locatePrompt(shell.cwd, named);
  const task = await loadShown(shell, prompt, {
    ...(options.tests !== undefined && { tests: path.resolve(shell.cwd, options.tests) }),
    span: options.span,
  });
  const models = await buildModels(planModels(options, shell.env));
  task.notes.forEach((note) => shell.note(note));
  const progress = evaluationProgress(shell.stderr);
  try {
    const evaluation = await evaluateRows(task, models, {
      ...(options.repeat === undefined ? {} : { repeat: options.repeat }),
      ...(options.maxCalls === undefined ? {} : { maxCalls: options.maxCalls }),
      signal: shell.signal,
      onProgress: progress.onProgress,
      onBatch: (message) => shell.note(message),
    });
    progress.finish();
    const { prompt, n, score: mean, interval, errors, cases, usage, endedEarly } = evaluation;
    return {
      json: { prompt, n, score: mean, interval, errors, cases: new LazyList(cases), usage },
      text: evaluationText(evaluation, shell.paint),
      ...(endedEarly === undefined ? {} : { trouble: endedEarly }),
      close: () => evaluation.close(),
    };
  } finally {
    progress.finish();
  }
}

/** Failing rows that are shown. Nobody reads more in a terminal. */
const MOST_SHOWN = 40;

/** An evaluation as people read it: the score, and the first rows that failed with the feedback. */
export function evaluationText(evaluation: Evaluation, paint: Paint): string {
  const [low, high] = evaluation.interval;
  const head =
    `${paint('bold', evaluation.prompt)}: ${score(evaluation.score)} on ${count(evaluation.n, 'row')} ` +
    `(95% interval ${score(low)} to ${score(high)}), ${count(evaluation.errors, 'error')}`;
  const blocks: string[] = [];
  for (const row of evaluation.failingCases()) {
    if (blocks.length === MOST_SHOWN) break;
    const notes = row.error === undefined ? row.feedback.map((each) => each.text) : [row.error];
    blocks.push(
      [
        `${paint('yellow', row.id)}  ${row.error === undefined ? score(row.score) : 'error'}`,
        ...notes.map((note) => wrap(`  ${note}`, 100, '    ')),
      ].join('\n'),
    );
  }
  const hidden = evaluation.failing - blocks.length;
  return [
    head,
    ...(evaluation.noise ? [noiseText(evaluation.noise)] : []),
    ...blocks,
    ...(hidden > 0 ? [`${count(hidden, 'more row')} failed: --json FILE writes them all.`] : []),
    spentText(evaluation.usage),
  ].join('\n');
}

function spentText({ calls, cached, cost, saved }: Evaluation['usage']): string {
  const judged = calls.judge > 0 ? ` (task ${calls.task}, judge ${calls.judge})` : '';
  const made = `${count(calls.task + calls.judge, 'call')}${judged}`;
  const saving = saved === null || saved === 0 ? '' : `, which saved ${money(saved)}`;
  return `Spent: ${made}, ${costText(cost ?? undefined)}; ${count(cached, 'answer')} from the cache${saving}.`;
}

function noiseText({ rows, unsteady, deviation }: RepeatNoise): string {
  if (unsteady === 0)
    return `Repeats agree on ${rows === 1 ? 'the only row' : `all ${count(rows, 'row')}`}: the same prompt scores the same again.`;
  return (
    `Repeats disagree on ${unsteady.toLocaleString('en-US')} of ${count(rows, 'row')}: ` +
    `the same prompt, asked once more, scores ${score(deviation)} more or less (one standard deviation).`
  );
}
