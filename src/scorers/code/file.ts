import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { HoneError } from '../../core/errors.js';
import type { ScorerContext } from '../context.js';

const JAVASCRIPT = /\.(?:mjs|cjs|js)$/;
const TYPESCRIPT = /\.(?:mts|cts|ts)$/;

/**
 * The absolute path of a file with code for scoring.
 * @throws HoneError `bad-config` when the workspace is not trusted, or the file is not in it, not there or of another kind
 */
export function codeFile(file: string, language: 'javascript' | 'python', context: ScorerContext): string {
  requireTrust(context, `"${file}"`);
  const refuse = (fault: string, nextStep: string, cause?: unknown) =>
    new HoneError({
      reason: 'bad-config',
      message: `The scorer file "${file}" ${fault}`,
      nextStep,
      place: { file },
      ...(cause === undefined ? {} : { cause }),
    });
  if (context.root === undefined)
    throw refuse('belongs to no workspace.', 'Open the folder that it lies in.');
  if (language === 'python' && !file.endsWith('.py'))
    throw refuse('is not a .py file.', 'Name a Python file.');
  if (language === 'javascript' && TYPESCRIPT.test(file) && !stripsTypes()) {
    throw refuse(
      `is TypeScript, which this Node (${process.version}) does not read.`,
      'Use Node 22.18 or newer, or write it as .mjs.',
    );
  }
  if (language === 'javascript' && !JAVASCRIPT.test(file) && !TYPESCRIPT.test(file))
    throw refuse('is not JavaScript.', 'Name a .mjs, .js or .cjs file.');
  let real: string;
  let root: string;
  try {
    root = realpathSync(context.root);
    real = realpathSync(path.resolve(root, file));
    if (!statSync(real).isFile()) throw new Error('it is not a file');
  } catch (error) {
    throw refuse('cannot be read.', 'Correct the path; it is relative to the workspace folder.', error);
  }
  const relative = path.relative(root, real);
  if (relative.startsWith('..') || path.isAbsolute(relative))
    throw refuse('lies outside the workspace.', 'Name a file inside the workspace.');
  return real;
}

/** @throws HoneError `bad-config` when code of the workspace may not run */
export function requireTrust(context: ScorerContext, what: string): void {
  if (context.trusted === true) return;
  throw new HoneError({
    reason: 'bad-config',
    message: `The scorer ${what} runs code of this workspace, which is not trusted.`,
    nextStep: 'Trust the workspace when you know who wrote it, or choose scorers without code.',
  });
}

function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return Boolean(typescript);
}
