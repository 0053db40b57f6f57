import { HoneError } from '../core/errors.js';
import type { Feedback } from '../core/scoring.js';
import { badScorer, directional, failed, PASSED, type ScorerConfig, type ScorerFamily } from './family.js';
import { expectedTexts, shown } from './text.js';
import { expectedOf } from './wanted.js';

/**
 * The last number of the answer is the expected one, within a tolerance. 0 or 1. Thousands may be parted by commas.
 * Of an expected text that holds several numbers, too, the last one counts.
 */
export const number: ScorerFamily = {
  type: 'number',
  options: {
    tolerance: {
      kind: 'tolerance',
      meaning:
        'How far off the answer may be: a number, or a share of the expected value such as "5%". Default 0.',
    },
    alone: { kind: 'flag', meaning: 'The answer must be the number and nothing else. Default false.' },
  },
  needsExpected: () => true,
  create(id, config, testset) {
    const margin = marginOf(config);
    for (const row of testset.cases) {
      if (
        row.expected === undefined ||
        expectedTexts(row.expected).every((text) => lastNumber(text) !== undefined)
      )
        continue;
      throw new HoneError({
        reason: 'bad-test-set',
        message: `${testset.path}:${row.line}: The expected value ${shown(expectedTexts(row.expected).join(', '))} is no number, and the scorer "${id}" needs one.`,
        nextStep: 'Correct the row, or choose another scorer in hone.yaml.',
        place: { file: testset.path, line: row.line },
      });
    }
    return {
      feedbackKind: 'directional',
      judge(input) {
        const expected = expectedOf(input, id).map((text) => lastNumber(text)!);
        const given = numbersIn(input.output);
        const last = given.at(-1);
        const fits = (value: number) => expected.some((each) => within(value, each, margin(each)));
        if (last !== undefined && fits(last)) {
          if (config.alone !== true || isBareNumber(input.output)) return PASSED;
          return failed(0, [
            directional(
              id,
              'unit-or-text',
              `said ${shown(input.output)}: the number is right, and other text stands beside it`,
              'Answer with the number alone, without a unit or other words.',
            ),
          ]);
        }
        return failed(0, [
          missFeedback(id, nearest(expected, last ?? 0), last, given.some(fits), input.output),
        ]);
      },
    };
  },
};

function missFeedback(
  id: string,
  expected: number,
  last: number | undefined,
  occurs: boolean,
  output: string,
): Feedback {
  if (last === undefined) {
    const what = output.trim() === '' ? 'gave no answer' : `said ${shown(output)}, which has no number,`;
    return directional(
      id,
      'none',
      `${what} where ${expected} was expected`,
      'Always give the result as a number in digits.',
    );
  }
  const text = `said ${last} where ${expected} was expected`;
  if (occurs) {
    return directional(
      id,
      'not-last',
      `${text}: the right number stands earlier in the answer`,
      'End the answer with the result, and let no other number follow it.',
    );
  }
  if (last === -expected) {
    return directional(
      id,
      'sign',
      `${text}: the sign is wrong`,
      'Check whether the result is positive or negative.',
    );
  }
  if (isScaled(last, expected)) {
    return directional(
      id,
      'scale',
      `${text}: off by a power of ten`,
      'Give the result in the unit that is asked for; watch percents, thousands and decimals.',
    );
  }
  if (isRounded(last, expected)) {
    return directional(
      id,
      'rounding',
      `${text}: only the rounding differs`,
      'Give the result with as many decimals as are asked for, and round it only at the end.',
    );
  }
  const off = Math.abs(last - expected);
  return last < expected
    ? directional(
        id,
        'too-low',
        `${text}, ${short(off)} too low`,
        'Work through every step: results come out too low, so check that nothing is left out.',
      )
    : directional(
        id,
        'too-high',
        `${text}, ${short(off)} too high`,
        'Work through every step: results come out too high, so check that nothing is counted twice.',
      );
}

function marginOf(config: ScorerConfig): (expected: number) => number {
  const { tolerance = 0 } = config as { tolerance?: number | string };
  const share =
    typeof tolerance === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(tolerance)?.[1] : undefined;
  const absolute = typeof tolerance === 'string' && tolerance.trim() !== '' ? Number(tolerance) : tolerance;
  if (share !== undefined) return (expected) => (Math.abs(expected) * Number(share)) / 100;
  if (typeof absolute !== 'number' || !(absolute >= 0)) {
    throw badScorer(
      config,
      `its tolerance "${tolerance}" is not a number from 0 up or a percentage.`,
      'Write 0.5 or "5%".',
    );
  }
  return () => absolute;
}

/** Sums such as 0.1 + 0.2 must not fail by their last binary digit. */
function within(value: number, expected: number, margin: number): boolean {
  return Math.abs(value - expected) <= margin + 1e-9 * Math.max(1, Math.abs(expected));
}

const GROUPED = String.raw`\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?`;
const PLAIN = String.raw`(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+(?![\w.]))?`;
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\d.])(?:(?<![)\]])[-+−])?(?:\p{Sc}\s?)?(?:${GROUPED}|${PLAIN})`,
  'gu',
);

/** Numbers in digits, in order. A minus sign counts where no letter or digit stands before it. */
export function numbersIn(text: string): number[] {
  return [...text.matchAll(NUMBER)].map(([match]) =>
    Number(match.replace('−', '-').replace(/[\s,+]|\p{Sc}/gu, '')),
  );
}

/** The last number of a text; undefined when it has none. */
export function lastNumber(text: string): number | undefined {
  return numbersIn(text).at(-1);
}

/** Whether a text is one number, with a sign or thousands separators at most. */
export function isBareNumber(text: string): boolean {
  return new RegExp(`^[-+−]?(?:${GROUPED}|${PLAIN})$`, 'u').test(text.trim());
}

function nearest(candidates: readonly number[], value: number): number {
  return [...candidates].sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0]!;
}

function isScaled(value: number, expected: number): boolean {
  if (value === 0 || expected === 0) return false;
  const power = Math.log10(value / expected);
  return Math.abs(power) > 0.5 && Math.abs(power - Math.round(power)) < 1e-9;
}

/** Whether one of two numbers is the other one with fewer decimals, rounded or cut. */
function isRounded(a: number, b: number): boolean {
  const [coarse, fine] = decimals(a) < decimals(b) ? [a, b] : [b, a];
  if (decimals(coarse) === decimals(fine)) return false;
  const unit = 10 ** decimals(coarse);
  const scaled = fine * unit;
  return [Math.round(scaled), Math.trunc(scaled)].some((each) => Math.abs(each - coarse * unit) < 1e-6);
}

function decimals(value: number): number {
  return /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
