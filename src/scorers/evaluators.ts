import { HoneError } from '../core/errors.js';
import type { ModelSettings } from '../core/prompt.js';
import type { ScorerConfig } from './family.js';
import { scalePrompts, SCALES } from './judges/prompts.js';
import { isMapping } from './jsonText.js';

/** In this order: of several checks in one evaluator, only the first that is not empty is used. */
const STRING_CHECKS: readonly (readonly [string, Omit<ScorerConfig, 'value'> & { type: string }])[] = [
  ['equals', { type: 'equals', trim: 'answer' }],
  ['contains', { type: 'contains', ignoreCase: true }],
  ['startsWith', { type: 'contains', ignoreCase: true, position: 'start' }],
  ['endsWith', { type: 'contains', ignoreCase: true, position: 'end' }],
];

/**
 * GitHub Models `evaluators` as configurations, with the rules of that format: `equals` is exact once the answer is
 * trimmed, the others ignore case, `llm` and `uses` ask a judge model, and `{{name}}` stands for a value of the row.
 * @param file as messages shall name it
 * @throws HoneError `bad-config` for kinds that are not supported
 */
export function scorersFromEvaluators(evaluators: readonly unknown[], file: string): readonly ScorerConfig[] {
  return evaluators.map((evaluator, index) => {
    const entry = isMapping(evaluator) ? evaluator : {};
    const name = typeof entry.name === 'string' ? `"${entry.name}"` : `number ${index + 1}`;
    const refuse = (fault: string, nextStep: string) =>
      new HoneError({
        reason: 'bad-config',
        message: `${file}: The evaluator ${name} ${fault}`,
        nextStep,
        place: { file },
      });
    if (entry.llm !== undefined) return { ...judgeConfig(entry.llm, refuse), ...named(entry) };
    if (entry.uses !== undefined) return { ...scaleConfig(entry.uses, refuse), ...named(entry) };
    const checks = entry.string;
    if (!isMapping(checks)) throw refuse('has none of "string", "llm" and "uses".', 'Give it one of them.');
    for (const [check, config] of STRING_CHECKS) {
      const value = checks[check];
      if (typeof value === 'string' && value !== '') return { ...config, value };
      if (typeof value === 'number' || typeof value === 'boolean') return { ...config, value: String(value) };
    }
    throw refuse(
      'has no check that is known.',
      `Give it one of: ${STRING_CHECKS.map(([check]) => check).join(', ')}.`,
    );
  });
}

type Refuse = (fault: string, nextStep: string) => HoneError;

function named(entry: Readonly<Record<string, unknown>>): { readonly metric?: string } {
  return typeof entry.name === 'string' && entry.name.trim() !== '' ? { metric: entry.name } : {};
}

/** An `llm` evaluator. Its `modelId` is left to the run, whose judge model judges. */
function judgeConfig(llm: unknown, refuse: Refuse): ScorerConfig {
  const { prompt, systemPrompt, choices } = isMapping(llm) ? llm : {};
  if (typeof prompt !== 'string' || !Array.isArray(choices) || choices.length === 0)
    throw refuse(
      'has no "prompt" or no "choices".',
      'Give it both: choices are a list of { choice, score }.',
    );
  return {
    type: 'llm-choice',
    prompt,
    ...(typeof systemPrompt === 'string' && { systemPrompt }),
    choices: choices as readonly unknown[],
  };
}

/** A ready-made evaluator: a rating from 1 to 5 that counts as 0 to 1, asked for in Hone's own words. */
function scaleConfig(uses: unknown, refuse: Refuse): ScorerConfig {
  const name = typeof uses === 'string' ? uses.replace(/^github\//, '') : '';
  const prompts = scalePrompts(name);
  if (!prompts) {
    const known = Object.keys(SCALES).map((scale) => `github/${scale}`);
    throw refuse(`uses ${JSON.stringify(uses)}, which is not known.`, `Use one of: ${known.join(', ')}.`);
  }
  const choices = [1, 2, 3, 4, 5].map((rating) => ({ choice: String(rating), score: (rating - 1) / 4 }));
  return { type: 'llm-choice', ...prompts, choices };
}

/** The scorer for the response format that a prompt file asks for; undefined when it asks for plain text. */
export function scorerFromSettings(settings: ModelSettings): ScorerConfig | undefined {
  const format = settings.responseFormat;
  if (!isMapping(format)) return undefined;
  if (format.type === 'json_object') return { type: 'json' };
  if (format.type !== 'json_schema') return undefined;
  const described = format.json_schema;
  const schema = isMapping(described) ? described.schema : undefined;
  return isMapping(schema) ? { type: 'json', schema } : { type: 'json' };
}
