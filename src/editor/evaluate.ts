import type * as vscode from 'vscode';
import type { HoneError } from '../core/errors.js';
import type { EvaluationResult } from '../runs/index.js';
import type { Documents } from './documents.js';
import { loadEngine } from './engine.js';
import type { Notices } from './notices.js';
import type { StartFlow, StartOptions } from './startFlow.js';
import { targetOf } from './targets.js';
import type { VsCode } from './vscode.js';
import { count } from './words.js';

/** Scores a prompt on all its rows, without proposing anything, and says which rows fail and why. */
export async function evaluate(
  api: VsCode,
  flow: StartFlow,
  documents: Documents,
  notices: Notices,
  uri: vscode.Uri,
  options: StartOptions,
): Promise<EvaluationResult | undefined> {
  if (!(await flow.checkTrust())) return undefined;
  const target = await targetOf(api, uri, options.span);
  const task = await flow
    .loadTask(target, options.tests)
    .catch((error: unknown) => flow.explain(error, target, options.tests));
  const models = task && (await flow.models(uri, options));
  if (!task || !models) return undefined;
  const rows = task.testset.cases.length;
  const { task: model } = models.models;
  if (!options.confirmed) {
    const picked = await api.window.showInformationMessage(
      `Score ${target.path}?`,
      {
        modal: true,
        detail: `Sends the prompt with ${count(rows, 'row')} of ${task.testset.path} to ${model.label} at ${model.destination}: at most ${count(rows, 'request')}.`,
      },
      'Score',
    );
    if (picked === undefined) return undefined;
  }
  const { evaluatePrompt } = await loadEngine();
  const { result, endedEarly } = await api.window.withProgress(
    { location: api.ProgressLocation.Notification, title: `Scoring ${target.path}`, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => abort.abort());
      let shown = 0;
      try {
        return await evaluatePrompt(task, models, {
          signal: abort.signal,
          onProgress: (done, total) => {
            progress.report({
              message: `${done} of ${total} rows`,
              increment: ((done - shown) / total) * 100,
            });
            shown = done;
          },
        });
      } finally {
        listening.dispose();
      }
    },
  );
  if (endedEarly) notices.error(endedEarly, target.root);
  const sentence = summary(result, endedEarly);
  notices.info(sentence, {
    label: 'Show Rows',
    run: () =>
      documents.showReport(
        `Scores of ${target.path.replaceAll('/', ' ')}`,
        evaluationReport(result, sentence),
      ),
  });
  return result;
}

function summary(result: EvaluationResult, endedEarly: HoneError | undefined): string {
  const [low, high] = result.interval;
  const score =
    result.score === null
      ? 'no row could be scored'
      : `${result.score.toFixed(2)} on ${count(result.n, 'row')} (95%: ${low.toFixed(2)} to ${high.toFixed(2)})`;
  const errors = result.errors > 0 ? `, ${count(result.errors, 'row')} ended in an error` : '';
  return `${result.prompt}: ${score}${errors}${endedEarly ? ', ended early' : ''}.`;
}

/** The rows that fail, each with what its scorers say. */
export function evaluationReport(result: EvaluationResult, sentence: string): string {
  const failing = result.cases.filter((row) => !row.pass);
  const quoted = (text: string) =>
    text
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n');
  return [
    '# Scores',
    sentence,
    failing.length === 0 ? 'Every row passes.' : `## ${count(failing.length, 'failing row')}`,
    ...failing.flatMap((row) => [
      `### ${row.id}${row.score === null ? '' : `: ${row.score.toFixed(2)}`}`,
      ...(row.error === undefined ? [quoted(row.output)] : [row.error]),
      ...row.feedback.map((each) => `- ${each.scorer}: ${each.text}`),
    ]),
    '',
  ].join('\n\n');
}
