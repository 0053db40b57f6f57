import path from 'node:path';
import type { Command } from 'commander';
import type { EvaluationResult } from '../../runs/index.js';
import { loadShown } from '../columnsText.js';
import { locatePrompt } from '../files.js';
import { buildModels, planModels, type ModelOptions } from '../models.js';
import { wholeNumber, withJson, withModels } from '../options.js';
import { evaluationProgress } from '../progress.js';
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
  const { evaluatePrompt } = await import('../../engine.js');
  const prompt = await locatePrompt(shell.cwd, named);
  const task = await loadShown(shell, prompt, {
    ...(options.tests !== undefined && { tests: path.resolve(shell.cwd, options.tests) }),
    span: options.span,
  });
  const models = await buildModels(planModels(options, shell.env));
  task.notes.forEach((note) => shell.note(note));
  const progress = evaluationProgress(shell.stderr);
  try {
    const { result, endedEarly } = await evaluatePrompt(task, models, {
      ...(options.repeat === undefined ? {} : { repeat: options.repeat }),
      ...(options.maxCalls === undefined ? {} : { maxCalls: options.maxCalls }),
      signal: shell.signal,
      onProgress: progress.onProgress,
    });
    progress.finish();
    return {
      json: result,
      text: evaluationText(result, shell.paint),
      ...(endedEarly === undefined ? {} : { trouble: endedEarly }),
    };
  } finally {
    progress.finish();
  }
}

/** An evaluation as people read it: the score, and every row that failed with the feedback. */
export function evaluationText(result: EvaluationResult, paint: Paint): string {
  const failing = result.cases.filter((row) => !row.pass);
  const [low, high] = result.interval;
  const head =
    `${paint('bold', result.prompt)}: ${score(result.score)} on ${count(result.n, 'row')} ` +
    `(95% interval ${score(low)} to ${score(high)}), ${count(result.errors, 'error')}`;
  const blocks = failing.map((row) => {
    const notes = row.error === undefined ? row.feedback.map((each) => each.text) : [row.error];
    return [
      `${paint('yellow', row.id)}  ${row.error === undefined ? score(row.score) : 'error'}`,
      ...notes.map((note) => wrap(`  ${note}`, 100, '    ')),
    ].join('\n');
  });
  const { calls, cached } = result.usage;
  const made = calls.task + calls.optimizer + calls.judge;
  return [head, ...blocks, `Spent: ${count(made, 'call')}, ${count(cached, 'answer')} from the cache.`].join(
    '\n',
  );
}
