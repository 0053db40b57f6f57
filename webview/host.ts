/// <reference types="vscode-webview" />
import type { HostMessage, PageMessage, PageRequest, PageState, RunSnapshot } from '../src/protocol.js';

/** What the page knows of the host: the last snapshot, what was asked and not answered, and what went wrong. */
export interface HostState {
  readonly snapshot: RunSnapshot | undefined;
  /** Requests without an answer, by their number. */
  readonly pending: ReadonlyMap<number, PageRequest>;
  /** What the user chose and the host has not shown yet. */
  readonly wanted: Selection | undefined;
  readonly failures: readonly Failure[];
  /** What the host said when it had done the last request. */
  readonly notice: string;
}

export type Selection = Pick<Extract<PageRequest, { readonly kind: 'select' }>, 'candidateId' | 'against'>;

export interface Failure {
  readonly id: number;
  readonly message: string;
  readonly nextStep: string;
}

/** More would hide the page. */
const MAX_FAILURES = 3;

const UNREADABLE = {
  message: 'The extension sent a run that this page cannot read.',
  nextStep: 'Close this panel and open the run again from the Runs view.',
};

/** The page's side of the protocol: sends numbered requests, keeps what came back, tells listeners. */
export class HostLink {
  #state: HostState = {
    snapshot: undefined,
    pending: new Map(),
    wanted: undefined,
    failures: [],
    notice: '',
  };
  #lastRequest = 0;
  #lastFailure = 0;
  readonly #api = acquireVsCodeApi<PageState>();
  readonly #listeners = new Set<() => void>();

  get state(): HostState {
    return this.#state;
  }

  /** Starts listening and asks for the first snapshot, with the view as it was before a reload. */
  connect(): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
    const saved = this.#api.getState();
    this.#post({
      type: 'ready',
      ...(saved?.candidateId !== undefined && { candidateId: saved.candidateId }),
      ...(saved?.against !== undefined && { against: saved.against }),
    });
  }

  /** Calls back after every change. @returns a function that ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for something. The same thing is not asked for again while the answer is out. */
  send(body: PageRequest): void {
    if (isPending(this.#state, body)) return;
    const request = ++this.#lastRequest;
    const wanted = body.kind === 'select' ? body : this.#state.wanted;
    this.#update({ pending: new Map(this.#state.pending).set(request, body), wanted, notice: '' });
    this.#post({ type: 'request', request, body });
  }

  dismiss(failureId: number): void {
    this.#update({ failures: this.#state.failures.filter((failure) => failure.id !== failureId) });
  }

  #receive(data: unknown): void {
    const message = hostMessage(data);
    if (message === 'unreadable') this.#fail(UNREADABLE);
    else if (message?.type === 'snapshot') this.#show(message.snapshot);
    else if (message) this.#answer(message);
  }

  #show(snapshot: RunSnapshot): void {
    const { selected } = snapshot;
    this.#api.setState({
      runId: snapshot.runId,
      ...(selected && { candidateId: selected.id, against: selected.against }),
    });
    const { pending, wanted } = this.#state;
    const isShown = selected?.id === wanted?.candidateId && selected?.against === wanted?.against;
    const isAwaited = [...pending.values()].some((body) => body.kind === 'select');
    this.#update({ snapshot, wanted: isShown || !isAwaited ? undefined : wanted });
  }

  #answer(message: Exclude<HostMessage, { readonly type: 'snapshot' }>): void {
    const body = this.#state.pending.get(message.request);
    if (!body) return;
    const pending = new Map(this.#state.pending);
    pending.delete(message.request);
    if (message.type === 'done') {
      this.#update({ pending, notice: message.message ?? '' });
      return;
    }
    this.#update({ pending, wanted: body.kind === 'select' ? undefined : this.#state.wanted });
    this.#fail(message);
  }

  #fail({ message, nextStep }: Omit<Failure, 'id'>): void {
    const failures = this.#state.failures.filter((failure) => failure.message !== message);
    failures.push({ id: ++this.#lastFailure, message, nextStep });
    this.#update({ failures: failures.slice(-MAX_FAILURES) });
  }

  #post(message: PageMessage): void {
    this.#api.postMessage(message);
  }

  #update(change: Partial<HostState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the very same thing was asked for and is not answered yet. */
export function isPending(state: Pick<HostState, 'pending'>, body: PageRequest): boolean {
  const wanted = JSON.stringify(body);
  return [...state.pending.values()].some((each) => JSON.stringify(each) === wanted);
}

/**
 * Reads what arrived. Other parties post to a window too, so what is not of the protocol is nothing to the page;
 * a snapshot of the wrong shape is told apart, because then the user would look at an old one.
 */
export function hostMessage(data: unknown): HostMessage | 'unreadable' | undefined {
  if (!isRecord(data)) return undefined;
  if (data.type === 'snapshot')
    return isSnapshot(data.snapshot) ? { type: 'snapshot', snapshot: data.snapshot } : 'unreadable';
  if (typeof data.request !== 'number') return undefined;
  const { request, message, nextStep } = data;
  if (data.type === 'done') return { type: 'done', request, ...(typeof message === 'string' && { message }) };
  if (data.type !== 'failed' || typeof message !== 'string') return undefined;
  return { type: 'failed', request, message, nextStep: typeof nextStep === 'string' ? nextStep : '' };
}

function isSnapshot(value: unknown): value is RunSnapshot {
  return (
    isRecord(value) &&
    ['runId', 'promptPath', 'testsetPath', 'strategy', 'activity'].every(
      (key) => typeof value[key] === 'string',
    ) &&
    ['running', 'waiting', 'stopped'].includes(String(value.phase)) &&
    ['usage', 'splits', 'modelLabels'].every((key) => isRecord(value[key])) &&
    Array.isArray(value.curve) &&
    Array.isArray(value.candidates) &&
    (value.selected === undefined || isRecord(value.selected))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
