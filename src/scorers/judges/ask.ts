import type { ChatMessage, Role } from '../../core/prompt.js';
import type { Feedback } from '../../core/scoring.js';
import { jsonObjects } from '../assertions/structure.js';
import type { ScorerContext } from '../context.js';
import { directional, plain, scorerFailed } from '../family.js';
import { isMapping } from '../jsonText.js';
import { shown } from '../text.js';

/** Asks the judge model. Raises `scorer-failed` when there is none, and what the model raises. */
export async function askJudge(
  scorer: string,
  messages: readonly ChatMessage[],
  context: ScorerContext,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (!context.judge) {
    throw scorerFailed(
      scorer,
      'there is no judge model.',
      'Choose one (--judge-model), or a scorer that needs none.',
    );
  }
  return context.judge(messages, signal ? { signal } : {});
}

/** The error of a judge's answer that cannot be used: the row has no score then. */
export function unusable(scorer: string, fault: string, answer: string) {
  return scorerFailed(
    scorer,
    `the judge ${fault}: ${shown(answer)}.`,
    'Choose another judge model, or make the rubric clearer.',
  );
}

/**
 * The JSON object in a judge's answer, leniently read: words or a code fence around it do not matter. The last object
 * with one of the wanted keys counts, since judges think first. Raises `scorer-failed` when there is none.
 */
export function judgeData(
  scorer: string,
  answer: string,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  const fitting = jsonObjects(answer)
    .filter(isMapping)
    .filter((data) => keys.some((key) => data[key] !== undefined && data[key] !== null));
  const data = fitting.at(-1);
  if (!data) throw unusable(scorer, 'did not answer with the JSON that was asked for', answer);
  return data;
}

/** A number of a judge, also when it is written as text; undefined when it is none. */
export function judgeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Feedback from a judge: its reason, and its advice as the direction when it gives one. */
export function judgeFeedback(
  scorer: string,
  cause: string,
  data: Readonly<Record<string, unknown>>,
  fallback: string,
): Feedback {
  const text = said(data.reason) ?? said(data.reasoning) ?? fallback;
  const advice = said(data.advice);
  return advice === undefined ? plain(scorer, cause, text) : directional(scorer, cause, text, advice);
}

function said(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

const ROLES: readonly Role[] = ['system', 'user', 'assistant'];

/** Messages of a judge's prompt that the user wrote: a chat as JSON or data, or the text of one message. */
export function ownMessages(
  scorer: string,
  prompt: unknown,
  fill: (text: string) => string,
): readonly ChatMessage[] {
  const data = typeof prompt === 'string' ? chatData(prompt) : prompt;
  if (Array.isArray(data)) {
    return (data as readonly unknown[]).map((message) => {
      const { role, content } = isMapping(message) ? message : {};
      const known = ROLES.find((each) => each === role);
      if (known === undefined || typeof content !== 'string') {
        throw scorerFailed(
          scorer,
          "a message of the judge's prompt has no role or no text.",
          'Write { role, content }.',
        );
      }
      return { role: known, content: fill(content) };
    });
  }
  if (typeof prompt !== 'string' || prompt.startsWith('file://')) {
    throw scorerFailed(
      scorer,
      "the judge's prompt is neither a text nor a list of messages.",
      'Write it in place.',
    );
  }
  return [{ role: 'user', content: fill(prompt) }];
}

function chatData(prompt: string): unknown {
  if (!prompt.trim().startsWith('[')) return undefined;
  try {
    return JSON.parse(prompt);
  } catch {
    return undefined;
  }
}
