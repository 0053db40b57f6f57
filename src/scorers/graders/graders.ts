import { l as rougeL } from 'js-rouge';
import type { Feedback, Judgement, ScoringInput } from '../../core/scoring.js';
import type { ChatMessage } from '../../core/prompt.js';
import { bleu, gleu, rougeN } from '../assertions/overlap.js';
import { clamp } from '../assertions/kind.js';
import { fillText } from '../assertions/values.js';
import type { ScorerContext } from '../context.js';
import { equalsMiss } from '../equals.js';
import {
  badScorer,
  directional,
  plain,
  scorerFailed,
  type OptionTable,
  type ScorerConfig,
  type ScorerFamily,
} from '../family.js';
import { isMapping, structuredJson } from '../jsonText.js';
import { askJudge, judgeData, judgeFeedback, judgeNumber, ownMessages, unusable } from '../judges/ask.js';
import { labelMessages, scoreMessages } from '../judges/prompts.js';
import { eitherOf, shown } from '../text.js';
import { lcsRatio } from './likeness.js';

const TEXTS: OptionTable = {
  name: { kind: 'text', meaning: 'The name of the grader.' },
  input: {
    kind: 'text',
    meaning:
      'What is looked at; {{sample.output_text}} stands for the answer, {{item.name}} for a value of the row.',
    required: true,
  },
  reference: {
    kind: 'text',
    meaning: 'What it is compared with, for example {{item.expected}}.',
    required: true,
  },
};

const PASS: OptionTable = {
  pass_threshold: { kind: 'number', meaning: 'The least score that passes. Default half of the range.' },
};

/** Fills in `item` and `sample` as OpenAI's graders name them. */
function fill(text: string, input: ScoringInput, id: string): string {
  const { vars, expected, output } = input;
  const item = { ...(expected !== undefined && { expected }), ...vars };
  const sample = {
    output_text: output,
    output_json: structuredJson(output),
    choices: [{ message: { content: output } }],
  };
  return fillText(text, input, id, { item, sample });
}

