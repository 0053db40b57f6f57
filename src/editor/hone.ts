import path from 'node:path';
import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import { recordOf, type RunState } from '../core/run.js';
import { DOCUMENT_SCHEME, VIEWS } from '../contributions.js';
import { Accepter, type AcceptResult } from './accept.js';
import {
  pickRun,
  promptUris,
  registerCommands,
  runRef,
  startOptions,
  type CommandHandlers,
} from './commands.js';
import { Diagnostics } from './diagnostics.js';
import { Disposables } from './disposables.js';
import { Documents } from './documents.js';
import { evaluate } from './evaluate.js';
import { LENS_SELECTOR, PromptLenses } from './lens.js';
import { ModelChoice } from './modelChoice.js';
import { MappingFlow } from './mappingFlow.js';
import { Notices, openAt } from './notices.js';
import { RunPanels, type PanelActions, type RunRef } from './panel.js';
import { PromptIndex } from './promptIndex.js';
import { PromptsTree } from './promptsTree.js';
import { RunController } from './runController.js';
import { RunsTree } from './runsTree.js';
import { selectedSpan } from './selectedString.js';
import { ApiKeys, hostOf } from './secrets.js';
import { readSettings } from './settings.js';
import { candidateNames } from './snapshot.js';
import { StartFlow, type StartOptions } from './startFlow.js';
import { StatusBar, watchActivePrompt } from './statusBar.js';
import { targetOf } from './targets.js';
import { TestSetPicks } from './testSets.js';
import type { VsCode } from './vscode.js';

/** What `hone.optimize` and `hone.resume` give their caller when a run has ended. */
export interface RunReport {
  readonly root: string;
  readonly runId: string;
  readonly verdict: string | undefined;
  readonly stop: string | undefined;
}

/** The extension: builds every surface, connects them, and owns what has to be disposed. */
export class Hone implements vscode.Disposable {
  readonly keys: ApiKeys;
  readonly runs: RunController;
  readonly panels: RunPanels;
  readonly prompts: PromptsTree;
  readonly runList: RunsTree;
  readonly lenses: PromptLenses;
  readonly statusBar: StatusBar;
  readonly documents: Documents;
  private readonly disposables = new Disposables();
  private readonly log: vscode.LogOutputChannel;
  private readonly notices: Notices;
  private readonly index: PromptIndex;
  private readonly picks: TestSetPicks;
  private readonly mapping: MappingFlow;
  private readonly choice: ModelChoice;
  private readonly flow: StartFlow;
  private readonly accepter: Accepter;

  constructor(
    private readonly api: VsCode,
    context: vscode.ExtensionContext,
  ) {
    const own = <T extends vscode.Disposable>(item: T) => this.disposables.add(item);
    this.log = own(api.window.createOutputChannel('Hone', { log: true }));
    this.notices = new Notices(api, this.log);
    this.keys = new ApiKeys(context.secrets, context.globalState);
    this.runs = own(new RunController(api));
    this.documents = new Documents(api, this.runs);
    this.index = own(new PromptIndex(api, this.notices));
    this.picks = new TestSetPicks(api, context.workspaceState);
    this.mapping = new MappingFlow(api, this.picks, this.index, this.notices);
    this.choice = new ModelChoice(api, this.keys);
    this.flow = new StartFlow(
      api,
      this.runs,
      this.picks,
      this.choice,
      this.documents,
      this.notices,
      this.mapping,
    );
    this.accepter = new Accepter(api, this.runs, this.documents);
    this.panels = own(new RunPanels(api, context.extensionUri, this.runs, this.panelActions()));
    this.prompts = new PromptsTree(api, this.index);
    this.runList = own(new RunsTree(api, this.runs));
    this.lenses = own(new PromptLenses(api, this.runs, this.index));
    this.statusBar = own(new StatusBar(api, this.runs));
    own(api.window.registerTreeDataProvider(VIEWS.prompts.id, this.prompts));
    own(api.window.registerTreeDataProvider(VIEWS.runs.id, this.runList));
    own(api.languages.registerCodeLensProvider([...LENS_SELECTOR], this.lenses));
    own(api.workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEME, this.documents));
    own(watchActivePrompt(api, this.index));
    own(new Diagnostics(api, this.index, (error) => this.notices.error(error)));
    own(
      this.runs.onDidBegin((run) => {
        if (run.runId !== undefined) this.panels.open({ root: run.root, runId: run.runId }, run.promptPath);
      }),
    );
    own(registerCommands(api, this.commandHandlers(), (error) => this.notices.error(error)));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private commandHandlers(): CommandHandlers {
    const { api } = this;
    return {
      optimize: (clicked, selected, options) =>
        this.optimize(promptUris(api, clicked, selected), startOptions(options)),
      optimizeSelection: async (_clicked, _selected, options) => {
        const span = await selectedSpan(api, this.flow);
        if (span === undefined) return [];
        return this.optimize(promptUris(api, undefined, undefined), { ...startOptions(options), span });
      },
      evaluate: (clicked, _selected, options) =>
        evaluate(
          api,
          this.flow,
          this.documents,
          this.notices,
          promptUris(api, clicked, undefined)[0]!,
          startOptions(options),
        ),
      stop: (node) => this.stop(node),
      resume: async (node) => {
        const ref = runRef(node) ?? (await pickRun(api, 'Resume a run', (run) => !run.verdict));
        return ref && this.withProgress(() => this.resume(ref));
      },
      openPanel: (node) => this.openPanel(node),
      acceptBest: async (node) => {
        const ref =
          runRef(node) ??
          (await pickRun(api, 'Accept the best candidate of a run', (run) => run.verdict !== undefined));
        if (!ref) return undefined;
        const result = await this.accept(ref);
        this.tell(result);
        return result;
      },
      pickTestSet: async (clicked) =>
        this.picks.pick(await targetOf(api, promptUris(api, clicked, undefined)[0]!)),
      mapColumns: async (clicked) =>
        this.mapping.map(await targetOf(api, promptUris(api, clicked, undefined)[0]!)),
      chooseModels: () => this.choice.choose(),
      showWhatIsSent: (clicked, selected) => this.flow.showWhatIsSent(promptUris(api, clicked, selected)),
      setApiKey: () => this.setApiKey(),
      clearApiKey: () => this.clearApiKey(),
      refresh: () => {
        this.index.refresh();
        this.runs.refresh();
      },
      showLog: () => this.log.show(),
    };
  }

