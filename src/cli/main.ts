import module from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { HoneError } from '../core/errors.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { createProgram } from './program.js';
import { errorJson, Shell } from './shell.js';
import { write } from './terminal.js';

async function main(args: readonly string[]): Promise<ExitCode> {
  const shell = new Shell({
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: cancellation(),
  });
  try {
    await createProgram(shell).parseAsync(args, { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for is a result; help instead of a missing command is not.
    if (error.exitCode === 0) return EXIT.done;
    await usageErrorAsJson(error, args);
    return EXIT.badUsage;
  }
}

async function usageErrorAsJson(error: CommanderError, args: readonly string[]): Promise<void> {
  const toStdout = args.some(
    (arg, index) => arg === '--json=-' || (arg === '-' && args[index - 1] === '--json'),
  );
  if (!toStdout) return;
  const usage = new HoneError({
    reason: 'bad-usage',
    message: error.message.replace(/^error: /, ''),
    nextStep: 'Try the command with --help.',
  });
  await write(process.stdout, `${JSON.stringify(errorJson(usage), null, 2)}\n`);
}

/** Ctrl+C asks to stop and keep the best so far; a second one ends the process at once. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.cancelled);
    process.stderr.write('\nStopping. Press Ctrl+C again to end at once.\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

// Newer versions of Node keep compiled code from one start to the next. It is kept where NODE_COMPILE_CACHE says, else with
// the system's temporary files; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
// By itself V8 lets garbage grow to several times what is in use before it collects: the memory of an evaluation would
// depend on the number of rows. Looked at after each collection, so it may be set while the program runs.
setFlagsFromString('--heap-growing-percent=40');

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has enough, as in `hone list | head`.
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.endedEarly);
});

void main(process.argv.slice(2)).then((code) => process.exit(code));
