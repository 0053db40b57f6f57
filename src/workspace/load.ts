import path from 'node:path';
import { parse } from 'yaml';
import { HoneError } from '../core/errors.js';
import { decodeText, type PromptDocument } from '../core/prompt.js';
import type { PriceTable } from '../core/run.js';
import type { Scorer } from '../core/scoring.js';
import { isLabelled, type TestCase, type TestSet } from '../core/testset.js';
import type { Wishes } from '../core/wishes.js';
import { sectionSpan } from '../formats/index.js';
import {
  createScorers,
  inferScorers,
  needsExpected,
  scorerFromSettings,
  scorersFromEvaluators,
  type ScorerConfig,
} from '../scorers/index.js';
import { embeddedTestSet } from '../testsets/index.js';
import { badConfig, readConfig, type Config, type PromptConfig, type SplitSettings } from './config.js';
import { insideRoot, readBytes, shownPath } from './files.js';
import { loadTestFile, referenceOpener, type TestFileOptions } from './testFile.js';
import { pairTests, testNames, type Pairing } from './pair.js';
import { hasRows } from './readings.js';
import { readPromptFile } from './references.js';

/** Who chose the scorers: hone.yaml, the prompt file, the rows with assertions of their own, or Hone by the rows' look. */
export type ScorersOrigin = 'config' | 'prompt' | 'rows' | 'inferred';

/** Everything an evaluation needs, loaded and checked: no call has been made yet. */
export interface PromptTask {
  readonly root: string;
  readonly document: PromptDocument;
  readonly testset: TestSet;
  /** Complete in themselves: files that they name are read in. */
  readonly scorerConfigs: readonly ScorerConfig[];
  readonly scorersFrom: ScorersOrigin;
  readonly scorers: readonly Scorer[];
  /** How hone.yaml wants rows divided; absent where it says nothing. */
  readonly splits?: SplitSettings;
  /** What hone.yaml says of runs on this prompt; absent where it says nothing. */
  readonly defaults?: RunDefaults;
  /** Prices of models as hone.yaml has them; absent where it says nothing. */
  readonly prices?: PriceTable;
  /** Notes for people: how tests were paired, columns mapped, scorers inferred. */
  readonly notes: readonly string[];
}

/** What a run goes by where it is not told otherwise. */
export interface RunDefaults {
  readonly strategy?: string;
  /** Settings of that strategy, or of the default one. */
  readonly settings?: Readonly<Record<string, number | string | boolean>>;
  readonly wishes?: Wishes;
  readonly traceCharacters?: number;
}

export interface LoadOptions {
  /** The user's pick, relative to the root or absolute; goes before hone.yaml and pairing by name. */
  readonly tests?: string;
  /** Whether code of the workspace, such as a custom scorer, may run. Default true: who names a folder trusts it. */
  readonly trusted?: boolean;
  /** Instead of what hone.yaml says. */
  readonly config?: Config;
  /** A span of the prompt that is meant, where a file holds several. Default: the one that is edited by default. */
  readonly span?: string | undefined;
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
  const {
    root: absoluteRoot,
    document,
    entry,
    prices,
    pairing,
    notes,
  } = await findTests(root, promptPath, options);
  const found = await placed(() => loadTests(absoluteRoot, document, pairing, entry), entry, document);
  const { configs, reason, origin } = await chooseScorers(absoluteRoot, document, found, entry);
  const trusted = options.trusted ?? true;
  const build = async () => {
    const rows = labelledRows(configs, found);
    return { ...rows, scorers: await createScorers(configs, rows.testset, { root: absoluteRoot, trusted }) };
  };
  const { testset, setAside, scorers } = await placed(build, entry?.scorers && entry, document);
  return {
    root: absoluteRoot,
    document,
    testset,
    scorerConfigs: configs,
    scorersFrom: origin,
    scorers,
    ...(entry?.splits === undefined ? {} : { splits: entry.splits }),
    ...(entry && { defaults: runDefaults(entry) }),
    ...(prices && { prices }),
    notes: [
      ...notes,
      reason,
      ...setAside,
      ...testset.problems.map(({ message, line }) =>
        line === undefined ? message : `${testset.path}:${line}: ${message}`,
      ),
    ],
  };
}

function runDefaults({
  strategy,
  settings,
  guidance,
  pinned,
  maxWords,
  traceCharacters,
}: PromptConfig): RunDefaults {
  const wishes: Wishes = {
    ...(guidance !== undefined && { guidance }),
    ...(pinned && { pinned }),
    ...(maxWords !== undefined && { maxWords }),
  };
  return {
    ...(strategy !== undefined && { strategy }),
    ...(settings && { settings }),
    ...(Object.keys(wishes).length > 0 && { wishes }),
    ...(traceCharacters !== undefined && { traceCharacters }),
  };
}

/** A prompt with its entry in hone.yaml and the place of its test set, which is not read yet. */
export interface FoundTests {
  readonly root: string;
  readonly document: PromptDocument;
  readonly entry: PromptConfig | undefined;
  readonly prices: PriceTable | undefined;
  readonly pairing: Pairing;
  /** For people: how the tests were found, and which prompt is meant. */
  readonly notes: readonly string[];
}

