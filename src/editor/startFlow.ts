import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import type { Effort, RunState } from '../core/run.js';
import type { RunModels, RunOptions, RunPlan } from '../runs/index.js';
import { callsLine, costLine } from '../runs/planText.js';
import type { PromptTask } from '../workspace/index.js';
import type { Documents } from './documents.js';
import { SETTINGS } from '../contributions.js';
import { loadEngine } from './engine.js';
import { isEditorModel, type ModelChoice } from './modelChoice.js';
import type { MappingFlow } from './mappingFlow.js';
import type { Notices } from './notices.js';
import type { ActiveRun, RunController } from './runController.js';
import { readSettings } from './settings.js';
import { askStrategy, settingsWayOut, strategyOptions } from './strategyChoice.js';
import { targetOf, type PromptTarget } from './targets.js';
import type { TestSetPicks } from './testSets.js';
import type { VsCode } from './vscode.js';
import { describeSending, rowsLine, type Sending } from './whatIsSent.js';
import { count } from './words.js';

/** What a caller (a key binding, a test, another extension) may settle beforehand; the rest comes from the settings. */
export interface StartOptions {
  /** Starts without asking. The user has then confirmed in another way. */
  readonly confirmed?: boolean;
  readonly taskModel?: string;
  readonly optimizerModel?: string;
  readonly strategy?: string;
  readonly strategySettings?: NonNullable<RunOptions['strategySettings']>;
  /** What should change, in the user's words. */
  readonly guidance?: string;
  readonly effort?: Effort;
  readonly maxCalls?: number;
  readonly seed?: number;
  /** Test set, relative to the folder. */
  readonly tests?: string;
  /** Which prompt of a file that holds several. */
  readonly span?: string;
}

interface Prepared {
  readonly target: PromptTarget;
  readonly task: PromptTask;
  readonly options: RunOptions;
  readonly plan: RunPlan;
}

const SHOWN_ROWS = 3;
const SAY = 'Say What Should Change';
const STRATEGY = 'Strategy and Effort';

/** The way from a click on Optimize to a run: everything is checked and shown before anything is sent. */
export class StartFlow {
  constructor(
    private readonly api: VsCode,
    private readonly runs: RunController,
    private readonly picks: TestSetPicks,
    private readonly choice: ModelChoice,
    private readonly documents: Documents,
    private readonly notices: Notices,
    private readonly mapping: MappingFlow,
  ) {}

  /**
   * Starts one run per prompt, one after another.
   * @returns the runs; empty when the user cancelled or nothing could be started, which has been said then
   */
  async optimize(uris: readonly vscode.Uri[], options: StartOptions = {}): Promise<readonly ActiveRun[]> {
    if (!(await this.checkTrust())) return [];
    const models = await this.models(uris[0], options);
    if (!models) return [];
    const prepared: Prepared[] = [];
    for (const uri of uris) {
      const one = await this.prepare(uri, models, options);
      if (one) prepared.push(one);
    }
    if (prepared.length === 0) return [];
    const confirmed = options.confirmed ? prepared : await this.confirm(prepared, models);
    return confirmed.map((one) => {
      const run = this.runs.start(one.task, one.options, models);
      this.report(run);
      return run;
    });
  }

  /** Goes on with a stored run, on the models that it was started with. */
  async resume(root: string, state: RunState): Promise<ActiveRun | undefined> {
    if (!(await this.checkTrust())) return undefined;
    const run = this.runs.resume(root, state, await this.choice.rebuild(state.setup));
    this.report(run);
    return run;
  }

  /** Loads a prompt with its test set, asking for one when none is paired. Undefined when the user cancels. */
  async loadTask(target: PromptTarget, tests?: string): Promise<PromptTask | undefined> {
    const { loadTask } = await loadEngine();
    const picked = tests ?? (await this.picks.remembered(target));
    const load = (set: string | undefined) =>
      loadTask(target.root, target.path, {
        trusted: this.api.workspace.isTrusted,
        span: target.span,
        ...(set !== undefined && { tests: set }),
      });
    try {
      return await load(picked);
    } catch (error) {
      if (picked !== undefined || !HoneError.is(error, 'no-test-set')) throw error;
      const chosen = await this.picks.pick(target);
      return chosen === undefined ? undefined : load(chosen);
    }
  }

  /** Opens the page that shows what a run on these prompts would send. Sends nothing. */
  async showWhatIsSent(uris: readonly vscode.Uri[]): Promise<void> {
    const models = await this.models(uris[0], {});
    if (!models) return;
    const prepared: Prepared[] = [];
    for (const uri of uris) {
      const one = await this.prepare(uri, models, {});
      if (one) prepared.push(one);
    }
    if (prepared.length > 0) await this.showSendings(prepared, models);
  }

