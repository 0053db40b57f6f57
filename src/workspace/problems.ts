import path from 'node:path';
import { HoneError } from '../core/errors.js';
import type { Problem } from '../core/prompt.js';
import { isPromptFile, readPrompt } from '../formats/index.js';
import { CONFIG_FILE, readConfig } from './config.js';
import { readBytes } from './files.js';

/**
 * What is wrong with hone.yaml or a prompt file as it is stored, for people who have it open. Nothing for a file that is
 * neither, or is gone.
 * @param relative path from the root, with forward slashes
 */
export async function problemsOfFile(root: string, relative: string): Promise<readonly Problem[]> {
  try {
    if (relative === CONFIG_FILE) {
      await readConfig(root);
      return [];
    }
    const bytes = await readBytes(path.join(root, relative), {
      reason: 'bad-prompt-file',
      name: relative,
      role: 'prompt file',
      nextStep: 'Check its permissions.',
    });
    return isPromptFile(relative, bytes) ? readPrompt(relative, bytes).problems : [];
  } catch (error) {
    if (HoneError.is(error, 'not-found')) return [];
    if (HoneError.is(error)) return [problemOf(error, error.place.line)];
    throw error;
  }
}

/** An error as a problem of a file. @param line of that file, 1-based */
export function problemOf(error: HoneError, line: number | undefined): Problem {
  return {
    severity: 'error',
    message: `${error.message} ${error.nextStep}`,
    ...(line !== undefined && { line }),
  };
}
