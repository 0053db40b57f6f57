import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HoneError, toHoneError } from '../core/errors.js';
import { EXIT, EXIT_BY_REASON, type ExitCode } from './exitCodes.js';
import { replaceText } from './files.js';
import { isRecord, jsonPieces } from './jsonOutput.js';
import { paintFor, write, type Paint } from './terminal.js';

/** What a command has to say when it is done. The shell brings it to the terminal and to `--json`. */
export interface Outcome {
  readonly exitCode?: ExitCode;
  /** The machine's copy; long lists in it as `LazyList`. */
  readonly json: unknown;
  /** People's copy; bytes are written as they are. */
  readonly text: string | Uint8Array;
  /** What ended the work early, although there are results. */
  readonly trouble?: HoneError;
  /** For stderr, so that it is read when the text goes elsewhere. */
  readonly warning?: string;
  /** Called when all of it has been brought out. */
  readonly close?: () => void;
}

/** Options that every command has. */
export interface SharedOptions {
  readonly json?: string;
}

/** The process around a command, so that commands can be tested without one. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first Ctrl+C. */
  readonly signal: AbortSignal;
}

/** Runs commands: results to stdout and `--json`, everything else to stderr, errors to exit codes. */
export class Shell implements Surroundings {
  readonly cwd: string;
  readonly env: Surroundings['env'];
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Colours for results on stdout. */
  readonly paint: Paint;
  exitCode: ExitCode = EXIT.done;

  constructor(surroundings: Surroundings) {
    this.cwd = surroundings.cwd;
    this.env = surroundings.env;
    this.stdout = surroundings.stdout;
    this.stderr = surroundings.stderr;
    this.signal = surroundings.signal;
    this.paint = paintFor(surroundings.stdout);
  }

  /** Does a command's work and delivers what came of it. Never throws. */
  async run(options: SharedOptions, work: () => Promise<Outcome>): Promise<void> {
    try {
      await this.requireJsonTarget(options.json);
    } catch (error) {
      return this.fail(error, undefined);
    }
    try {
      const outcome = await work();
      try {
        await this.deliver(options, outcome);
      } finally {
        outcome.close?.();
      }
    } catch (error) {
      await this.fail(error, options.json);
    }
  }

  /** Brings results out. Also for commands that go on working afterwards. */
  async deliver({ json: target }: SharedOptions, outcome: Outcome): Promise<void> {
    const { trouble } = outcome;
    this.exitCode = outcome.exitCode ?? (trouble ? EXIT_BY_REASON[trouble.reason] : EXIT.done);
    const json =
      trouble && isRecord(outcome.json) ? { ...outcome.json, ...errorJson(trouble) } : outcome.json;
    if (target !== undefined) await this.writeJson(target, json);
    if (target !== '-') await write(this.stdout, withLineEnd(outcome.text));
    if (outcome.warning) this.note(`hone: ${outcome.warning}`);
    if (trouble) await this.explain(trouble);
  }

  /** One line for people beside the results. */
  note(line: string): void {
    this.stderr.write(`${line}\n`);
  }

  /** Reports an error that left no results. */
  async fail(thrown: unknown, target: string | undefined): Promise<void> {
    const error = toHoneError(thrown);
    this.exitCode = EXIT_BY_REASON[error.reason];
    await this.explain(error);
    if (error.reason === 'internal' && this.env.HONE_DEBUG) this.note(String((thrown as Error).stack));
    if (target === undefined) return;
    try {
      await this.writeJson(target, errorJson(error));
    } catch (second) {
      this.note(`hone: ${toHoneError(second).message}`);
    }
  }

  private async explain(error: HoneError): Promise<void> {
    const paint = paintFor(this.stderr);
    await write(this.stderr, `${paint('red', 'hone:')} ${error.message}\n      ${error.nextStep}\n`);
  }

  private async writeJson(target: string, json: unknown): Promise<void> {
    if (target === '-') {
      for (const piece of jsonPieces(json)) await write(this.stdout, piece);
      return;
    }
    const file = path.resolve(this.cwd, target);
    const found = await stat(file).catch(() => undefined);
    // Pipes and devices are written to; replacing one would put a file in its place.
    if (found && !found.isFile()) await writeFile(file, jsonPieces(json));
    else await replaceText(file, jsonPieces(json));
  }

  /** A result that cannot be stored must be known before it is paid for. */
  private async requireJsonTarget(target: string | undefined): Promise<void> {
    if (target === undefined || target === '-') return;
    const folder = path.dirname(path.resolve(this.cwd, target));
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory()) return;
    throw new HoneError({
      reason: 'bad-usage',
      message: `The folder of --json ${target} does not exist.`,
      nextStep: 'Create it first, or use --json - for the standard output.',
      place: { file: target },
    });
  }
}

/** The error object of the machine output. */
export function errorJson(error: HoneError): { error: Record<string, unknown> } {
  return {
    error: { reason: error.reason, message: error.message, nextStep: error.nextStep, place: error.place },
  };
}

function withLineEnd(text: string | Uint8Array): string | Uint8Array {
  return typeof text !== 'string' || text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
