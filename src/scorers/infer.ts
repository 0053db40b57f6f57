import type { Expected, TestSet } from '../core/testset.js';
import type { ScorerConfig } from './family.js';
import { isMapping, structuredJson } from './jsonText.js';
import { isBareNumber } from './number.js';
import { expectedTexts } from './text.js';

/** Scorers that were chosen by looking at the expected values. */
export interface InferredScorers {
  /** Empty when no row has an expected value. */
  readonly configs: readonly ScorerConfig[];
  /** Why these, for people. */
  readonly reason: string;
}

const LABEL_LENGTH = 40;
const MOST_LABELS = 12;
/** Numbers are labels, such as ratings, only where few of them come up again and again. */
const MOST_NUMERIC_LABELS = 5;
const LONG_TEXT = 80;

/** The scorers that fit a test set when nobody configured any: labels, numbers, JSON or text. */
export function inferScorers(testset: TestSet): InferredScorers {
  // Rows with assertions of their own say themselves how they are judged.
  const cases = testset.cases.filter((row) => row.asserts === undefined);
  const expected = cases.flatMap((row) => (row.expected === undefined ? [] : [row.expected]));
  if (expected.length === 0 && cases.length < testset.cases.length)
    return { configs: [], reason: 'The rows bring their own assertions.' };
  if (expected.length === 0)
    return { configs: [], reason: 'No row has an expected value, so no scorer can be chosen.' };
  const texts = expected.flatMap(expectedTexts).map((text) => text.trim());
  const distinct = new Set(texts);
  const areNumbers = texts.every(isBareNumber);
  const [most, repeats] = areNumbers ? [MOST_NUMERIC_LABELS, 4] : [MOST_LABELS, 2];
  const areShort = texts.every((text) => text.length <= LABEL_LENGTH && !text.includes('\n'));
  if (expected.every(isJson)) {
    return { configs: [{ type: 'json' }], reason: 'All expected values are JSON, so fields are compared.' };
  }
  if (areShort && distinct.size >= 2 && distinct.size <= most && distinct.size * repeats <= texts.length) {
    const reason = `The expected values are ${distinct.size} labels (${[...distinct].join(', ')}), so answers must be the label.`;
    return { configs: [{ type: 'label' }], reason };
  }
  if (areNumbers) {
    const reason =
      'All expected values are numbers, so the last number of the answer must be the expected one.';
    return { configs: [{ type: 'number' }], reason };
  }
  const isLong = texts.some((text) => text.length > LONG_TEXT);
  return {
    configs: [{ type: 'equals' }],
    reason: isLong
      ? 'The expected values are long texts. No built-in scorer fits those well: answers must be equal to them, which few free texts are. Choose scorers in hone.yaml.'
      : 'The expected values are texts, so answers must be equal to them.',
  };
}

function isJson(expected: Expected): boolean {
  if (typeof expected === 'string') return structuredJson(expected) !== undefined;
  return isMapping(expected);
}
