import path from 'node:path';
import { parse } from 'yaml';
import { HoneError } from '../core/errors.js';
import { decodeText, type PromptDocument } from '../core/prompt.js';
import type { Scorer } from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
import { readPrompt } from '../formats/index.js';
import {
  createScorers,
  inferScorers,
  needsExpected,
  scorerFromSettings,
  scorersFromEvaluators,
  type ScorerConfig,
} from '../scorers/index.js';
import { embeddedTestSet, readTestSet, type ColumnMapping } from '../testsets/index.js';
import { badConfig, readConfig, type PromptConfig, type SplitSettings } from './config.js';
import { insideRoot, readBytes, shownPath } from './files.js';
import { pairTests, testNames, type Pairing } from './pair.js';

/** Everything an evaluation needs, loaded and checked: no call has been made yet. */
export interface PromptTask {
  readonly root: string;
  readonly document: PromptDocument;
  readonly testset: TestSet;
  /** Complete in themselves: files that they name are read in. */
  readonly scorerConfigs: readonly ScorerConfig[];
  readonly scorers: readonly Scorer[];
  /** How hone.yaml wants rows divided; absent where it says nothing. */
  readonly splits?: SplitSettings;
  /** Notes for people: how tests were paired, columns mapped, scorers inferred. */
  readonly notes: readonly string[];
}

export interface LoadOptions {
  /** The user's pick, relative to the root or absolute; goes before hone.yaml and pairing by name. */
  readonly tests?: string;
}

/**
 * Loads a prompt with its tests and scorers.
 * @param promptPath relative to the root, or absolute
 * @throws HoneError with file and line for each kind of bad input: `not-found`, `bad-prompt-file`, `bad-config`,
 * `no-test-set`, `bad-test-set`, `empty-test-set`, `unfilled-placeholder`
 */
export async function loadTask(
  root: string,
  promptPath: string,
  options: LoadOptions = {},
): Promise<PromptTask> {
  const absoluteRoot = path.resolve(root);
  const promptFile = path.resolve(absoluteRoot, promptPath);
  const name = shownPath(absoluteRoot, promptFile);
  const bytes = await readBytes(promptFile, {
    reason: 'bad-prompt-file',
    name,
    role: 'prompt file',
    nextStep: 'Name a prompt file; "hone list" shows those of a workspace.',
  });
  const document = readPrompt(name, bytes, { named: true });
  const config = await readConfig(absoluteRoot);
  const entry = config.prompts.find((each) => path.resolve(absoluteRoot, each.path) === promptFile);
  const pairing =
    options.tests === undefined
      ? await pairTests(absoluteRoot, promptFile, document, entry)
      : picked(absoluteRoot, promptFile, options.tests);
  if (!pairing) throw noTestSet(document);
  const mapping = mappingFor(absoluteRoot, pairing, entry);
  const testset = await placed(() => loadTests(absoluteRoot, document, pairing, mapping), entry, document);
  const { configs, reason } = await chooseScorers(absoluteRoot, document, testset, entry);
  const build = async () => {
    requireExpected(configs, testset);
    return createScorers(configs, testset);
  };
  const scorers = await placed(build, entry?.scorers && entry, document);
  return {
    root: absoluteRoot,
    document,
    testset,
    scorerConfigs: configs,
    scorers,
    ...(entry?.splits === undefined ? {} : { splits: entry.splits }),
    notes: [
      pairing.note,
      reason,
      ...testset.problems.map(({ message, line }) =>
        line === undefined ? message : `${testset.path}:${line}: ${message}`,
      ),
    ],
  };
}

function picked(root: string, promptFile: string, tests: string): Pairing {
  const file = path.resolve(root, tests);
  return { file, embedded: file === promptFile, note: `Tests: ${shownPath(root, file)}, as picked.` };
}

/** The columns of hone.yaml are those of the test set that it names, not of another one that was picked. */
function mappingFor(
  root: string,
  pairing: Pairing,
  entry: PromptConfig | undefined,
): ColumnMapping | undefined {
  const isOther = entry?.tests !== undefined && path.resolve(root, entry.tests) !== pairing.file;
  return isOther ? undefined : entry?.columns;
}

async function loadTests(
  root: string,
  document: PromptDocument,
  pairing: Pairing,
  mapping: ColumnMapping | undefined,
): Promise<TestSet> {
  if (pairing.embedded) {
    const testset = embeddedTestSet(document, mapping);
    if (testset) return testset;
    throw noTestSet(document);
  }
  const name = shownPath(root, pairing.file);
  const bytes = await readBytes(pairing.file, {
    reason: 'bad-test-set',
    name,
    role: 'test set',
    nextStep: 'Correct the path in hone.yaml, or pick another file.',
  });
  return readTestSet(name, bytes, document, mapping);
}

