import type { ValidateFunction } from 'ajv';
import { distance } from 'fastest-levenshtein';
import type { Feedback, Judgement, ScoringInput } from '../core/scoring.js';
import { bestAssignment } from './assignment.js';
import { equalsMiss } from './equals.js';
import { directional, plain, scorerFailed, type OptionTable, type ScorerFamily } from './family.js';
import { checkFaults, compileSchema, faultFeedback, shapeFeedback, type SchemaObject } from './json.js';
import { compareJson } from './jsonFields.js';
import { isMapping, readJson, structuredJson } from './jsonText.js';
import { lastNumber } from './number.js';
import { eitherOf, expectedTexts, shown } from './text.js';

/** Above this many characters a comparison letter by letter takes too long. */
const COMPARED_LENGTH = 20_000;

/** 1 less the edit distance as a share of the longer text, in [0, 1]. */
export function levenshteinScore(output: string, expected: string): number {
  const longest = Math.max(output.length, expected.length);
  return longest === 0 ? 1 : 1 - distance(output, expected) / longest;
}

/** 1 less the difference of two numbers as a share of their sizes together, in [0, 1]. */
export function numericScore(output: number, expected: number): number {
  if (output === 0 && expected === 0) return 1;
  return 1 - Math.abs(expected - output) / (Math.abs(expected) + Math.abs(output));
}

/** Likeness of two pieces of data in [0, 1]: the mean over keys and list positions, of texts and numbers by the above. */
export function jsonScore(output: unknown, expected: unknown): number {
  const [a, b] = [unpacked(output), unpacked(expected)];
  if (isMapping(a) && isMapping(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.length === 0
      ? 1
      : keys.reduce((sum, key) => sum + jsonScore(a[key], b[key]), 0) / keys.length;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length === 0 && b.length === 0) return 1;
    const shared = a.slice(0, b.length).map((each: unknown, index) => jsonScore(each, b[index]));
    return shared.reduce((sum, each) => sum + each, 0) / Math.max(a.length, b.length);
  }
  if (typeof a === 'string' && typeof b === 'string') return levenshteinScore(a, b);
  if (typeof a === 'number' && typeof b === 'number') return numericScore(a, b);
  const [noA, noB] = [a === null || a === undefined, b === null || b === undefined];
  if (noA || noB) return noA && noB ? 1 : 0;
  return levenshteinScore(sortedJson(a), sortedJson(b));
}