/** @throws HoneError as {@link loadTask} does, for what comes before the test set */
export async function findTests(
  root: string,
  promptPath: string,
  options: LoadOptions = {},
): Promise<FoundTests> {
  const absoluteRoot = path.resolve(root);
  const promptFile = path.resolve(absoluteRoot, promptPath);
  const config = options.config ?? (await readConfig(absoluteRoot));
  const entry = config.prompts.find((each) => path.resolve(absoluteRoot, each.path) === promptFile);
  const { document, namedBy, note } = await readPromptFile(absoluteRoot, promptFile, {
    span: options.span ?? sectionSpan(entry?.section),
    orDefault: true,
  });
  const pairing =
    options.tests === undefined
      ? await pairTests(absoluteRoot, promptFile, hasRows(document), entry, undefined, namedBy)
      : picked(absoluteRoot, promptFile, options.tests);
  if (!pairing) throw noTestSet(document);
  const notes = [pairing.note, ...(note === undefined ? [] : [note])];
  return { root: absoluteRoot, document, entry, prices: config.prices, pairing, notes };
}

function picked(root: string, promptFile: string, tests: string): Pairing {
  const file = path.resolve(root, tests);
  return { file, embedded: file === promptFile, note: `Tests: ${shownPath(root, file)}, as picked.` };
}

async function loadTests(
  root: string,
  document: PromptDocument,
  pairing: Pairing,
  entry: PromptConfig | undefined,
): Promise<TestSet> {
  const options = testFileOptions(root, pairing, entry);
  // A promptfoo configuration is a test file as well, with default tests, scenarios and files of tests.
  if (!pairing.embedded || document.embedded?.kind === 'promptfoo')
    return loadTestFile(root, pairing.file, document, options);
  const testset = embeddedTestSet(document, options.mapping, { open: referenceOpener(root) });
  if (testset) return testset;
  throw noTestSet(document);
}

/** The columns and limits of hone.yaml are those of the test set that it names, not of another one that was picked. */
export function testFileOptions(
  root: string,
  pairing: Pairing,
  entry: PromptConfig | undefined,
): TestFileOptions {
  const isOther = entry?.tests !== undefined && path.resolve(root, entry.tests) !== pairing.file;
  if (!entry || isOther) return {};
  return {
    ...(entry.columns && { mapping: entry.columns }),
    ...(entry.testsLimit !== undefined && { limit: entry.testsLimit }),
    ...(entry.testsHeader !== undefined && { header: entry.testsHeader }),
  };
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
): Promise<{
  readonly configs: readonly ScorerConfig[];
  readonly reason: string;
  readonly origin: ScorersOrigin;
}> {
  if (entry?.scorers && entry.scorers.length > 0) {
    const configs = await Promise.all(entry.scorers.map((config) => withSchema(root, config, entry.line)));
    return { configs, reason: `Scored by ${typesOf(configs)}, as hone.yaml says.`, origin: 'config' };
  }
  const ofFormat = scorerFromSettings(document.settings);
  const { embedded } = document;
  const ofEvaluators =
    embedded && embedded.kind !== 'promptfoo'
      ? scorersFromEvaluators(embedded.evaluators, document.path)
      : [];
  const ofPrompt = [...ofEvaluators, ...(ofFormat ? [ofFormat] : [])];
  if (ofPrompt.length > 0) {
    const reason = `Scored by ${typesOf(ofPrompt)}, as the prompt file says.`;
    return { configs: ofPrompt, reason, origin: 'prompt' };
  }
  const asserting = testset.cases.filter((row) => row.asserts !== undefined).length;
  if (asserting > 0) {
    const rows = `${asserting} row${asserting === 1 ? '' : 's'}`;
    const reason = `Scored by the assertions in ${rows} of ${testset.path}.`;
    return { configs: [], reason, origin: 'rows' };
  }
  const inferred = inferScorers(testset);
  if (inferred.configs.length === 0 && testset.cases.some((row) => row.asserts !== undefined))
    return { configs: [], reason: "Scored by the rows' own assertions.", origin: 'rows' };
  if (inferred.configs.length > 0) {
    return {
      configs: inferred.configs,
      reason: `Scored by ${typesOf(inferred.configs)}: ${inferred.reason}`,
      origin: 'inferred',
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

/** Rows whose lines a note names one by one. */
const NAMED_LINES = 10;

/**
 * The rows that the scorers can judge. Others have no right answer to be held against: they are set aside, so that they
 * count neither as passed nor as failed.
 * @throws HoneError `bad-test-set` when no row is left
 */
function labelledRows(
  configs: readonly ScorerConfig[],
  testset: TestSet,
): { readonly testset: TestSet; readonly setAside: readonly string[] } {
  const needing = configs.filter((config) => needsExpected(config, testset));
  const canJudge = (row: TestCase) => {
    if (configs.length === 0) return row.asserts !== undefined;
    return needing.length === 0 || isLabelled(row);
  };
  const cases = testset.cases.filter(canJudge);
  if (cases.length === 0) throw noExpected(testset);
  if (cases.length === testset.cases.length) return { testset, setAside: [] };
  const lines = testset.cases.filter((row) => !canJudge(row)).map((row) => row.line);
  const shown = lines.slice(0, NAMED_LINES).join(', ');
  const more = lines.length > NAMED_LINES ? ` and ${lines.length - NAMED_LINES} more` : '';
  const what = configs.length === 0 ? 'assertion' : 'expected value';
  const note = `${lines.length} of ${testset.cases.length} rows of ${testset.path} have no ${what} and are not used (lines ${shown}${more}).`;
  return { testset: { ...testset, cases }, setAside: [note] };
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
