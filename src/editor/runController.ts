import type * as vscode from 'vscode';
import { cancelled, HoneError } from '../core/errors.js';
import type { RunState } from '../core/run.js';
import type { RunControl, RunModels, RunOptions } from '../runs/index.js';
import type { PromptTask } from '../workspace/index.js';
import { CONTEXT_KEYS } from '../contributions.js';
import { Disposables } from './disposables.js';
import { loadEngine } from './engine.js';
import type { VsCode } from './vscode.js';

/** A run that this window works on, or will. */
export interface ActiveRun {
  readonly root: string;
  /** Relative to the root. */
  readonly promptPath: string;
  /** Absent while the run waits for its turn. */
  readonly runId: string | undefined;
  readonly state: RunState | undefined;
  /** Settles with the final state, also after a stop; rejects when the run could not be started. */
  readonly ended: Promise<RunState>;
  stop(): void;
}

interface Entry extends ActiveRun {
  runId: string | undefined;
  state: RunState | undefined;
  readonly abort: AbortController;
}

type Work = (control: RunControl) => Promise<RunState>;

/** How many stored runs are kept in memory for panels and documents. */
const KEPT_STATES = 8;

/** Owns the runs of this window. They go one after another; panels, trees and the status bar only look. */
export class RunController implements vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly entries: Entry[] = [];
  private readonly stored = new Map<string, Promise<RunState>>();
  private last: Promise<unknown> = Promise.resolve();
  private readonly listChanged: vscode.EventEmitter<void>;
  private readonly progressed: vscode.EventEmitter<ActiveRun>;
  private readonly begun: vscode.EventEmitter<ActiveRun>;

  constructor(private readonly api: VsCode) {
    this.listChanged = this.disposables.add(new api.EventEmitter<void>());
    this.progressed = this.disposables.add(new api.EventEmitter<ActiveRun>());
    this.begun = this.disposables.add(new api.EventEmitter<ActiveRun>());
  }

  /** A run was queued, started, ended, or accepted from. */
  get onDidChangeList(): vscode.Event<void> {
    return this.listChanged.event;
  }

  /** Something happened in a run: often, so listeners throttle. Fires once more when the run has ended. */
  get onDidProgress(): vscode.Event<ActiveRun> {
    return this.progressed.event;
  }

  /** A run has got its id and its first state. */
  get onDidBegin(): vscode.Event<ActiveRun> {
    return this.begun.event;
  }

  /** Runs that go on or wait, in the order of their turns. */
  get active(): readonly ActiveRun[] {
    return this.entries;
  }

  find(runId: string): ActiveRun | undefined {
    return this.entries.find((entry) => entry.runId === runId);
  }

  start(task: PromptTask, options: RunOptions, models: RunModels): ActiveRun {
    return this.enqueue(task.root, task.document.path, undefined, async (control) =>
      (await loadEngine()).startRun(task, options, models, control),
    );
  }

  /** Goes on with a stored run; the same run when it is going on already. */
  resume(root: string, stored: RunState, models: RunModels): ActiveRun {
    const { runId, prompt } = stored.setup;
    return (
      this.find(runId) ??
      this.enqueue(root, prompt.path, runId, async (control) =>
        (await loadEngine()).resumeRun(root, runId, models, control),
      )
    );
  }

  /** The state of a run: the live one, or what is stored. @throws HoneError `not-found`. */
  async load(root: string, runId: string): Promise<RunState> {
    const live = this.find(runId)?.state;
    if (live) return live;
    let loading = this.stored.get(runId);
    if (!loading) {
      loading = loadEngine().then((engine) => engine.loadRun(root, runId));
      loading.catch(() => this.stored.delete(runId));
      this.stored.set(runId, loading);
      const [oldest] = this.stored.keys();
      if (this.stored.size > KEPT_STATES && oldest !== undefined) this.stored.delete(oldest);
    }
    return loading;
  }

  /** Looks for a stored run in several folders. @throws HoneError `not-found`. */
  async locate(roots: readonly string[], runId: string): Promise<{ root: string; state: RunState }> {
    for (const root of roots) {
      try {
        return { root, state: await this.load(root, runId) };
      } catch (error) {
        if (!HoneError.is(error, 'not-found')) throw error;
      }
    }
    throw new HoneError({
      reason: 'not-found',
      message: `The run ${runId} is not stored in this workspace.`,
      nextStep: 'Open the folder that it was started in.',
    });
  }

  /** Forgets what was read from disk: another program may have changed it. */
  refresh(): void {
    this.stored.clear();
    this.listChanged.fire();
  }

  /** Notes that a candidate was written to its file. */
  async recordAccepted(root: string, runId: string, candidateId: string): Promise<void> {
    (await loadEngine()).recordAccepted(root, runId, candidateId);
    this.stored.delete(runId);
    this.listChanged.fire();
  }

  dispose(): void {
    for (const entry of [...this.entries]) entry.abort.abort();
    this.disposables.dispose();
  }

  private enqueue(root: string, promptPath: string, runId: string | undefined, work: Work): ActiveRun {
    const abort = new AbortController();
    const turn = this.last;
    const entry: Entry = {
      root,
      promptPath,
      runId,
      state: undefined,
      abort,
      stop: () => {
        abort.abort();
        if (!entry.state) this.remove(entry);
      },
      ended: turn.then(() => this.work(entry, work)),
    };
    this.last = entry.ended.catch(() => undefined);
    this.entries.push(entry);
    this.listChanged.fire();
    this.setRunning();
    return entry;
  }

  private async work(entry: Entry, work: Work): Promise<RunState> {
    if (entry.abort.signal.aborted) throw cancelled();
    try {
      const state = await work({
        signal: entry.abort.signal,
        onEvent: (_, state) => {
          const isFirst = entry.state === undefined;
          entry.state = state;
          entry.runId = state.setup.runId;
          if (isFirst) {
            this.stored.delete(entry.runId);
            this.begun.fire(entry);
            this.listChanged.fire();
          }
          this.progressed.fire(entry);
        },
      });
      entry.state = state;
      this.stored.set(state.setup.runId, Promise.resolve(state));
      return state;
    } finally {
      this.remove(entry);
    }
  }

  private remove(entry: Entry): void {
    const index = this.entries.indexOf(entry);
    if (index < 0) return;
    this.entries.splice(index, 1);
    this.progressed.fire(entry);
    this.listChanged.fire();
    this.setRunning();
  }

  private setRunning(): void {
    void this.api.commands.executeCommand('setContext', CONTEXT_KEYS.running, this.entries.length > 0);
  }
}
