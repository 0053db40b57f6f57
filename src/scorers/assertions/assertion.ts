import { HoneError } from '../../core/errors.js';
import {
  weightedMean,
  type FeedbackKind,
  type Judgement,
  type ScorePart,
  type ScoringInput,
} from '../../core/scoring.js';
import type { Assertion } from '../../core/testset.js';
import type { ScorerContext } from '../context.js';
import { scorerFailed } from '../family.js';
import { transformByCode } from './code.js';
import type { AssertionKind } from './kind.js';
import { ASSERTION_KINDS, kindOf, refusalOf } from './registry.js';
import { metricName, simpleTransform, transformed } from './transform.js';
import { fillValue, refersToExpected } from './values.js';

/** The type that holds further assertions. */
export const ASSERT_SET = 'assert-set';

/** What is wrong with an assertion, apart from any row. */
export interface AssertionFault {
  readonly fault: string;
  readonly nextStep: string;
}

/** Whether an assertion can be judged at all; undefined when it can. */
export function assertionFault(assertion: Assertion): AssertionFault | undefined {
  if (assertion.type === ASSERT_SET) {
    const members: readonly Assertion[] | undefined = assertion.assert;
    if (!members || members.length === 0)
      return { fault: 'the assert-set holds no assertions.', nextStep: 'List them under "assert".' };
    const nested = members.find((each) => each.type === ASSERT_SET);
    if (nested)
      return { fault: 'an assert-set stands inside another one.', nextStep: 'Put them side by side.' };
    return members.map(assertionFault).find((fault) => fault !== undefined);
  }
  const { type, inverse } = splitType(assertion.type);
  const kind = kindOf(type);
  const known = ASSERTION_KINDS.flatMap((each) => each.types);
  if (!kind) {
    const why = refusalOf(type);
    return why === undefined
      ? {
          fault: `there is no assertion of the type "${assertion.type}".`,
          nextStep: `Use one of: ${known.join(', ')}.`,
        }
      : {
          fault: `the assertion "${assertion.type}" is not supported: ${why}.`,
          nextStep: 'Take it out, or choose another one.',
        };
  }
  if (inverse && kind.noInverse !== undefined)
    return {
      fault: `"${assertion.type}" is not supported: ${kind.noInverse}.`,
      nextStep: 'Say the opposite in its value.',
    };
  if (assertion.weight !== undefined && !(assertion.weight >= 0))
    return {
      fault: `the weight of "${assertion.type}" is below 0.`,
      nextStep: 'Give it a weight of 0 or more.',
    };
  return kind.check?.(assertion);
}

/** The kind of feedback that an assertion gives. */
export function feedbackKindOf(assertion: Assertion): FeedbackKind {
  const members = assertion.type === ASSERT_SET ? (assertion.assert ?? []) : [assertion];
  const kinds = members.map((each) => kindOf(splitType(each.type).type)?.feedbackKind);
  return kinds.includes('directional') ? 'directional' : 'non-directional';
}

/** Requests to the judge model that one answer may need. */
export function judgeCallsOf(assertion: Assertion): number {
  if (assertion.type === ASSERT_SET)
    return (assertion.assert ?? []).reduce((sum, each) => sum + judgeCallsOf(each), 0);
  return kindOf(splitType(assertion.type).type)?.judgeCalls?.(assertion) ?? 0;
}

/** Whether an assertion compares with the row's expected value. */
export function usesExpected(assertion: Assertion): boolean {
  if (assertion.type === ASSERT_SET) return (assertion.assert ?? []).some(usesExpected);
  const kind = kindOf(splitType(assertion.type).type);
  if (assertion.value === undefined) return kind?.value === 'required';
  return refersToExpected(assertion.value);
}

