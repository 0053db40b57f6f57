import type { OptionTable, ScorerFamily } from '../family.js';
import { badScorer } from '../family.js';
import { codeFile } from './file.js';
import { runPython } from './python.js';
import { codeJudgement, type ResultRules } from './result.js';
import { DEFAULT_TIMEOUT, runInWorker } from './worker.js';

const OPTIONS: OptionTable = {
  file: { kind: 'text', meaning: 'The file with the scorer, inside the workspace.', required: true },
  threshold: {
    kind: 'number',
    meaning: 'The least score that passes, where the scorer does not say. Default 1.',
  },
  timeout: { kind: 'number', meaning: `Seconds that one answer may take. Default ${DEFAULT_TIMEOUT}.` },
};

function rulesOf(threshold: unknown): ResultRules {
  const least = typeof threshold === 'number' ? threshold : 1;
  return { passes: (score) => score >= least };
}

function timeoutOf(config: Parameters<ScorerFamily['create']>[1]): number {
  const timeout = config.timeout ?? DEFAULT_TIMEOUT;
  if (typeof timeout === 'number' && timeout > 0 && timeout <= 600) return timeout;
  throw badScorer(config, 'its timeout is not a number of seconds up to 600.', 'Correct the timeout.');
}

/** `export default ({ vars, expected, output }) => number | boolean | { score, pass, reason, feedback }`, or a promise of it. */
export const javascript: ScorerFamily = {
  type: 'javascript',
  options: OPTIONS,
  needsExpected: () => false,
  create(id, config, _testset, context) {
    const file = codeFile(config.file as string, 'javascript', context);
    const rules = rulesOf(config.threshold);
    const timeout = timeoutOf(config);
    return {
      feedbackKind: 'directional',
      async judge({ vars, expected, output }, signal) {
        const args = [{ vars, expected, output }];
        const returned = await runInWorker(id, { kind: 'module', file, args }, { timeout, signal });
        return codeJudgement(id, returned, output, rules);
      },
    };
  },
};

/** `def score(vars, expected, output)` with the same results, as numbers, booleans or dictionaries. */
export const python: ScorerFamily = {
  type: 'python',
  options: OPTIONS,
  needsExpected: () => false,
  create(id, config, _testset, context) {
    const file = codeFile(config.file as string, 'python', context);
    const rules = rulesOf(config.threshold);
    const timeout = timeoutOf(config);
    return {
      feedbackKind: 'directional',
      async judge({ vars, expected, output }, signal) {
        const returned = await runPython(id, { file, vars, expected, output }, { timeout, signal });
        return codeJudgement(id, returned, output, rules);
      },
    };
  },
};