function refersToExpected(config: ScorerConfig): boolean {
  return /\{\{-?\s*item\.expected\b|\{\{-?\s*expected\b/.test(JSON.stringify(config));
}

const OPERATIONS: Readonly<Record<string, (input: string, reference: string) => boolean>> = {
  eq: (input, reference) => input === reference,
  ne: (input, reference) => input !== reference,
  like: (input, reference) => input.includes(reference),
  ilike: (input, reference) => input.toLowerCase().includes(reference.toLowerCase()),
};

const stringCheck: ScorerFamily = {
  type: 'string_check',
  options: {
    ...TEXTS,
    operation: {
      kind: 'text',
      meaning: 'eq, ne, like (contains) or ilike (contains, any case).',
      required: true,
      choices: Object.keys(OPERATIONS),
    },
  },
  needsExpected: refersToExpected,
  create(id, config) {
    const operation = config.operation as string;
    return {
      feedbackKind: 'directional',
      judge(row): Judgement {
        const [input, reference] = textsOf(config, row, id);
        if (OPERATIONS[operation]!(input, reference)) return { value: 1, pass: true, feedback: [] };
        return { value: 0, pass: false, feedback: [checkFeedback(id, operation, input, reference)] };
      },
    };
  },
};

function textsOf(config: ScorerConfig, row: ScoringInput, id: string): readonly [string, string] {
  return [fill(config.input as string, row, id), fill(config.reference as string, row, id)];
}

function checkFeedback(id: string, operation: string, input: string, reference: string): Feedback {
  if (operation === 'eq') return equalsMiss(id, reference, input);
  if (operation === 'ne')
    return directional(
      id,
      'unwanted',
      `said ${shown(reference)}, which must not be said`,
      'Leave out what must not be said.',
    );
  return directional(
    id,
    'missing',
    `${shown(reference)} is missing from ${shown(input)}`,
    'Include the expected text, word for word.',
  );
}

const METRICS: Readonly<Record<string, (input: string, reference: string) => number>> = {
  fuzzy_match: lcsRatio,
  bleu: (input, reference) => bleu(input, [reference]),
  gleu: (input, reference) => gleu(input, [reference]),
  rouge_l: (input, reference) =>
    input.trim() === '' || reference.trim() === '' ? 0 : rougeL(input.toLowerCase(), reference.toLowerCase()),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [
      `rouge_${n}`,
      (input: string, reference: string) => rougeN(input, reference, n),
    ]),
  ),
};

const COMPARED_LENGTH = 20_000;

const textSimilarity: ScorerFamily = {
  type: 'text_similarity',
  options: {
    ...TEXTS,
    evaluation_metric: {
      kind: 'text',
      meaning: 'How likeness is measured. "cosine" and "meteor" are not supported: they need other models.',
      required: true,
      choices: Object.keys(METRICS),
    },
    ...PASS,
  },
  needsExpected: refersToExpected,
  create(id, config) {
    const metric = config.evaluation_metric as string;
    const threshold = (config.pass_threshold as number | undefined) ?? 0.5;
    return {
      feedbackKind: 'non-directional',
      judge(row): Judgement {
        const [input, reference] = textsOf(config, row, id);
        if (Math.max(input.length, reference.length) > COMPARED_LENGTH)
          throw scorerFailed(
            id,
            `the texts are longer than ${COMPARED_LENGTH} characters.`,
            'Compare shorter texts.',
          );
        const value = clamp(METRICS[metric]!(input, reference));
        const pass = value >= threshold;
        const text = `${metric} ${value.toFixed(2)} against ${shown(reference)}, threshold ${threshold}`;
        return { value, pass, feedback: pass ? [] : [plain(id, 'dissimilar', text)] };
      },
    };
  },
};

const MODEL: OptionTable = {
  name: { kind: 'text', meaning: 'The name of the grader.' },
  model: { kind: 'text', meaning: "Not used: the run's judge model judges." },
  input: {
    kind: 'any',
    meaning: 'The messages to the judge: a list of { role, content }, or a text.',
    required: true,
  },
  sampling_params: { kind: 'mapping', meaning: 'Not used.' },
};

/** OpenAI's `developer` messages are system messages, and contents may be parts of text. */
function judgeMessages(id: string, raw: unknown, row: ScoringInput): readonly ChatMessage[] {
  const list = Array.isArray(raw)
    ? raw.map((each: unknown) => (isMapping(each) ? plainMessage(each) : each))
    : raw;
  return ownMessages(id, list, (text) => fill(text, row, id));
}

function plainMessage(message: Readonly<Record<string, unknown>>): unknown {
  const { role, content } = message;
  const parts = Array.isArray(content) ? (content as readonly unknown[]) : [content];
  const texts = parts.map((part) => (isMapping(part) ? part.text : part));
  const isText = texts.every((text) => typeof text === 'string');
  return { role: role === 'developer' ? 'system' : role, content: isText ? texts.join('\n') : undefined };
}

async function asked(
  id: string,
  config: ScorerConfig,
  extra: ChatMessage,
  row: ScoringInput,
  context: ScorerContext,
  signal: AbortSignal | undefined,
) {
  const messages = judgeMessages(id, config.input, row);
  return askJudge(id, [extra, ...messages], context, signal);
}

const scoreModel: ScorerFamily = {
  type: 'score_model',
  options: {
    ...MODEL,
    range: { kind: 'numberList', meaning: 'The least and the greatest score. Default [0, 1].' },
    ...PASS,
  },
  needsExpected: refersToExpected,
  judgeCalls: () => 1,
  create(id, config, _testset, context) {
    const [low = 0, high = 1] = (config.range as readonly number[] | undefined) ?? [];
    if (high <= low) throw badScorer(config, 'its range is empty.', 'Write it like [1, 7].');
    const threshold = (config.pass_threshold as number | undefined) ?? (low + high) / 2;
    return {
      feedbackKind: 'directional',
      async judge(row, signal): Promise<Judgement> {
        const answer = await asked(id, config, scoreMessages(low, high), row, context, signal);
        const bare = judgeNumber(answer.trim());
        const data = bare === undefined ? judgeData(id, answer, ['score', 'result']) : { score: bare };
        const score = judgeNumber(data.score) ?? judgeNumber((data as { readonly result?: unknown }).result);
        if (score === undefined || score < low || score > high)
          throw unusable(id, `gave no score from ${low} to ${high}`, answer);
        const pass = score >= threshold;
        const fallback = `the judge gave ${score}, threshold ${threshold}`;
        return {
          value: (score - low) / (high - low),
          pass,
          feedback: pass ? [] : [judgeFeedback(id, 'low', data, fallback)],
        };
      },
    };
  },
};

const labelModel: ScorerFamily = {
  type: 'label_model',
  options: {
    ...MODEL,
    labels: { kind: 'textList', meaning: 'What the judge may choose.', required: true },
    passing_labels: { kind: 'textList', meaning: 'The labels that pass.', required: true },
  },
  needsExpected: refersToExpected,
  judgeCalls: () => 1,
  create(id, config, _testset, context) {
    const labels = config.labels as readonly string[];
    const passing = config.passing_labels as readonly string[];
    const foreign = passing.find((label) => !labels.includes(label));
    if (foreign !== undefined)
      throw badScorer(config, `its passing label "${foreign}" is none of its labels.`, 'Correct it.');
    return {
      feedbackKind: 'directional',
      async judge(row, signal): Promise<Judgement> {
        const answer = await asked(id, config, labelMessages(labels), row, context, signal);
        const known = (text: unknown) =>
          labels.find((each) => typeof text === 'string' && each.toLowerCase() === text.trim().toLowerCase());
        const bare = known(answer);
        const data = bare === undefined ? judgeData(id, answer, ['label', 'result']) : { label: bare };
        const label = known(data.label) ?? known((data as { readonly result?: unknown }).result);
        if (label === undefined) throw unusable(id, `chose none of ${labels.join(', ')}`, answer);
        const pass = passing.includes(label);
        const fallback = `the judge chose "${label}", and only ${eitherOf(passing)} passes`;
        return {
          value: pass ? 1 : 0,
          pass,
          feedback: pass ? [] : [judgeFeedback(id, `chose:${label}`, data, fallback)],
        };
      },
    };
  },
};

/** OpenAI's graders of one kind of input each; the one that combines them is in multi.ts. */
export const SINGLE_GRADERS: readonly ScorerFamily[] = [stringCheck, textSimilarity, scoreModel, labelModel];