/** A text that holds a JSON object or list stands for it. */
function unpacked(value: unknown): unknown {
  return typeof value === 'string' ? (structuredJson(value) ?? value) : value;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isMapping(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

/** Whether an answer is the expected text, or the expected data with its keys in the same order. */
export function sameValue(output: string, expected: unknown): boolean {
  if (typeof expected !== 'object')
    return output === (typeof expected === 'string' ? expected : JSON.stringify(expected));
  try {
    return JSON.stringify(JSON.parse(output)) === JSON.stringify(expected);
  } catch {
    return false;
  }
}

/**
 * Likeness of two lists in [0, 1], whatever the order: the sum over the best pairing, divided by the longer length, or by
 * the expected one where further entries do not count.
 */
export function listScore(
  output: readonly string[],
  expected: readonly string[],
  allowExtra: boolean,
): number {
  if (output.length === 0 && expected.length === 0) return 1;
  if (output.length === 0 || expected.length === 0) return 0;
  const likeness = output.map((given) => expected.map((wanted) => levenshteinScore(given, wanted)));
  const pairs = bestAssignment(likeness);
  const sum = pairs.reduce((total, [row, column]) => total + likeness[row]![column]!, 0);
  return Math.min(1, sum / (allowExtra ? expected.length : Math.max(output.length, expected.length)));
}

const THRESHOLD: OptionTable = {
  threshold: { kind: 'number', meaning: 'The least score that passes. Default 1.' },
};

interface Local {
  readonly type: string;
  readonly options?: OptionTable;
  readonly needsExpected?: boolean;
  score(input: ScoringInput, id: string, config: Readonly<Record<string, unknown>>): number;
  feedback(input: ScoringInput, id: string, config: Readonly<Record<string, unknown>>): readonly Feedback[];
}

/** The alternative that is liked best; a list of data is one value only for scorers that compare data. */
function alternatives(input: ScoringInput, id: string): readonly string[] {
  if (input.expected === undefined)
    throw scorerFailed(id, 'the row has no expected value.', 'Add one to the row, or take the row out.');
  const texts = expectedTexts(input.expected);
  const longest = Math.max(input.output.length, ...texts.map((text) => text.length));
  if (longest <= COMPARED_LENGTH) return texts;
  throw scorerFailed(
    id,
    `the texts are longer than ${COMPARED_LENGTH} characters.`,
    'Compare shorter texts.',
  );
}

function nearest(input: ScoringInput, id: string): string {
  const byScore = alternatives(input, id).map(
    (text) => [levenshteinScore(input.output, text), text] as const,
  );
  return byScore.reduce((best, each) => (each[0] > best[0] ? each : best))[1];
}

function numbersOf(input: ScoringInput, id: string): readonly [output: number | undefined, expected: number] {
  const [text = ''] = alternatives(input, id);
  const expected = lastNumber(text);
  if (expected === undefined)
    throw scorerFailed(id, `the expected value ${shown(text)} is no number.`, 'Correct the row.');
  return [lastNumber(input.output), expected];
}

function listOf(value: unknown): readonly string[] | undefined {
  const data = typeof value === 'string' ? structuredJson(value) : value;
  return Array.isArray(data)
    ? data.map((each: unknown) => (typeof each === 'string' ? each : JSON.stringify(each)))
    : undefined;
}

const LOCALS: readonly Local[] = [
  {
    type: 'Levenshtein',
    score: (input, id) => levenshteinScore(input.output, nearest(input, id)),
    feedback: (input, id) => [equalsMiss(id, nearest(input, id), input.output)],
  },
  {
    type: 'ExactMatch',
    score(input, id) {
      const texts = Array.isArray(input.expected) ? alternatives(input, id) : [];
      return Number([input.expected, ...texts].some((each) => sameValue(input.output, each)));
    },
    feedback: (input, id) => [equalsMiss(id, nearest(input, id), input.output)],
  },
  {
    type: 'NumericDiff',
    score(input, id) {
      const [output, expected] = numbersOf(input, id);
      return output === undefined ? 0 : numericScore(output, expected);
    },
    feedback(input, id) {
      const [output, expected] = numbersOf(input, id);
      if (output === undefined)
        return [
          directional(
            id,
            'none',
            `${shown(input.output)} has no number`,
            'Always give the result as a number in digits.',
          ),
        ];
      const low = output < expected;
      return [
        directional(
          id,
          low ? 'too-low' : 'too-high',
          `said ${output} where ${expected} was expected, too ${low ? 'low' : 'high'}`,
          `Results come out too ${low ? 'low: check that nothing is left out' : 'high: check that nothing is counted twice'}.`,
        ),
      ];
    },
  },
  {
    type: 'JSONDiff',
    score: (input, id) => {
      alternatives(input, id);
      return jsonScore(input.output, input.expected);
    },
    feedback(input, id) {
      const reading = readJson(input.output);
      const shape = shapeFeedback(id, reading, input.output);
      if (!('value' in reading)) return shape;
      const { faults } = compareJson(unpacked(input.expected), reading.value, {
        ignoreCase: false,
        tolerance: 0,
      });
      return [...shape, ...faultFeedback(id, faults)];
    },
  },
  {
    type: 'ListContains',
    options: {
      allowExtraEntities: { kind: 'flag', meaning: 'Further entries do not lower the score. Default false.' },
    },
    score: (input, id, config) => {
      const [output, expected] = listsOf(input, id);
      return output === undefined ? 0 : listScore(output, expected, config.allowExtraEntities === true);
    },
    feedback(input, id, config) {
      const [output, expected] = listsOf(input, id);
      if (output === undefined)
        return [
          directional(
            id,
            'no-list',
            `${shown(input.output)} is no JSON list`,
            'Answer with a JSON list and nothing else.',
          ),
        ];
      const missing = expected.filter((each) => !output.includes(each));
      const extra =
        config.allowExtraEntities === true ? [] : output.filter((each) => !expected.includes(each));
      return [
        ...(missing.length === 0
          ? []
          : [
              directional(
                id,
                'missing',
                `${eitherOf(missing.map(shown))} is missing`,
                'List every entry, spelled as in the input.',
              ),
            ]),
        ...(extra.length === 0
          ? []
          : [
              directional(
                id,
                'extra',
                `${eitherOf(extra.map(shown))} does not belong there`,
                'List nothing that was not asked for.',
              ),
            ]),
      ];
    },
  },
];

function listsOf(
  input: ScoringInput,
  id: string,
): readonly [readonly string[] | undefined, readonly string[]] {
  alternatives(input, id);
  const expected = listOf(input.expected) ?? expectedTexts(input.expected!);
  return [listOf(input.output), expected];
}

function localFamily(local: Local): ScorerFamily {
  return {
    type: local.type,
    options: { ...local.options, ...THRESHOLD },
    needsExpected: () => true,
    create(id, config) {
      const threshold = (config.threshold as number | undefined) ?? 1;
      return {
        feedbackKind: 'directional',
        judge(input): Judgement {
          const value = local.score(input, id, config);
          const pass = value >= threshold;
          if (pass) return { value, pass, feedback: [] };
          const feedback = local.feedback(input, id, config);
          const said = `scored ${value.toFixed(2)}, threshold ${threshold}`;
          return { value, pass, feedback: feedback.length > 0 ? feedback : [plain(id, 'low', said)] };
        },
      };
    },
  };
}

const validJson: ScorerFamily = {
  type: 'ValidJSON',
  options: { schema: { kind: 'mapping', meaning: 'A JSON schema that the answer must fit.' } },
  needsExpected: () => false,
  create(id, config) {
    const schema = config.schema as SchemaObject | undefined;
    const check: ValidateFunction | undefined = schema && compileSchema(config, schema);
    return {
      feedbackKind: 'directional',
      judge(input): Judgement {
        const reading = readJson(input.output);
        const isData = reading.kind === 'json' && typeof reading.value === 'object' && reading.value !== null;
        const faults = check && reading.kind === 'json' ? checkFaults(check, reading.value) : [];
        const pass = check ? reading.kind === 'json' && faults.length === 0 : isData;
        if (pass) return { value: 1, pass, feedback: [] };
        const shape = shapeFeedback(id, reading, input.output);
        const bare = directional(
          id,
          'bare-value',
          `${shown(input.output)} is neither an object nor a list`,
          'Answer with a JSON object or list.',
        );
        const feedback = [...shape, ...faultFeedback(id, faults)];
        return { value: 0, pass, feedback: feedback.length > 0 ? feedback : [bare] };
      },
    };
  },
};

/** The local scorers of autoevals, by their names there. */
export const AUTOEVALS: readonly ScorerFamily[] = [...LOCALS.map(localFamily), validJson];
