import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { structuredPatch } from 'diff';
import { HoneError } from '../core/errors.js';
import {
  columnUses,
  embeddedTestTable,
  nearestName,
  type ColumnMapping,
  type ColumnUse,
  type TestTable,
} from '../testsets/index.js';
import { CONFIG_FILE } from './config.js';
import { shownPath } from './files.js';
import { findTests, testFileOptions, type FoundTests, type LoadOptions } from './load.js';
import { withMapping } from './saveMapping.js';
import { readTestTable, referenceOpener } from './testFile.js';

/** A column of a test set with the beginning of its first value. */
export interface SampledColumn {
  readonly name: string;
  readonly sample: string;
}

/** Which columns of a prompt's test set serve what, for people who correct it. */
export interface ColumnView {
  readonly root: string;
  /** Relative to the root, with forward slashes. */
  readonly prompt: string;
  /** As messages name it. */
  readonly testset: string;
  readonly columns: readonly SampledColumn[];
  readonly uses: readonly ColumnUse[];
  /** What hone.yaml says of the columns of this test set. */
  readonly mapping: ColumnMapping;
}

/** Characters of a sample. */
const SAMPLE_LENGTH = 60;

/**
 * Reads what the columns of a prompt's test set are and what they serve.
 * @throws HoneError as loadTask does when the prompt or the test set cannot be read
 */
export async function viewColumns(
  root: string,
  promptPath: string,
  options: Pick<LoadOptions, 'tests' | 'span'> = {},
): Promise<ColumnView> {
  const found = await findTests(root, promptPath, options);
  const { document, entry, pairing } = found;
  const { mapping = {} } = testFileOptions(found.root, pairing, entry);
  const isOther = entry?.tests !== undefined && path.resolve(found.root, entry.tests) !== pairing.file;
  if (isOther) {
    throw new HoneError({
      reason: 'bad-config',
      message: `${CONFIG_FILE}:${entry.line}: The columns there are those of ${entry.tests}, not of ${shownPath(found.root, pairing.file)}.`,
      nextStep: `Name the other test set there under "tests:", then map its columns.`,
      place: { file: CONFIG_FILE, line: entry.line },
    });
  }
  const table = await tableOf(found);
  return {
    root: found.root,
    prompt: document.path,
    testset: shownPath(found.root, pairing.file),
    columns: table.columns.map((name, index) => ({ name, sample: sampleOf(table, index) })),
    uses: columnUses(table, document, mapping),
    mapping,
  };
}

async function tableOf({ root, document, entry, pairing }: FoundTests): Promise<TestTable> {
  const isInside = pairing.embedded && document.embedded?.kind !== 'promptfoo';
  const inside = isInside && embeddedTestTable(document, { open: referenceOpener(root) });
  if (inside) return inside;
  return readTestTable(root, pairing.file, testFileOptions(root, pairing, entry));
}

function sampleOf(table: TestTable, index: number): string {
  const value = table.rows.map((row) => row[index] ?? '').find((each) => each.trim() !== '') ?? '';
  const line = value.trim().replace(/\s+/g, ' ');
  return line.length > SAMPLE_LENGTH ? `${line.slice(0, SAMPLE_LENGTH - 1)}…` : line;
}

/** The columns in the order in which they are offered for a use: the one that serves it, then those that are free. */
export function candidateColumns(view: ColumnView, use: ColumnUse): readonly SampledColumn[] {
  const taken = new Set(view.uses.map((each) => each.column));
  const rank = (name: string) => (name === use.column ? 0 : taken.has(name) ? 2 : 1);
  const names = view.columns.map((column) => column.name);
  const byNearness: string[] = [];
  while (byNearness.length < names.length) {
    byNearness.push(
      nearestName(
        use.name,
        names.filter((name) => !byNearness.includes(name)),
      )!,
    );
  }
  return byNearness
    .sort((a, b) => rank(a) - rank(b))
    .map((name) => view.columns.find((column) => column.name === name)!);
}

/** What no column serves, of what the prompt cannot be sent without. */
export function unservedUses(view: ColumnView): readonly ColumnUse[] {
  return view.uses.filter((use) => use.kind !== 'expected' && use.column === undefined);
}

/**
 * The columns behind an error of loading, when mapping them may be the way out of it: something that the prompt needs is
 * not served, or no column holds the expected answer. Undefined for all other errors.
 */
export async function columnsBehind(
  error: unknown,
  root: string,
  promptPath: string,
  options: Pick<LoadOptions, 'tests' | 'span'> = {},
): Promise<ColumnView | undefined> {
  if (!HoneError.is(error, 'unfilled-placeholder', 'bad-test-set', 'bad-config')) return undefined;
  try {
    const view = await viewColumns(root, promptPath, options);
    return view.uses.some((use) => use.column === undefined) ? view : undefined;
  } catch {
    // The error that is being looked into says more than this one.
    return undefined;
  }
}

/**
 * The mapping of a view with changes put in.
 * @throws HoneError `bad-usage` for a placeholder or a column that there is not
 */
export function changedMapping(view: ColumnView, changes: ColumnMapping): ColumnMapping {
  const placeholders = view.uses.filter((use) => use.kind === 'placeholder').map((use) => use.name);
  const columns = view.columns.map((column) => column.name);
  const vars = Object.entries(changes.vars ?? {});
  for (const [name] of vars) requireName(name, placeholders, 'placeholder', view.prompt);
  if (changes.input !== undefined && placeholders.length > 0) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `${view.prompt} has placeholders, so no column is sent as its input.`,
      nextStep: `Map its placeholders: ${placeholders.join(', ')}.`,
    });
  }
  for (const column of [changes.input, changes.expected, ...vars.map(([, column]) => column)]) {
    if (column !== undefined) requireName(column, columns, 'column', view.testset);
  }
  return {
    ...view.mapping,
    ...changes,
    ...(vars.length > 0 && { vars: { ...view.mapping.vars, ...changes.vars } }),
  };
}

/** A column may be a path into the data of one. */
function requireName(
  name: string,
  names: readonly string[],
  what: 'placeholder' | 'column',
  of: string,
): void {
  const isInside = what === 'column' && names.some((each) => name.startsWith(`${each}.`));
  if (names.includes(name) || isInside) return;
  const nearest = nearestName(name, names);
  throw new HoneError({
    reason: 'bad-usage',
    message: `${of} has no ${what} "${name}"${names.length > 0 ? `; there are: ${names.join(', ')}` : ''}.`,
    nextStep: nearest === undefined ? 'Take it out.' : `Write "${nearest}" if that is the one you mean.`,
  });
}

/**
 * What saving a mapping changes in hone.yaml, as lines that begin with a blank, `+` or `-`; empty when nothing does.
 * @throws HoneError `bad-config` when it cannot be saved
 */
export async function mappingChange(view: ColumnView, mapping: ColumnMapping): Promise<string> {
  const before = await readFile(path.join(view.root, CONFIG_FILE), 'utf8').catch(() => '');
  const after = withMapping(before, view.root, view.prompt, mapping);
  const { hunks } = structuredPatch(CONFIG_FILE, CONFIG_FILE, before, after, undefined, undefined, {
    context: 2,
  });
  return hunks.flatMap((hunk) => hunk.lines.filter((line) => !line.startsWith('\\'))).join('\n');
}
