import { Worker } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { cancelled } from '../../core/errors.js';
import { scorerFailed } from '../family.js';

/** What a piece of JavaScript is called with, and how it is found. */
export type WorkerTask =
  /** The default export of a module; its parameters are the arguments. */
  | {
      readonly kind: 'module';
      readonly file: string;
      readonly exportName?: string;
      readonly args: readonly unknown[];
    }
  /** The body of a function with the named parameters. */
  | {
      readonly kind: 'body';
      readonly body: string;
      readonly names: readonly string[];
      readonly args: readonly unknown[];
    };

export interface CodeLimits {
  /** Seconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

export const DEFAULT_TIMEOUT = 5;
const MEMORY_MB = 256;

/**
 * Each answer gets a thread of its own, so that nothing is shared between rows. It sees no environment variables, where
 * keys may stand, and what it prints is dropped.
 */
const BOOTSTRAP = `
const { parentPort, workerData } = require('node:worker_threads');
(async () => {
  let run;
  if (workerData.kind === 'module') {
    const loaded = await import(workerData.url);
    const given = workerData.exportName ? (loaded[workerData.exportName] ?? loaded.default?.[workerData.exportName]) : loaded.default;
    run = typeof given === 'function' ? given : given?.default;
    if (typeof run !== 'function') throw new Error('it exports no function' + (workerData.exportName ? ' "' + workerData.exportName + '"' : ' as default'));
  } else {
    const AsyncFunction = (async () => {}).constructor;
    run = new AsyncFunction(...workerData.names, workerData.body);
  }
  const result = await run(...workerData.args);
  const text = JSON.stringify(result, (key, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value));
  parentPort.postMessage({ text });
})().catch((error) => parentPort.postMessage({ error: error instanceof Error ? error.message : String(error) }));
`;

/**
 * Runs JavaScript in a thread of its own, with a limit on its time and memory, and gives back what it returns, as data.
 * Raises `scorer-failed` when it throws, takes too long, needs too much memory or returns nothing; `cancelled`.
 */
export async function runInWorker(scorer: string, task: WorkerTask, limits: CodeLimits): Promise<unknown> {
  const data = task.kind === 'module' ? { ...task, url: pathToFileURL(task.file).href } : task;
  const worker = new Worker(BOOTSTRAP, {
    eval: true,
    workerData: data,
    env: {},
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 32 },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  const { timeout, signal } = limits;
  let timer: NodeJS.Timeout | undefined;
  const cleanUp: (() => void)[] = [];
  try {
    const message = await new Promise<{ readonly text?: string; readonly error?: string }>(
      (resolve, reject) => {
        const fail = (fault: string, nextStep: string, cause?: unknown) => {
          reject(scorerFailed(scorer, fault, nextStep, cause));
        };
        timer = setTimeout(() => {
          fail(`it took longer than ${timeout} s.`, 'Make it faster, or raise its "timeout" (in seconds).');
        }, timeout * 1000);
        if (signal) {
          const stop = () => {
            reject(cancelled());
          };
          signal.addEventListener('abort', stop, { once: true });
          cleanUp.push(() => {
            signal.removeEventListener('abort', stop);
          });
          if (signal.aborted) stop();
        }
        worker.once('message', resolve);
        worker.once('error', (error: Error & { readonly code?: string }) => {
          if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
            fail(`it needs more than ${MEMORY_MB} MB of memory.`, 'Let it hold less at once.', error);
          else fail(`${error.message}.`, 'Correct the scorer.', error);
        });
        worker.once('exit', () => {
          fail('it ended without a result.', 'Let it return a number or { score, pass, reason }.');
        });
      },
    );
    if (message.error !== undefined)
      throw scorerFailed(scorer, `it failed with: ${message.error}.`, 'Correct the scorer.');
    return message.text === undefined ? undefined : (JSON.parse(message.text) as unknown);
  } finally {
    clearTimeout(timer);
    for (const each of cleanUp) each();
    await worker.terminate();
  }
}
