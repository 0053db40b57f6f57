import type { Judgement } from '../../core/scoring.js';
import { clamp } from '../assertions/kind.js';
import {
  badScorer,
  plain,
  scorerFailed,
  type Judge,
  type ScorerConfig,
  type ScorerFamily,
} from '../family.js';
import { isMapping } from '../jsonText.js';
import { parseFormula, type Formula } from './formula.js';

/** What the combining grader needs of the registry that it stands in. */
export interface GraderRegistry {
  familyOf(type: string): ScorerFamily | undefined;
  /** @throws HoneError `bad-config` */
  requireValid(config: ScorerConfig): void;
}

/** Combines named graders by a formula. Results beyond [0, 1] are brought to its ends. */
export function multiGrader(registry: GraderRegistry): ScorerFamily {
  const membersOf = (config: ScorerConfig): readonly (readonly [string, ScorerConfig])[] =>
    Object.entries(config.graders as Readonly<Record<string, unknown>>).map(([name, member]) => {
      if (!isMapping(member) || typeof member.type !== 'string' || member.type === 'multi')
        throw badScorer(config, `its grader "${name}" cannot be used.`, 'Give it a type other than multi.');
      return [name, member as ScorerConfig] as const;
    });
  const members = (config: ScorerConfig) =>
    isMapping(config.graders)
      ? membersOf(config).flatMap(([, member]) => {
          const family = registry.familyOf(member.type);
          return family ? [[family, member] as const] : [];
        })
      : [];
  return {
    type: 'multi',
    options: {
      name: { kind: 'text', meaning: 'The name of the grader.' },
      graders: { kind: 'mapping', meaning: 'Graders by name.', required: true },
      calculate_output: {
        kind: 'text',
        meaning: 'Arithmetic over the names: + - * / ^, min, max, abs, floor, ceil, exp, sqrt, log.',
        required: true,
      },
      pass_threshold: { kind: 'number', meaning: 'The least result that passes. Default 0.5.' },
    },
    needsExpected: (config, testset) =>
      members(config).some(([family, member]) => family.needsExpected(member, testset)),
    judgeCalls: (config) =>
      members(config).reduce((sum, [family, member]) => sum + (family.judgeCalls?.(member) ?? 0), 0),
    async create(id, config, testset, context) {
      const judges: (readonly [string, Judge])[] = [];
      for (const [name, member] of membersOf(config)) {
        registry.requireValid(member);
        judges.push([
          name,
          await registry.familyOf(member.type)!.create(`${id}/${name}`, member, testset, context),
        ]);
      }
      const formula = formulaOf(
        config,
        judges.map(([name]) => name),
      );
      const threshold = (config.pass_threshold as number | undefined) ?? 0.5;
      return {
        feedbackKind: judges.some(([, { feedbackKind }]) => feedbackKind === 'directional')
          ? 'directional'
          : 'non-directional',
        async judge(input, signal): Promise<Judgement> {
          const judged: (readonly [string, Judgement])[] = [];
          for (const [name, member] of judges) judged.push([name, await member.judge(input, signal)]);
          const result = formula.evaluate(
            Object.fromEntries(judged.map(([name, { value }]) => [name, value])),
          );
          if (Number.isNaN(result))
            throw scorerFailed(
              id,
              'its formula has no result for this answer.',
              'Check calculate_output for divisions by 0.',
            );
          const pass = result >= threshold;
          const feedback = judged.flatMap(([, judgement]) => judgement.feedback);
          const low = plain(id, 'low', `${result.toFixed(2)}, threshold ${threshold}`);
          return { value: clamp(result), pass, feedback: pass ? [] : feedback.length > 0 ? feedback : [low] };
        },
      };
    },
  };
}

function formulaOf(config: ScorerConfig, names: readonly string[]): Formula {
  let formula: Formula;
  try {
    formula = parseFormula(config.calculate_output as string);
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw badScorer(config, `its formula cannot be read: ${fault}.`, 'Correct calculate_output.', error);
  }
  const unknown = formula.names.find((name) => !names.includes(name));
  if (unknown === undefined) return formula;
  throw badScorer(
    config,
    `its formula names "${unknown}", which is none of its graders.`,
    `Use: ${names.join(', ')}.`,
  );
}