  /** Settings or, when they name no model, the user's choice. Undefined when the user cancels. */
  async models(
    uri: vscode.Uri | undefined,
    options: Pick<StartOptions, 'taskModel' | 'optimizerModel'>,
  ): Promise<RunModels | undefined> {
    const names = this.choice.configured(options, uri) ?? (await this.choice.choose());
    return names && this.choice.build(names, readSettings(this.api, uri));
  }

  /** Runs send prompts and rows out and may execute scorers of the workspace: only where the user trusts it. */
  async checkTrust(): Promise<boolean> {
    if (this.api.workspace.isTrusted) return true;
    const picked = await this.api.window.showWarningMessage(
      'Hone runs only in workspaces that you trust.',
      {
        modal: true,
        detail: 'A run sends prompts and rows to a model, and may execute scorers of the workspace.',
      },
      'Manage Trust',
    );
    if (picked) await this.api.commands.executeCommand('workbench.trust.manage');
    return false;
  }

  private async prepare(
    uri: vscode.Uri,
    models: RunModels,
    given: StartOptions,
  ): Promise<Prepared | undefined> {
    const target = await targetOf(this.api, uri, given.span);
    try {
      if (!(await this.savedFile(target))) return undefined;
      const task = await this.loadTask(target, given.tests);
      if (!task) return undefined;
      const settings = readSettings(this.api, uri);
      const maxCalls = given.maxCalls ?? settings.maxCalls;
      const options: RunOptions = {
        ...(await strategyOptions(given, settings, task)),
        ...(given.guidance !== undefined && { wishes: { guidance: given.guidance } }),
        effort: given.effort ?? settings.effort,
        ...(maxCalls > 0 && { maxCalls }),
        ...(given.seed !== undefined && { seed: given.seed }),
        ...(given.span !== undefined && { spanId: given.span }),
      };
      const { planRun } = await loadEngine();
      return { target, task, options, plan: await planRun(task, options, models) };
    } catch (error) {
      await this.explain(error, target, given.tests);
      return undefined;
    }
  }

  /** Shows why a prompt could not be loaded; where its columns do not match, with a way to map them. */
  async explain(error: unknown, target: PromptTarget, tests?: string): Promise<void> {
    const waysOut = [
      ...settingsWayOut(this.api, error),
      ...(await this.mapping.wayOut(error, target, tests)),
    ];
    this.notices.error(error, target.root, waysOut);
  }

  /** A run scores what is on disk: unsaved changes are saved first, when the user says so. */
  async savedFile(target: PromptTarget): Promise<boolean> {
    const open = this.api.workspace.textDocuments.find(
      (each) => each.uri.toString() === target.uri.toString(),
    );
    if (!open?.isDirty) return true;
    const picked = await this.api.window.showWarningMessage(
      `${target.path} has unsaved changes.`,
      { modal: true, detail: 'Hone scores the file as it is saved.' },
      'Save and Go On',
    );
    return picked !== undefined && open.save();
  }

  /** Shows the plan until the user decides. @returns what is to be started; nothing when the user cancels */
  private async confirm(given: readonly Prepared[], models: RunModels): Promise<readonly Prepared[]> {
    for (let prepared = given; ;) {
      const picked = await this.showPlan(prepared, models);
      if (picked === SAY) prepared = (await this.askGuidance(prepared, models)) ?? prepared;
      else if (picked === STRATEGY) prepared = (await this.askStrategy(prepared, models)) ?? prepared;
      else return picked === 'Start' ? prepared : [];
    }
  }

  /** Asks what should change. Undefined when the user leaves it as it was. */
  private async askGuidance(prepared: readonly Prepared[], models: RunModels) {
    const guidance = await this.api.window.showInputBox({
      title: 'What should change? (optional)',
      prompt: 'In your own words. The optimizer model is told to put it before everything else.',
      value: prepared[0]?.options.wishes?.guidance ?? prepared[0]?.task.defaults?.wishes?.guidance ?? '',
      ignoreFocusOut: true,
    });
    if (guidance === undefined) return undefined;
    const said = guidance.trim();
    return replan(prepared, models, ({ options: { wishes, ...rest } }) =>
      said === '' ? rest : { ...rest, wishes: { ...wishes, guidance: said } },
    );
  }

  /** Asks how new prompts are proposed and for how long. Undefined when the user leaves it as it was. */
  private async askStrategy(prepared: readonly Prepared[], models: RunModels) {
    const chosen = await askStrategy(this.api, proposedBy(prepared[0]!));
    if (!chosen) return undefined;
    try {
      return await replan(prepared, models, async (one) => {
        const { strategySettings = {}, ...rest } = one.options;
        const isSame = chosen.strategy === proposedBy(one).strategy;
        const given = { strategy: chosen.strategy, ...(isSame && { strategySettings }) };
        const settings = readSettings(this.api, one.target.uri);
        return { ...rest, ...(await strategyOptions(given, settings, one.task)), effort: chosen.effort };
      });
    } catch (error) {
      await this.explain(error, prepared[0]!.target);
      return undefined;
    }
  }

