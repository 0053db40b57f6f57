import type { Problem } from '../../core/prompt.js';
import type { Assertion } from '../../core/testset.js';
import { editDistance } from '../columns.js';

/** The types that promptfoo's cells know (0.123, in its order: of two that fit, the first is taken). */
const TYPES = [
  'agent-rubric',
  'answer-relevance',
  'bleu',
  'classifier',
  'contains',
  'contains-all',
  'contains-any',
  'contains-html',
  'contains-json',
  'contains-sql',
  'contains-xml',
  'context-faithfulness',
  'context-recall',
  'context-relevance',
  'conversation-relevance',
  'cost',
  'equals',
  'factuality',
  'finish-reason',
  'g-eval',
  'gleu',
  'guardrails',
  'icontains',
  'icontains-all',
  'icontains-any',
  'is-html',
  'is-json',
  'is-refusal',
  'is-sql',
  'is-valid-function-call',
  'is-valid-openai-function-call',
  'is-valid-openai-tools-call',
  'is-xml',
  'javascript',
  'latency',
  'levenshtein',
  'llm-rubric',
  'pi',
  'meteor',
  'model-graded-closedqa',
  'model-graded-factuality',
  'moderation',
  'perplexity',
  'perplexity-score',
  'python',
  'regex',
  'rouge-n',
  'ruby',
  'similar',
  'similar:cosine',
  'similar:dot',
  'similar:euclidean',
  'starts-with',
  'tool-call-f1',
  'skill-used',
  'trajectory:goal-success',
  'trajectory:tool-args-match',
  'trajectory:step-count',
  'trajectory:tool-sequence',
  'trajectory:tool-used',
  'trace-error-spans',
  'trace-span-count',
  'trace-span-duration',
  'search-rubric',
  'webhook',
  'word-count',
];

const GRAMMAR = new RegExp(
  `^(?<not>not-)?(?<type>${TYPES.join('|')})(?:\\((?<number>\\d+(?:\\.\\d+)?)\\))?(?::(?<value>[\\s\\S]*))?$`,
);

const LISTS = new Set(['contains-all', 'contains-any', 'icontains-all', 'icontains-any']);
const AS_WRITTEN = new Set(['contains-json', 'is-json']);
const SIMILAR = 0.8;
const OTHER = 0.75;
const THRESHOLDED = new Set([
  'answer-relevance',
  'classifier',
  'context-faithfulness',
  'context-recall',
  'context-relevance',
  'cost',
  'latency',
  'levenshtein',
  'perplexity-score',
  'perplexity',
  'rouge-n',
  'similar',
  'starts-with',
]);

/** Words before a colon that stand for another type. */
const ALIASES: Readonly<Record<string, string>> = {
  javascript: 'javascript',
  fn: 'javascript',
  eval: 'javascript',
  python: 'python',
  grade: 'llm-rubric',
  'llm-rubric': 'llm-rubric',
};

/**
 * The assertion that a cell of an `__expected` column stands for, as promptfoo reads it: `type: value`,
 * `not-type(number): value`, a file of code, or else equality with the whole cell.
 * @param problems is told of a cell that says something else than it seems to
 */
export function assertionFromText(cell: string, line: number, problems: Problem[]): Assertion {
  const text = cell.trim();
  const warn = (message: string) => problems.push({ severity: 'warning', message, line });
  const [, word, rest] = /^([a-z-]+):([\s\S]*)$/.exec(text) ?? [];
  const alias = word !== undefined && Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
  if (alias === 'llm-rubric') return { type: alias, value: rest! };
  if (alias !== undefined) return { type: alias, value: rest!.trim() };
  const language = codeFile(text);
  if (language !== undefined) return { type: language, value: text };
  const match = GRAMMAR.exec(text)?.groups;
  if (!match) {
    warnOfNearType(text, warn);
    return { type: 'equals', value: text };
  }
  const {
    not = '',
    type,
    number,
    value,
  } = match as { not?: string; type: string; number?: string; value?: string };
  if (type === 'similar' && /^(?:cosine|dot|euclidean):/.test(value ?? '')) {
    warn(`promptfoo reads "${shortened(text)}" as "similar" with the value "${shortened(value!)}".`);
  }
  if (number !== undefined && !THRESHOLDED.has(type)) {
    warn(
      `promptfoo does not use the number in "${type}(${number})"; set it in a column "__config:__expected:threshold".`,
    );
  }
  return {
    type: `${not}${type}`,
    ...(value === undefined ? {} : { value: valueOf(type, value) }),
    ...(THRESHOLDED.has(type)
      ? { threshold: number === undefined ? (type === 'similar' ? SIMILAR : OTHER) : Number(number) }
      : {}),
  };
}

function codeFile(text: string): 'javascript' | 'python' | undefined {
  if (!text.startsWith('file://') || text.includes('\n')) return undefined;
  if (/\.[cm]?[jt]s(?::\w+)?$/.test(text)) return 'javascript';
  return /\.py(?::\w+)?$/.test(text) ? 'python' : undefined;
}

function valueOf(type: string, value: string): unknown {
  if (LISTS.has(type)) return splitList(value);
  return AS_WRITTEN.has(type) ? value : value.trim();
}

/** Items between commas, without the blanks around them; an item in quotation marks may have commas. */
export function splitList(text: string): string[] {
  const items = text.matchAll(/\s*(?:"((?:[^"\\]|\\.|"")*)"(?=\s*(?:,|$))|([^,]*))\s*(?:,|$)/gy);
  return [...items]
    .map(
      ([, quoted, bare]) =>
        quoted?.replace(/""|\\(["\\])/g, (mark, escaped: string | undefined) => escaped ?? mark[0]!) ??
        bare!.trim(),
    )
    .filter((item) => item !== '');
}

/** A misspelt type is silently a text that no answer equals. */
function warnOfNearType(text: string, warn: (message: string) => void): void {
  const word = /^(?:not-)?([a-z][a-z-]{3,30})(?:\([\d.]+\))?:/.exec(text)?.[1];
  if (word === undefined) return;
  const near = TYPES.find((type) => editDistance(type, word) <= 2);
  if (near === undefined) return;
  warn(
    `"${word}" is no type of assertion (the nearest is "${near}"): answers must equal the whole cell "${shortened(text)}".`,
  );
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