/** Everything that assertions are judged with. */
export interface JudgingOptions {
  readonly context: ScorerContext;
  /** Whether an assertion is the same for many rows; see AssertionCall.shared. */
  readonly isShared: (assertion: Assertion) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Judges one answer by a list of assertions, as promptfoo does: the value is the mean by weights, and all must pass,
 * unless the mean has to reach a threshold. A single assertion of weight 0 always passes.
 * Raises `scorer-failed` when one of them cannot judge the answer, and what a judge model raises.
 */
export async function judgeAll(
  assertions: readonly Assertion[],
  threshold: number | undefined,
  input: ScoringInput,
  options: JudgingOptions,
): Promise<Judgement & { readonly parts: readonly ScorePart[] }> {
  const ids = partIds(assertions, input);
  const judged: { readonly part: ScorePart; readonly judgement: Judgement }[] = [];
  for (const [index, assertion] of assertions.entries()) {
    const judgement = await judgeOne(assertion, ids[index]!, input, options);
    const weight = assertion.weight ?? 1;
    const pass = judgement.pass || isIdle(assertion);
    judged.push({ part: { scorer: ids[index]!, value: judgement.value, pass, weight }, judgement });
  }
  const parts = judged.map(({ part }) => part);
  const value = weightedMean(parts);
  return {
    value,
    pass: threshold === undefined ? parts.every(({ pass }) => pass) : value >= threshold,
    feedback: judged.flatMap(({ part, judgement }) =>
      part.pass && part.weight === 0 ? [] : judgement.feedback,
    ),
    parts,
  };
}

/** An assertion of weight 0 is only looked at; a set of weight 0 still has to pass. */
function isIdle({ type, weight }: Assertion): boolean {
  return weight === 0 && type !== ASSERT_SET;
}

/** A metric's name, else the type; numbered where a name comes again. */
function partIds(assertions: readonly Assertion[], input: ScoringInput): string[] {
  const counts = new Map<string, number>();
  return assertions.map(({ type, metric }) => {
    const name = metric === undefined ? type : metricName(metric, input, type) || type;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}

async function judgeOne(
  assertion: Assertion,
  id: string,
  input: ScoringInput,
  options: JudgingOptions,
): Promise<Judgement> {
  const fault = assertionFault(assertion);
  if (fault) throw scorerFailed(id, fault.fault, fault.nextStep);
  if (assertion.type === ASSERT_SET) {
    const { value, pass, feedback } = await judgeAll(assertion.assert!, assertion.threshold, input, options);
    return { value, pass, feedback };
  }
  const { type, inverse } = splitType(assertion.type);
  const kind = kindOf(type)!;
  const { context, signal } = options;
  const bare = { id, assertion, type, inverse, input, context, signal, output: input.output };
  const value = valueOf(kind, assertion, input, id);
  const output = await transformedOutput(assertion, bare);
  const shared = options.isShared(assertion);
  return kind.judge({ ...bare, value, shared, output });
}

function valueOf(kind: AssertionKind, assertion: Assertion, input: ScoringInput, id: string): unknown {
  // Code is not a text that is filled in: its braces are its own.
  if (kind.runsCode === true) return assertion.value;
  const { value } = assertion;
  const given =
    value === undefined && kind.value === 'required' ? input.expected : fillValue(value, input, id);
  if (typeof given === 'string' && given.startsWith('file://'))
    throw scorerFailed(
      id,
      `its value is the file ${given}, which is not read here.`,
      'Write the value in place.',
    );
  if ((given === undefined || given === null) && kind.value === 'required') {
    const missing = 'it has no value, and the row has no expected one.';
    throw scorerFailed(id, missing, `Give the "${assertion.type}" assertion a value.`);
  }
  return given;
}

async function transformedOutput(
  assertion: Assertion,
  call: Parameters<typeof transformByCode>[1],
): Promise<string> {
  const { transform } = assertion;
  if (transform === undefined) return call.output;
  const simple = simpleTransform(transform);
  if (simple) return transformed(simple, call.output, call.id);
  if (transform.startsWith('file://'))
    throw scorerFailed(
      call.id,
      'its transform is a file, which is not run here.',
      'Write the transform in place.',
    );
  const returned = await transformByCode(transform, call);
  return transformed(() => returned, call.output, call.id);
}

/** A type without its `not-`. */
export function splitType(type: string): { readonly type: string; readonly inverse: boolean } {
  return type.startsWith('not-')
    ? { type: type.slice('not-'.length), inverse: true }
    : { type, inverse: false };
}

/** The error of rows whose assertions cannot be judged. */
export function badAssertion(file: string, line: number, fault: AssertionFault): HoneError {
  return new HoneError({
    reason: 'bad-test-set',
    message: `${file}:${line}: ${fault.fault[0]!.toUpperCase()}${fault.fault.slice(1)}`,
    nextStep: fault.nextStep,
    place: { file, line },
  });
}
