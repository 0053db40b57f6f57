import type { Problem } from '../../core/prompt.js';
import type { Assertion } from '../../core/testset.js';
import { badTestSet, isObject, type RawRow } from '../table.js';
import { fillVars, loadedVars, loadedValue, type FileContext } from './vars.js';

/** One test as a promptfoo file has it. */
export type RawTest = Readonly<Record<string, unknown>>;

/** What holds for all tests of a configuration. */
export interface Suite {
  readonly defaultTest: RawTest;
  /** All of the configuration, into which `$ref: '#/assertionTemplates/name'` leads. */
  readonly root: Readonly<Record<string, unknown>>;
}

/** Rows that the values of one test may multiply to. */
const MAX_COMBINATIONS = 10_000;

/** A test under a scenario's data: vars, options and metadata are merged, assertions follow one another. */
export function mergeTests(outer: RawTest, inner: RawTest): RawTest {
  const both = (key: string) => ({ ...objectOf(outer[key]), ...objectOf(inner[key]) });
  return {
    ...outer,
    ...inner,
    vars: both('vars'),
    options: both('options'),
    metadata: both('metadata'),
    assert: [...listOf(outer.assert), ...listOf(inner.assert)],
  };
}

/**
 * The rows of one test, with what the suite says for all: one per combination of the vars that are lists of texts.
 * @throws HoneError `bad-test-set` for a test that is not one
 */
export function readTest(given: RawTest, suite: Suite, line: number, context: FileContext): RawRow[] {
  const { path, problems } = context;
  const test = referred(given, suite, path, line);
  const { defaultTest } = suite;
  const options = { ...objectOf(defaultTest.options), ...objectOf(test.options) };
  const metadata = { ...objectOf(defaultTest.metadata), ...objectOf(test.metadata) };
  const inherited = options.disableDefaultAsserts === true ? [] : listOf(defaultTest.assert);
  if (test.assert !== undefined && test.assert !== null && !Array.isArray(test.assert)) {
    throw badTestSet(path, line, '"assert" is not a list.', 'Begin each assertion with a dash.');
  }
  const asserts = [...inherited, ...listOf(test.assert)].map((raw) =>
    withOptions(path, line, readAssertion(raw, suite, line, context), options),
  );
  const threshold = test.threshold ?? defaultTest.threshold;
  warnOfCode(test, defaultTest, options, line, problems);
  const vars = {
    ...loadedVars(defaultTest.vars, line, context),
    ...loadedVars(test.vars, line, context),
  };
  const row = {
    line,
    ...(asserts.length > 0 && { asserts }),
    ...(typeof threshold === 'number' && { threshold }),
    ...(typeof test.description === 'string' && { description: test.description }),
    ...(typeof options.prefix === 'string' && { prefix: options.prefix }),
    ...(typeof options.suffix === 'string' && { suffix: options.suffix }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
  const values =
    options.disableVarExpansion === true
      ? new Map(Object.entries(vars).map(([name, value]) => [name, [value]]))
      : spread(vars, line, context);
  return combinations(path, line, values).map((cells) => ({ ...row, cells: fillVars(cells) }));
}

function readAssertion(raw: unknown, suite: Suite, line: number, context: FileContext): Assertion {
  const { path } = context;
  const resolved = isObject(raw) ? referred(raw, suite, path, line) : raw;
  if (!isObject(resolved) || typeof resolved.type !== 'string') {
    throw badTestSet(
      path,
      line,
      'An assertion has no "type".',
      'Write each as "- type: contains" with its value.',
    );
  }
  const { assert, ...rest } = resolved;
  for (const key of ['threshold', 'weight']) {
    if (rest[key] === undefined || typeof rest[key] === 'number') continue;
    throw badTestSet(
      path,
      line,
      `The "${key}" of an assertion is not a number.`,
      'Write it without quotation marks.',
    );
  }
  const nested = Array.isArray(assert)
    ? assert.map((each) => readAssertion(each, suite, line, context))
    : undefined;
  return {
    ...(rest as unknown as Assertion),
    ...(rest.value !== undefined && { value: loadedValue(rest.value, line, context) }),
    ...(nested && { assert: nested }),
  };
}

/** What a reference into the configuration stands for, with what is said beside it. References do not lead to others. */
function referred(raw: RawTest, suite: Suite, path: string, line: number): RawTest {
  const { $ref: reference, ...own } = raw;
  if (typeof reference !== 'string') return raw;
  let at: unknown = reference.startsWith('#/') ? suite.root : undefined;
  for (const step of reference.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Readonly<Record<string, unknown>>)[key]
        : undefined;
  }
  if (isObject(at) && at.$ref === undefined) return { ...at, ...own };
  throw badTestSet(
    path,
    line,
    `"${reference}" leads to nothing that can stand here.`,
    'Define it under assertionTemplates, and refer to it as "#/assertionTemplates/name".',
  );
}

/** What a test says of all its assertions, said of each. */
function withOptions(path: string, line: number, assertion: Assertion, options: RawTest): Assertion {
  const { transform, provider, rubricPrompt } = options;
  if (transform !== undefined && assertion.transform !== undefined) {
    throw badTestSet(
      path,
      line,
      'An assertion has a "transform", and so do the options of its test.',
      'Put both into the one of the assertion.',
    );
  }
  return {
    ...(typeof transform === 'string' && { transform }),
    ...(provider !== undefined && { provider }),
    ...(rubricPrompt !== undefined && { rubricPrompt }),
    ...assertion,
    ...(assertion.assert && {
      assert: assertion.assert.map((each) => withOptions(path, line, each, options)),
    }),
  };
}

function warnOfCode(
  test: RawTest,
  defaultTest: RawTest,
  options: RawTest,
  line: number,
  problems: Problem[],
): void {
  const code = {
    assertScoringFunction: test.assertScoringFunction ?? defaultTest.assertScoringFunction,
    transformVars: options.transformVars,
  };
  for (const [name, value] of Object.entries(code)) {
    if (value === undefined) continue;
    const message = `"${name}" is a program that Hone does not run: the row is scored without it.`;
    problems.push({ severity: 'warning', message, line });
  }
}

/** The values of each variable: promptfoo multiplies by lists of texts, and by the files of a pattern. */
function spread(vars: RawTest, line: number, context: FileContext): Map<string, readonly unknown[]> {
  return new Map(
    Object.entries(vars).map(([name, value]) => {
      const values = Array.isArray(value) && typeof value[0] === 'string' ? (value as unknown[]) : [value];
      return [name, values.flatMap((each) => filesOrValue(each, line, context))];
    }),
  );
}

function filesOrValue(value: unknown, line: number, context: FileContext): unknown[] {
  const loaded = loadedValue(value, line, context);
  return Array.isArray(loaded) && typeof value === 'string' ? (loaded as unknown[]) : [loaded];
}

function combinations(
  path: string,
  line: number,
  values: ReadonlyMap<string, readonly unknown[]>,
): Map<string, unknown>[] {
  const product = [...values.values()].reduce((count, each) => count * each.length, 1);
  if (product > MAX_COMBINATIONS) {
    throw badTestSet(
      path,
      line,
      `The lists under "vars" multiply to ${product.toLocaleString('en')} rows.`,
      `Shorten them: at most ${MAX_COMBINATIONS.toLocaleString('en')} rows can come of one test.`,
    );
  }
  let rows = [new Map<string, unknown>()];
  for (const [name, each] of values)
    rows = rows.flatMap((row) => each.map((value) => new Map([...row, [name, value]])));
  return rows;
}

function objectOf(value: unknown): RawTest {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