function noTestSet(document: PromptDocument): HoneError {
  const [name] = testNames(document.path);
  return new HoneError({
    reason: 'no-test-set',
    message: `There is no test set for ${document.path}.`,
    nextStep: `Put ${name ?? 'one'} beside it, name one in hone.yaml under "tests:", or pick a file (--tests FILE).`,
    place: { file: document.path },
  });
}

/** hone.yaml goes before the prompt file's own evaluators and response format, and those before what the rows look like. */
async function chooseScorers(
  root: string,
  document: PromptDocument,
  testset: TestSet,
  entry: PromptConfig | undefined,
): Promise<{ readonly configs: readonly ScorerConfig[]; readonly reason: string }> {
  if (entry?.scorers && entry.scorers.length > 0) {
    const configs = await Promise.all(entry.scorers.map((config) => withSchema(root, config, entry.line)));
    return { configs, reason: `Scored by ${typesOf(configs)}, as hone.yaml says.` };
  }
  const ofFormat = scorerFromSettings(document.settings);
  const ofEvaluators = scorersFromEvaluators(document.embedded?.evaluators ?? [], document.path);
  const ofPrompt = [...ofEvaluators, ...(ofFormat ? [ofFormat] : [])];
  if (ofPrompt.length > 0) {
    return { configs: ofPrompt, reason: `Scored by ${typesOf(ofPrompt)}, as the prompt file says.` };
  }
  const inferred = inferScorers(testset);
  if (inferred.configs.length > 0) {
    return {
      configs: inferred.configs,
      reason: `Scored by ${typesOf(inferred.configs)}: ${inferred.reason}`,
    };
  }
  throw noExpected(testset);
}

function typesOf(configs: readonly ScorerConfig[]): string {
  return [...new Set(configs.map((config) => config.type))].join(', ');
}

/** A json scorer with the schema that its `file` holds, so that a stored run needs no further file. */
async function withSchema(root: string, config: ScorerConfig, line: number): Promise<ScorerConfig> {
  const { file, ...rest } = config;
  if (config.type !== 'json' || typeof file !== 'string') return config;
  const refuse = (fault: string, cause?: unknown) =>
    badConfig(line, `The schema file "${file}" ${fault}`, 'Name a JSON schema inside the workspace.', cause);
  if (rest.schema !== undefined) throw refuse('stands beside a "schema": only one of them can hold.');
  const absolute = await insideRoot(root, file, () => refuse('lies outside the workspace.'));
  const bytes = await readBytes(absolute, {
    reason: 'bad-config',
    name: file,
    role: 'schema file',
    nextStep: `Correct the path at hone.yaml:${line}.`,
  });
  let schema: unknown;
  try {
    schema = parse(decodeText(bytes).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse('is neither JSON nor YAML.', error);
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw refuse('holds no JSON schema.');
  return { ...rest, type: config.type, schema };
}

/** Rows without an expected value are fine only where no scorer needs one. */
function requireExpected(configs: readonly ScorerConfig[], testset: TestSet): void {
  const needing = configs.filter((config) => needsExpected(config, testset));
  const bare = testset.cases.filter((row) => row.expected === undefined);
  const [first] = bare;
  if (needing.length === 0 || !first) return;
  if (bare.length === testset.cases.length) throw noExpected(testset);
  const lines = bare.map((row) => row.line);
  const shownLines = `${lines.slice(0, 10).join(', ')}${lines.length > 10 ? ` and ${lines.length - 10} more` : ''}`;
  throw new HoneError({
    reason: 'bad-test-set',
    message: `${testset.path}:${first.line}: The scorer "${typesOf(needing)}" needs an expected value, and the rows at these lines have none: ${shownLines}.`,
    nextStep: 'Fill in the expected values, or take those rows out.',
    place: { file: testset.path, line: first.line },
  });
}

function noExpected(testset: TestSet): HoneError {
  const columns = testset.columns.map((column) => `"${column}"`).join(', ');
  return new HoneError({
    reason: 'bad-test-set',
    message:
      testset.expectedColumn === undefined
        ? `No column of ${testset.path} can be told to hold the expected answer; its columns are ${columns}.`
        : `No row of ${testset.path} has an expected value in the column "${testset.expectedColumn}".`,
    nextStep:
      'Name the column "expected", say which one it is in hone.yaml under "columns: { expected: … }", or set scorers there that need none.',
    place: { file: testset.path },
  });
}

/** Gives a faulty configuration its place: the entry of hone.yaml, or the prompt file that says how to score. */
async function placed<T>(
  work: () => Promise<T>,
  entry: PromptConfig | undefined,
  document: PromptDocument,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!HoneError.is(error, 'bad-config') || error.place.file !== undefined) throw error;
    if (entry) throw badConfig(entry.line, error.message, error.nextStep, error);
    throw new HoneError({
      reason: 'bad-config',
      message: `${document.path}: ${error.message}`,
      nextStep: error.nextStep,
      place: { file: document.path },
      cause: error,
    });
  }
}
