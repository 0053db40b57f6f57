import { BANDITS, type BanditKind, type BanditOptions } from '../evaluation/bandit.js';
import { choiceOf, choiceSetting, numberOf, numberSetting, wholeOf } from './settings.js';
import type { SettingValues, StrategySetting } from './strategy.js';

/** The settings of a strategy that chooses its beam with a bandit. */
export function banditSettings(usual: {
  readonly selector: BanditKind;
  readonly rounds: number;
  readonly perRound: number;
  readonly samples: number;
}): StrategySetting[] {
  return [
    choiceSetting('selector', usual.selector, BANDITS, 'How the best candidates of a step are found.'),
    numberSetting('exploration', 1, 'How much UCB and UCB-E favour candidates of which little is known.'),
    numberSetting('evaluationRounds', usual.rounds, 'Rounds of a bandit.', { min: 1 }),
    numberSetting('evaluationPrompts', usual.perRound, 'Candidates that see rows in one round.', { min: 1 }),
    numberSetting('evaluationRows', usual.samples, 'Rows that each of them sees in a round.', { min: 1 }),
  ];
}

export function banditOptionsOf(values: SettingValues): BanditOptions {
  return {
    kind: choiceOf(values, 'selector', BANDITS),
    exploration: numberOf(values, 'exploration'),
    rounds: wholeOf(values, 'evaluationRounds'),
    perRound: wholeOf(values, 'evaluationPrompts'),
    samples: wholeOf(values, 'evaluationRows'),
  };
}
