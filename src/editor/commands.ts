import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import { COMMANDS, type CommandName } from '../contributions.js';
import type { RunSummary } from '../runs/index.js';
import { loadEngine } from './engine.js';
import type { RunRef } from './panel.js';
import type { StartOptions } from './startFlow.js';
import { workspaceRoots } from './targets.js';
import type { VsCode } from './vscode.js';
import { ago, outcomeWords } from './words.js';

/** One handler per declared command: a forgotten one does not compile. */
export type CommandHandlers = Readonly<Record<CommandName, (...args: unknown[]) => unknown>>;

/** Registers all commands. What a handler throws is shown, so that no command fails silently. */
export function registerCommands(
  api: VsCode,
  handlers: CommandHandlers,
  onError: (error: unknown) => void,
): vscode.Disposable {
  const names = Object.keys(COMMANDS) as CommandName[];
  return api.Disposable.from(
    ...names.map((name) =>
      api.commands.registerCommand(COMMANDS[name].id, async (...args: unknown[]) => {
        try {
          return await handlers[name](...args);
        } catch (error) {
          onError(error);
          return undefined;
        }
      }),
    ),
  );
}

/**
 * The files that a command is about: those selected in the explorer, the item of our tree, or the active editor.
 * @throws HoneError `bad-usage` when there is none
 */
export function promptUris(api: VsCode, clicked: unknown, selected: unknown): readonly vscode.Uri[] {
  const uris = (Array.isArray(selected) ? selected : [])
    .map((each) => uriOf(api, each))
    .filter((uri) => uri !== undefined);
  if (uris.length > 0) return uris;
  const uri = uriOf(api, clicked) ?? api.window.activeTextEditor?.document.uri;
  if (uri) return [uri];
  throw new HoneError({
    reason: 'bad-usage',
    message: 'No prompt file is open or selected.',
    nextStep: 'Open one, or select it in the explorer or in the view Prompts.',
  });
}

function uriOf(api: VsCode, value: unknown): vscode.Uri | undefined {
  if (value instanceof api.Uri) return value;
  return isRecord(value) && value.uri instanceof api.Uri ? value.uri : undefined;
}

/** The options of a start, as far as the caller gave usable ones. */
export function startOptions(value: unknown): StartOptions {
  if (!isRecord(value)) return {};
  const text = (name: string) => (typeof value[name] === 'string' ? { [name]: value[name] } : {});
  const number = (name: string) => (Number.isSafeInteger(value[name]) ? { [name]: value[name] } : {});
  const effort = value.effort;
  return {
    ...(value.confirmed === true && { confirmed: true }),
    ...text('taskModel'),
    ...text('optimizerModel'),
    ...text('strategy'),
    ...text('guidance'),
    ...text('tests'),
    ...text('span'),
    ...number('maxCalls'),
    ...number('seed'),
    ...((effort === 'quick' || effort === 'normal' || effort === 'thorough') && { effort }),
  };
}

/** The run that a command is about, when a tree item, lens or caller says so. */
export function runRef(value: unknown): RunRef | undefined {
  if (!isRecord(value)) return undefined;
  if (isRecord(value.run)) return runRef(value.run);
  const { root, runId } = value;
  return typeof root === 'string' && typeof runId === 'string' ? { root, runId } : undefined;
}

/** Asks for one of the stored runs, newest first; undefined when the user cancels. @throws HoneError `not-found`. */
export async function pickRun(
  api: VsCode,
  title: string,
  fits: (run: RunSummary) => boolean = () => true,
): Promise<RunRef | undefined> {
  const { listRuns } = await loadEngine();
  const lists = await Promise.all(
    workspaceRoots(api).map(async (root) => (await listRuns(root)).runs.map((run) => ({ root, run }))),
  );
  const items = lists
    .flat()
    .filter(({ run }) => fits(run))
    .sort((a, b) => b.run.startedAt - a.run.startedAt)
    .map(({ root, run }) => ({
      label: run.promptPath,
      description: `${outcomeWords(run)} · ${ago(run.startedAt, Date.now())}`,
      ref: { root, runId: run.runId },
    }));
  if (items.length === 0) {
    throw new HoneError({
      reason: 'not-found',
      message: 'There is no such run in this workspace.',
      nextStep: 'Start one with Hone: Optimize on a prompt file.',
    });
  }
  return (await api.window.showQuickPick(items, { title, matchOnDescription: true }))?.ref;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
