import { stringify } from 'yaml';
import { HoneError, toHoneError } from '../core/errors.js';
import type { ScorerConfig } from '../scorers/index.js';
import { CONFIG_FILE, parseConfig, type Config } from './config.js';
import { listPrompts, type PromptListing } from './list.js';
import { loadTask, type PromptTask } from './load.js';

/** A prompt as a new hone.yaml has it. */
export interface DraftedPrompt {
  readonly path: string;
  /** Null when there is none. */
  readonly tests: string | null;
  /** Those that stand in the file: none where the prompt file or the rows bring their own. */
  readonly scorers: readonly ScorerConfig[];
  /** How tests, columns and scorers were chosen: sentences for people. */
  readonly why: readonly string[];
  /** Why the prompt cannot be scored yet. */
  readonly problem?: string;
}

/** A hone.yaml that says what Hone would do without one. */
export interface ConfigDraft {
  readonly text: string;
  readonly prompts: readonly DraftedPrompt[];
}

/** Nothing is taken from a hone.yaml that is there: it is the file to be written anew. */
const NOTHING: Config = { prompts: [] };

const HEADER = `\
# Settings of Hone for this repository. Written from what "hone init" found; all of it can be changed or left out.
# Paths are relative to this file. What an entry may hold is described in docs/configuration.md of Hone:
#   path      the prompt file
#   tests     its test set, where neither its name nor the prompt file says so
#   columns   which column serves what: { input: ..., expected: ..., vars: { placeholder: column } }
#   scorers   how answers are scored; each has a type and may have a weight
#   splits    how rows are divided: { seed: 0, train: 0.4, validation: 0.3 }, the exam takes the rest
`;

/**
 * Looks at the prompts of a workspace and writes down, with reasons, what would be done with them.
 * @throws HoneError `not-found` for a root that is no folder, `cancelled`
 */
export async function draftConfig(root: string, signal?: AbortSignal): Promise<ConfigDraft> {
  const options = { config: NOTHING, ...(signal && { signal }) };
  const entries: { readonly prompt: DraftedPrompt; readonly text: string }[] = [];
  for (const listing of await listPrompts(root, options)) {
    if (listing.format === 'unknown' && listing.problems.length === 0) continue;
    entries.push(await draftEntry(root, listing));
  }
  const body = entries.map((entry) => entry.text).join('\n');
  const hasPrompts = entries.some(({ prompt }) => isLive(prompt));
  const list = hasPrompts ? `prompts:\n${body}` : `prompts: []\n${body && `\n${body}`}`;
  const text = `${HEADER}\n${list}`;
  requireValid(text, entries.map(({ prompt }) => prompt).filter(isLive));
  return { text, prompts: entries.map((entry) => entry.prompt) };
}

async function draftEntry(root: string, listing: PromptListing) {
  try {
    const task = await loadTask(root, listing.path, { config: NOTHING });
    const prompt: DraftedPrompt = {
      path: listing.path,
      tests: listing.testset,
      scorers: task.scorersFrom === 'inferred' ? task.scorerConfigs : [],
      why: task.notes,
    };
    return { prompt, text: liveEntry(prompt, columnsOf(task)) };
  } catch (error) {
    const { message, nextStep } = toHoneError(error);
    const problem = `${message} ${nextStep}`;
    const prompt: DraftedPrompt = {
      path: listing.path,
      tests: listing.testset,
      scorers: [],
      why: [],
      problem,
    };
    return { prompt, text: isLive(prompt) ? liveEntry(prompt, []) : bareEntry(prompt) };
  }
}

/** A prompt without tests is only mentioned: an entry of it would settle nothing. */
function isLive(prompt: DraftedPrompt): boolean {
  return prompt.tests !== null;
}

function liveEntry(prompt: DraftedPrompt, columns: readonly string[]): string {
  const tests = prompt.tests === prompt.path ? [] : [`tests: ${flow(prompt.tests)}`];
  const scorers =
    prompt.scorers.length === 0 ? [] : ['scorers:', ...prompt.scorers.map((each) => `  - ${flow(each)}`)];
  const notes = prompt.problem === undefined ? prompt.why : [`It cannot be scored yet: ${prompt.problem}`];
  const lines = [...notes.flatMap(comment), ...tests, ...columns, ...scorers];
  return `  - path: ${flow(prompt.path)}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

function bareEntry(prompt: DraftedPrompt): string {
  const lines = [`- path: ${flow(prompt.path)}`, ...comment(prompt.problem ?? '').map((line) => `  ${line}`)];
  return lines.map((line) => `  # ${line.replace('# ', '')}\n`).join('');
}

/** What the columns serve, as a line to take the comment mark from when it has to be corrected. */
function columnsOf({ testset, document }: PromptTask): string[] {
  const { inputColumn: input, expectedColumn: expected } = testset;
  const named = {
    ...(input !== undefined && { input }),
    ...(expected !== undefined && { expected }),
    ...(document.placeholders.length > 0 && {
      vars: Object.fromEntries(document.placeholders.map((name) => [name, name])),
    }),
  };
  const areColumns = document.placeholders.every((name) => testset.columns.includes(name));
  return areColumns && Object.keys(named).length > 0 ? [`# columns: ${flow(named)}`] : [];
}

/** A value on one line. */
function flow(value: unknown): string {
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
  return text.includes('\n') ? JSON.stringify(value) : text;
}

const COMMENT_WIDTH = 100;

/** A sentence as comment lines. What files say must not end the comment. */
function comment(sentence: string): string[] {
  // eslint-disable-next-line no-control-regex
  const words = sentence.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ').split(' ');
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= COMMENT_WIDTH) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The draft says what was found, or it is not written. */
function requireValid(text: string, live: readonly DraftedPrompt[]): void {
  const paths = parseConfig(text).prompts.map((entry) => entry.path);
  if (paths.length === live.length && live.every((prompt, index) => prompt.path === paths[index])) return;
  throw new HoneError({
    reason: 'internal',
    message: `The ${CONFIG_FILE} that was drafted does not hold the prompts that were found.`,
    nextStep: 'Please report it with the names of your prompt files.',
  });
}
