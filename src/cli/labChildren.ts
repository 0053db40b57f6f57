import { spawn } from 'node:child_process';
import { cancelled, HoneError } from '../core/errors.js';

/**
 * Runs this command line with other arguments in processes of its own, all at once.
 * @returns what each wrote to its standard output
 * @throws HoneError `internal` with the words of the first that failed, `cancelled` when the signal aborts
 */
export async function runInChildren(
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<string[]> {
  const stopOthers = new AbortController();
  const either = AbortSignal.any([signal, stopOthers.signal]);
  try {
    return await Promise.all(commands.map((args) => runInChild(args, either)));
  } catch (error) {
    throw signal.aborted ? cancelled() : error;
  } finally {
    stopOthers.abort();
  }
}

function runInChild(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1]!, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let output = '';
    let words = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(childFailed(code, words));
    });
  });
}

function childFailed(code: number | null, words: string): HoneError {
  return new HoneError({
    reason: 'internal',
    message: `A process of the comparison ended with ${code ?? 'a signal'}: ${words.trim()}`,
    nextStep: 'Run it with --jobs 1 to see where it happens.',
  });
}
