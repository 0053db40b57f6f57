import { SingleBar } from 'cli-progress';
import { callsMade, scoreOn, recordOf, selectionRows, type RunEvent, type RunState } from '../core/run.js';
import { costText } from './runText.js';
import { count, score, type Paint } from './terminal.js';

/** Shows how a run goes on. */
export interface RunProgress {
  readonly onEvent: (event: RunEvent, state: RunState) => void;
  /** Leaves the terminal clean. */
  readonly finish: () => void;
}

const nothingToFinish = () => undefined;

/** A bar on a terminal, one line per step and candidate elsewhere. */
export function runProgress(stream: NodeJS.WriteStream, paint: Paint): RunProgress {
  return stream.isTTY ? new RunBar(stream, paint) : runLines((line) => stream.write(`${line}\n`));
}

/** One line per step and candidate. When many requests wait for the same thing, the first one says so. */
export function runLines(print: (line: string) => void): RunProgress {
  let waiting = false;
  return {
    onEvent(event, state) {
      const worth = event.type === 'waiting' && waiting ? [] : lines(event, state);
      if (worth.length > 0) waiting = event.type === 'waiting';
      worth.forEach(print);
    },
    finish: nothingToFinish,
  };
}

class RunBar implements RunProgress {
  private bar: SingleBar | undefined;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly paint: Paint,
  ) {}

  readonly onEvent = (event: RunEvent, state: RunState): void => {
    const calls = callsMade(state.usage);
    const payload = {
      cost: spend(state),
      best: bestSoFar(state),
      activity: this.paint('dim', activity(state)),
    };
    if (!this.bar) {
      this.bar = new SingleBar({
        stream: this.stream,
        format: '{bar} {value}/{total} calls  {cost}  best {best}  {activity}',
        barsize: 20,
        hideCursor: true,
        clearOnComplete: true,
        linewrap: false,
        fps: 8,
      });
      this.bar.start(state.setup.maxCalls, calls, payload);
    } else this.bar.update(calls, payload);
    if (event.type === 'stopped') this.finish();
  };

  readonly finish = (): void => {
    this.bar?.stop();
  };
}

function spend(state: RunState): string {
  return costText(state.usage.cost);
}

function bestSoFar(state: RunState): string {
  return score(state.curve.at(-1)?.best);
}

/** What the run is doing now, in a few words. */
export function activity(state: RunState): string {
  if (state.waiting) return state.waiting;
  if (state.examined.length > 0 && !state.verdict) return 'opening the exam rows';
  if (state.step === 0) return 'scoring the prompt as it is';
  if (state.proposedStep < state.step) return `step ${state.step}: asking for proposals`;
  const pending = [...state.candidates.values()].filter((record) => record.status === 'pending');
  const names = pending.map((record) => record.candidate.id);
  return names.length > 0 ? `step ${state.step}: scoring ${names.join(', ')}` : `step ${state.step}`;
}

/** The lines that an event is worth where there is no terminal; none for single rows and calls. */
export function lines(event: RunEvent, state: RunState): string[] {
  const spent = () => `${count(callsMade(state.usage), 'call')}, ${spend(state)}`;
  switch (event.type) {
    case 'started':
      return [
        `run ${state.setup.runId}: ${state.setup.prompt.path}, at most ${count(state.setup.maxCalls, 'call')}`,
      ];
    case 'resumed':
      return [`run ${state.setup.runId}: going on after ${spent()}`];
    case 'step':
      return [`step ${event.step} from ${event.parent} (${spent()}, best ${bestSoFar(state)})`];
    case 'proposed':
      if (event.step === 0) return [];
      return [
        ...event.candidates.map(({ id, operator, summary }) => `  ${id} (${operator}): ${summary}`),
        ...event.rejected.map(({ candidate, reasons }) => `  ${candidate.id} rejected: ${reasons.join(' ')}`),
      ];
    case 'settled': {
      if (event.status === 'dropped') return [`  ${event.candidateId} dropped: ${event.reasons.join(' ')}`];
      const record = recordOf(state, event.candidateId);
      const { mean, n, errors } = scoreOn(record, selectionRows(state, record.candidate));
      const failed = errors > 0 ? `, ${count(errors, 'row')} failed` : '';
      return [`  ${event.candidateId} kept: ${score(mean)} on ${count(n, 'row')}${failed} (${spent()})`];
    }
    case 'examined':
      return [`exam: ${event.candidateId} on rows that nobody has seen`];
    case 'waiting':
      return [`waiting: ${event.message}`];
    case 'verdict':
      return [`verdict: ${event.verdict.kind}`];
    case 'stopped':
      return [`stopped: ${event.stop.reason} (${spent()})`];
    case 'sent':
    case 'unsent':
    case 'called':
    case 'scored':
    case 'repeated':
    case 'targeted':
    case 'recalled':
    case 'accepted':
      return [];
  }
}

/** Progress of a plain evaluation: a bar on a terminal, a line per quarter elsewhere. */
export function evaluationProgress(stream: NodeJS.WriteStream): {
  readonly onProgress: (done: number, total: number, calls: number) => void;
  readonly finish: () => void;
} {
  if (!stream.isTTY) {
    let shown = 0;
    return {
      onProgress(done, total, calls) {
        const quarter = Math.floor((4 * done) / Math.max(1, total));
        if (quarter <= shown) return;
        shown = quarter;
        stream.write(`${done} of ${count(total, 'row')} scored, ${count(calls, 'call')}\n`);
      },
      finish: nothingToFinish,
    };
  }
  const bar = new SingleBar({
    stream,
    format: '{bar} {value}/{total} rows  {calls} calls',
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  let started = false;
  return {
    onProgress(done, total, calls) {
      if (!started) bar.start(total, done, { calls });
      else bar.update(done, { calls });
      started = true;
    },
    finish: () => bar.stop(),
  };
}
