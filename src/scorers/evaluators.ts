import { HoneError } from '../core/errors.js';
import type { ModelSettings } from '../core/prompt.js';
import type { ScorerConfig } from './family.js';
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
 * trimmed, the others ignore case, and `{{name}}` stands for a value of the row.
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
    const instead =
      'Use a "string" evaluator, or set scorers for this prompt in hone.yaml, which go before its evaluators.';
    for (const kind of ['llm', 'uses']) {
      if (entry[kind] !== undefined)
        throw refuse(`has the kind "${kind}", which is not supported yet.`, instead);
    }
    const checks = entry.string;
    if (!isMapping(checks)) throw refuse('has no "string" check, the one kind that is supported.', instead);
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
