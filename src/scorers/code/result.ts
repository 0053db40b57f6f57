import type { Feedback, Judgement } from '../../core/scoring.js';
import { clamp } from '../assertions/kind.js';
import { directional, plain, scorerFailed } from '../family.js';
import { isMapping } from '../jsonText.js';
import { shown } from '../text.js';

export interface ResultRules {
  /** Whether a number passes. */
  readonly passes: (score: number) => boolean;
  readonly inverse?: boolean;
}

/**
 * What code returned, as a judgement: true or false, a number, or `{ score, pass, reason, feedback }`. Scores beyond
 * [0, 1] are brought to its ends. `feedback` says which way to move: a text, `{ text, direction }`, or a list of those.
 * Raises `scorer-failed` for anything else.
 */
export function codeJudgement(
  scorer: string,
  returned: unknown,
  output: string,
  rules: ResultRules,
): Judgement {
  const inverse = rules.inverse === true;
  if (typeof returned === 'boolean') {
    const pass = returned !== inverse;
    return { value: pass ? 1 : 0, pass, feedback: pass ? [] : [scored(scorer, String(returned), output)] };
  }
  if (typeof returned === 'number') {
    const pass = rules.passes(returned) !== inverse;
    return { value: clamp(returned), pass, feedback: pass ? [] : [scored(scorer, String(returned), output)] };
  }
  if (isMapping(returned)) return ofMapping(scorer, returned, output, rules, inverse);
  throw scorerFailed(
    scorer,
    `it returned ${returned === undefined ? 'nothing' : JSON.stringify(returned).slice(0, 80)}.`,
    'Return a number, true or false, or { score, pass, reason, feedback }.',
  );
}

function ofMapping(
  scorer: string,
  returned: Readonly<Record<string, unknown>>,
  output: string,
  rules: ResultRules,
  inverse: boolean,
): Judgement {
  const { score, reason } = returned;
  const given = returned.pass ?? returned.pass_;
  const number = typeof score === 'number' ? score : typeof given === 'boolean' ? Number(given) : undefined;
  if (number === undefined || Number.isNaN(number)) {
    throw scorerFailed(
      scorer,
      'it returned an object without a number as "score".',
      'Return { score, pass, reason }.',
    );
  }
  const pass = (typeof given === 'boolean' ? given : rules.passes(number)) !== inverse;
  const said = typeof reason === 'string' && reason.trim() !== '' ? reason.trim() : undefined;
  const feedback = feedbackOf(scorer, returned.feedback, said);
  if (pass || feedback.length > 0) return { value: clamp(number), pass, feedback: pass ? [] : feedback };
  return {
    value: clamp(number),
    pass,
    feedback: [said === undefined ? scored(scorer, String(number), output) : plain(scorer, 'failed', said)],
  };
}

function scored(scorer: string, result: string, output: string): Feedback {
  return plain(scorer, 'failed', `the scorer gave ${result} for ${shown(output)}`);
}

function feedbackOf(scorer: string, raw: unknown, reason: string | undefined): Feedback[] {
  return (Array.isArray(raw) ? (raw as readonly unknown[]) : [raw]).flatMap((each) => {
    const { text, direction, cause } = isMapping(each)
      ? each
      : { text: undefined, direction: each, cause: undefined };
    const order = typeof direction === 'string' && direction.trim() !== '' ? direction.trim() : undefined;
    const what = typeof text === 'string' && text.trim() !== '' ? text.trim() : (reason ?? order);
    if (what === undefined) return [];
    const kind = typeof cause === 'string' ? cause : (order ?? 'failed');
    return [order === undefined ? plain(scorer, kind, what) : directional(scorer, kind, what, order)];
  });
}
