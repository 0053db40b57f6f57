import type { Judgement } from '../../core/scoring.js';
import { directional, plain } from '../family.js';
import { askJudge, judgeData, judgeFeedback, judgeNumber, ownMessages, unusable } from '../judges/ask.js';
import {
  criterionMessages,
  factualityMessages,
  rubricMessages,
  stepsMessages,
  stepwiseMessages,
} from '../judges/prompts.js';
import { isMapping } from '../jsonText.js';
import { clamp, textValue, textValues, type AssertionCall, type AssertionKind } from './kind.js';
import { fillText } from './values.js';

/** The judge's answer to our own messages, or to those that the assertion brings. */
async function answerOf(
  call: AssertionCall,
  ours: () => Parameters<typeof askJudge>[1],
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { id, assertion, input, context, signal } = call;
  const messages =
    assertion.rubricPrompt === undefined
      ? ours()
      : ownMessages(id, assertion.rubricPrompt, (text) => fillText(text, input, id, values));
  return askJudge(id, messages, context, signal);
}

const rubric: AssertionKind = {
  types: ['llm-rubric'],
  meaning: 'A judge model says whether the answer meets the rubric, with a score and a reason.',
  feedbackKind: 'directional',
  value: 'required',
  judgeCalls: () => 1,
  async judge(call) {
    const { id, value, output, inverse, assertion } = call;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const answer = await answerOf(call, () => rubricMessages(text, output), { rubric: text, output });
    const data = judgeData(id, answer, ['pass', 'score', 'reason']);
    const passed = verdictOf(data);
    if (passed === undefined) throw unusable(id, 'gave neither a verdict nor a score', answer);
    const score = judgeNumber(data.score) ?? Number(passed);
    const { threshold } = assertion;
    const meets = passed && (threshold === undefined || score >= threshold);
    const pass = meets !== inverse;
    const fallback = `the judge gave ${score}${threshold === undefined ? '' : `, threshold ${threshold}`}`;
    return {
      value: clamp(inverse ? 1 - score : score),
      pass,
      feedback: pass ? [] : [judgeFeedback(id, 'not-met', data, fallback)],
    };
  },
};

/** What a judge said: a score alone counts as passed, as in promptfoo. Undefined when it said neither yes nor no. */
function verdictOf(data: Readonly<Record<string, unknown>>): boolean | undefined {
  const { pass } = data;
  if (typeof pass === 'boolean') return pass;
  if (pass === undefined || pass === null) return judgeNumber(data.score) === undefined ? undefined : true;
  const word = typeof pass === 'string' ? pass.trim() : JSON.stringify(pass);
  if (/^(?:true|yes|pass|y)$/i.test(word)) return true;
  return /^(?:false|no|fail|n)$/i.test(word) ? false : undefined;
}

/** Steps are worked out once for each criterion and judge. */
const stepsOf = new WeakMap<object, Map<string, Promise<readonly string[]>>>();

async function evaluationSteps(call: AssertionCall, criterion: string): Promise<readonly string[]> {
  const { id, context, signal, assertion } = call;
  const asked = async () => {
    const own = isMapping(assertion.rubricPrompt) ? assertion.rubricPrompt.steps : undefined;
    const messages =
      own === undefined
        ? stepsMessages(criterion)
        : ownMessages(id, own, (text) => fillText(text, call.input, id, { criteria: criterion }));
    const answer = await askJudge(id, messages, context, signal);
    const { steps } = judgeData(id, answer, ['steps']);
    if (
      Array.isArray(steps) &&
      steps.length > 0 &&
      steps.every((step) => typeof step === 'string' && step.trim() !== '')
    )
      return steps as readonly string[];
    throw unusable(id, 'gave no steps', answer);
  };
  const known = stepsOf.get(context) ?? new Map<string, Promise<readonly string[]>>();
  stepsOf.set(context, known);
  const key = JSON.stringify([criterion, assertion.rubricPrompt]);
  const steps = known.get(key) ?? asked();
  known.set(key, steps);
  try {
    return await steps;
  } catch (error) {
    known.delete(key);
    throw error;
  }
}

const BEST = 10;