  /** One look at the plan: what the user chose, `Start` among it. */
  private async showPlan(prepared: readonly Prepared[], models: RunModels): Promise<string | undefined> {
    const title = `Optimize ${prepared.map(({ target }) => nameOf(target)).join(', ')}?`;
    const picked = await this.api.window.showInformationMessage(
      title,
      { modal: true, detail: prepared.map((one) => planText(one, models)).join('\n\n') },
      'Start',
      'Show What Will Be Sent',
      SAY,
      STRATEGY,
    );
    if (picked !== 'Show What Will Be Sent') return picked;
    await this.showSendings(prepared, models);
    const calls = prepared.reduce((sum, one) => sum + one.plan.maxCalls, 0);
    const start = { label: 'Start', description: `at most ${count(calls, 'request')}` };
    const choices = { title, placeHolder: 'Read what will be sent, then decide.', ignoreFocusOut: true };
    return (await this.api.window.showQuickPick([start, { label: 'Cancel' }], choices))?.label;
  }

  private async showSendings(prepared: readonly Prepared[], models: RunModels): Promise<void> {
    const { messagesFor } = await loadEngine();
    const sendings = await Promise.all(
      prepared.map(async ({ task, plan }): Promise<Sending> => ({
        promptPath: task.document.path,
        testsetPath: task.testset.path,
        rows: plan.splits,
        calls: callsLine(plan),
        cost: costLine(plan),
        taskLabel: models.models.task.label,
        destinations: [...plan.destinations, ...quotaNotes(plan, models)],
        notes: plan.notes,
        samples: await Promise.all(
          task.testset.cases.slice(0, SHOWN_ROWS).map(async (row) => ({
            line: row.line,
            messages: await messagesFor(task.document, task.testset, row),
          })),
        ),
      })),
    );
    await this.documents.showReport('What will be sent', describeSending(sendings));
  }

  /** Says how a run ended: quietly when the user stopped it, with a way to go on when models failed. */
  private report(run: ActiveRun): void {
    run.ended.then(
      (state) => {
        if (state.stop?.reason !== 'model-failed') return;
        this.notices.warn(`${run.promptPath}: the run is paused, nothing is lost. ${state.stop.nextStep}`, {
          label: 'Resume',
          run: () => this.resume(run.root, state).catch((error: unknown) => this.notices.error(error)),
        });
      },
      (error: unknown) => this.notices.error(error, run.root),
    );
  }
}

/** The same prompts with other options, and what they mean now. */
async function replan(
  prepared: readonly Prepared[],
  models: RunModels,
  change: (one: Prepared) => RunOptions | Promise<RunOptions>,
): Promise<readonly Prepared[]> {
  const { planRun } = await loadEngine();
  return Promise.all(
    prepared.map(async (one): Promise<Prepared> => {
      const options = await change(one);
      return { ...one, options, plan: await planRun(one.task, options, models) };
    }),
  );
}

function nameOf({ path, span }: PromptTarget): string {
  return span === undefined ? path : `${span} in ${path}`;
}

function proposedBy({ options, task }: Prepared): { strategy: string; effort: Effort } {
  return {
    strategy: options.strategy ?? task.defaults?.strategy ?? SETTINGS.strategy.default,
    effort: options.effort ?? SETTINGS.effort.default,
  };
}

function strategyLine(prepared: Prepared): string {
  const { strategy, effort } = proposedBy(prepared);
  const settings = Object.entries(prepared.options.strategySettings ?? {});
  const set = settings.map(([id, value]) => `${id} ${value}`).join(', ');
  return `Strategy: ${strategy}${set && ` (${set})`}, ${effort} effort.`;
}

function planText(prepared: Prepared, models: RunModels): string {
  const { target, task, options, plan } = prepared;
  const guidance = options.wishes?.guidance ?? task.defaults?.wishes?.guidance;
  const rows = `${count(task.testset.cases.length, 'row')} of ${task.testset.path}`;
  const groups = [
    [
      `${target.path}: ${rows} (${rowsLine(plan.splits)}).`,
      strategyLine(prepared),
      callsLine(plan),
      ...(plan.cost.kind === 'requests' ? [] : [costLine(plan)]),
      ...quotaNotes(plan, models),
    ],
    guidance === undefined ? [] : [`What should change: ${guidance}`],
    plan.destinations,
    plan.notes,
  ];
  return groups
    .map((lines) => lines.join('\n'))
    .filter(Boolean)
    .join('\n\n');
}

function quotaNotes(plan: RunPlan, { models }: RunModels): string[] {
  const own = [...new Set([models.task, models.optimizer].filter((model) => isEditorModel(model.id)))];
  return own.map(
    (model) =>
      `Uses your quota for ${model.label}: at most ${count(plan.maxCalls, 'request')}. It pauses when the quota is used up.`,
  );
}