  private async optimize(uris: readonly vscode.Uri[], options: StartOptions) {
    const started = await this.flow.optimize(uris, options);
    if (started.length === 0) return [];
    return this.withProgress(() => Promise.all(started.map((run) => this.reportOf(run.root, run.ended))));
  }

  private panelActions(): PanelActions {
    const load = ({ root, runId }: RunRef) => this.runs.load(root, runId);
    return {
      accept: async (run, candidateId) => {
        const result = await this.accept(run, candidateId);
        if (result.accepted) return result.message;
        throw new HoneError({ reason: 'splice-refused', message: result.message, nextStep: '' });
      },
      openDiff: async (run, candidateId, against) =>
        this.documents.openDiff(run.root, await load(run), candidateId, against),
      copy: async (run, candidateId) => {
        const state = await load(run);
        await this.api.env.clipboard.writeText(recordOf(state, candidateId).candidate.text);
        return `Copied ${candidateNames(state).get(candidateId)}: the whole file.`;
      },
      stop: (run) => this.runs.find(run.runId)?.stop(),
      resume: async (run) => {
        await this.flow.resume(run.root, await load(run));
      },
      revealLine: async (run, line) => {
        const { prompt } = (await load(run)).setup;
        await openAt(this.api, this.api.Uri.file(path.join(run.root, prompt.path)), line);
      },
      revealRow: async (run, caseId) => {
        const { testset } = (await load(run)).setup;
        const row = testset.cases.find((each) => each.id === caseId);
        await openAt(this.api, this.api.Uri.file(path.join(run.root, testset.path)), row?.line ?? 1);
      },
    };
  }

  private async accept(ref: RunRef, candidateId?: string): Promise<AcceptResult> {
    return this.accepter.accept(ref.root, await this.runs.load(ref.root, ref.runId), candidateId);
  }

  private tell(result: AcceptResult): void {
    if (result.accepted) this.notices.info(result.message);
    else this.notices.warn(result.message);
  }

  private async resume(ref: RunRef): Promise<RunReport | undefined> {
    const run = await this.flow.resume(ref.root, await this.runs.load(ref.root, ref.runId));
    return run && this.reportOf(ref.root, run.ended);
  }

  private async reportOf(root: string, ended: Promise<RunState>): Promise<RunReport | undefined> {
    try {
      const { setup, verdict, stop } = await ended;
      return { root, runId: setup.runId, verdict: verdict?.kind, stop: stop?.reason };
    } catch {
      // Said already by the flow that started the run.
      return undefined;
    }
  }

  private stop(node: unknown): void {
    const ref = runRef(node);
    const queued = typeof node === 'object' && node !== null && 'run' in node ? node.run : undefined;
    const run = ref
      ? this.runs.find(ref.runId)
      : (this.runs.active.find((each) => each === queued) ?? this.runs.active[0]);
    run?.stop();
  }

  private async openPanel(node: unknown): Promise<void> {
    const ref = runRef(node) ?? runRef(this.runs.active[0]) ?? (await pickRun(this.api, 'Open a run'));
    if (!ref) return;
    const { setup } = await this.runs.load(ref.root, ref.runId);
    this.panels.open(ref, setup.prompt.path);
  }

  /** The bar of the Runs view moves while runs go on; the status bar item says how far they are. */
  private withProgress<T>(work: () => Promise<T>): Thenable<T> {
    return this.api.window.withProgress({ location: { viewId: VIEWS.runs.id } }, work);
  }

  private async setApiKey(): Promise<void> {
    const { baseUrl } = readSettings(this.api);
    const host = await this.api.window.showInputBox({
      title: 'Host that the key is for',
      value: hostOf(baseUrl) ?? '',
      prompt: 'The key is sent to this host only. With its port, when it has one.',
      validateInput: (text) =>
        hostOf(`https://${text}`) === text ? undefined : 'Write the host alone, for example api.openai.com.',
    });
    if (host) await this.choice.askKey(host);
  }

  private async clearApiKey(): Promise<void> {
    const hosts = this.keys.hosts();
    if (hosts.length === 0) {
      this.notices.info('Hone keeps no API key.');
      return;
    }
    const host = await this.api.window.showQuickPick(hosts, { title: 'Clear the API key for' });
    if (host === undefined) return;
    await this.keys.clear(host);
    this.notices.info(`The key for ${host} is cleared.`);
  }
}