const stepwise: AssertionKind = {
  types: ['g-eval'],
  meaning: 'A judge model works out steps for a criterion and rates the answer from 0 to 10 (threshold 0.7).',
  feedbackKind: 'directional',
  value: 'required',
  judgeCalls: ({ value }) => (Array.isArray(value) ? 2 * value.length : 2),
  async judge(call) {
    const { id, input, output, inverse, assertion, context, signal } = call;
    const criteria = textValues(call);
    const scores: number[] = [];
    const rated: Readonly<Record<string, unknown>>[] = [];
    for (const criterion of criteria) {
      const steps = await evaluationSteps(call, criterion);
      const own = isMapping(assertion.rubricPrompt) ? assertion.rubricPrompt.evaluate : undefined;
      const values = {
        criteria: criterion,
        steps: steps.join('\n- '),
        maxScore: BEST,
        input: input.prompt ?? '',
        output,
      };
      const messages =
        own === undefined
          ? stepwiseMessages(criterion, steps, input.prompt ?? '', output)
          : ownMessages(id, own, (text) => fillText(text, input, id, values));
      const answer = await askJudge(id, messages, context, signal);
      const data = judgeData(id, answer, ['score']);
      const score = judgeNumber(data.score);
      if (score === undefined || score < 0 || score > BEST)
        throw unusable(id, `gave no score from 0 to ${BEST}`, answer);
      scores.push(score / BEST);
      rated.push(data);
    }
    const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length;
    const threshold = assertion.threshold ?? 0.7;
    const pass = mean >= threshold !== inverse;
    const low = rated.filter((_, index) => inverse || scores[index]! < threshold);
    return {
      value: clamp(inverse ? 1 - mean : mean),
      pass,
      feedback: pass
        ? []
        : low.map((data) =>
            judgeFeedback(id, 'low', data, `rated ${mean.toFixed(2)}, threshold ${threshold}`),
          ),
    };
  },
};

const CATEGORIES: Readonly<
  Record<
    string,
    { readonly key: string; readonly score: number; readonly text: string; readonly direction: string }
  >
> = {
  A: {
    key: 'subset',
    score: 1,
    text: 'leaves out facts of the expected answer',
    direction: 'Answer in full: leave out none of the facts that belong to the answer.',
  },
  B: {
    key: 'superset',
    score: 1,
    text: 'says more than the expected answer',
    direction: 'Say only what belongs to the answer; add no further facts.',
  },
  C: {
    key: 'agree',
    score: 1,
    text: 'has the facts of the expected answer',
    direction: 'Keep the facts as they are.',
  },
  D: {
    key: 'disagree',
    score: 0,
    text: 'contradicts the expected answer',
    direction: 'Check every fact against the input before you state it.',
  },
  E: {
    key: 'differButFactual',
    score: 1,
    text: 'differs from the expected answer, though not in its facts',
    direction: 'Keep to the form of the expected answers.',
  },
};

const factuality: AssertionKind = {
  types: ['factuality', 'model-graded-factuality'],
  meaning: 'A judge model compares the facts of the answer with those of the value.',
  feedbackKind: 'directional',
  value: 'required',
  noInverse: 'promptfoo judges it as if the "not-" were not there',
  judgeCalls: () => 1,
  async judge(call): Promise<Judgement> {
    const { id, input, output, assertion } = call;
    const expected = textValue(call);
    const question = input.prompt ?? '';
    const answer = await answerOf(call, () => factualityMessages(question, expected, output), {
      input: question,
      ideal: expected,
      completion: output,
    });
    const data = judgeData(id, answer, ['category']);
    const letter = /^\s*\(?([A-E])\b/i.exec(String(data.category))?.[1]?.toUpperCase();
    const category = CATEGORIES[letter ?? ''];
    if (!category) throw unusable(id, 'chose none of the categories A to E', answer);
    const own =
      isMapping(assertion.config) && isMapping(assertion.config.factuality)
        ? assertion.config.factuality
        : {};
    const score = judgeNumber(own[category.key]) ?? category.score;
    const pass = score > 0;
    const reason =
      typeof data.reason === 'string' && data.reason.trim() !== '' ? `: ${data.reason.trim()}` : '';
    const advice =
      typeof data.advice === 'string' && data.advice.trim() !== '' ? data.advice.trim() : category.direction;
    return {
      value: clamp(score),
      pass,
      feedback: pass ? [] : [directional(id, category.key, `${category.text}${reason}`, advice)],
    };
  },
};

const closedQa: AssertionKind = {
  types: ['model-graded-closedqa'],
  meaning: 'A judge model says Y or N to whether the answer meets the criterion.',
  feedbackKind: 'non-directional',
  value: 'required',
  noInverse: 'promptfoo judges it as if the "not-" were not there',
  judgeCalls: () => 1,
  async judge(call) {
    const { id, input, output } = call;
    const criterion = textValue(call);
    const question = input.prompt ?? '';
    const answer = await answerOf(call, () => criterionMessages(question, criterion, output), {
      input: question,
      criteria: criterion,
      completion: output,
    });
    const verdict = /([YN])[\s.*"'`)]*$/.exec(answer)?.[1];
    if (verdict === undefined) throw unusable(id, 'ended with neither Y nor N', answer);
    if (verdict === 'Y') return { value: 1, pass: true, feedback: [] };
    const reason = answer.replace(/\s*\S*[YN][\s.*"'`)]*$/, '').trim();
    return {
      value: 0,
      pass: false,
      feedback: [plain(id, 'not-met', reason === '' ? `does not meet the criterion: ${criterion}` : reason)],
    };
  },
};

export const JUDGED_KINDS: readonly AssertionKind[] = [rubric, stepwise, factuality, closedQa];
