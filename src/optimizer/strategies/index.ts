import { HoneError } from '../../core/errors.js';
import type {
  ConfiguredStrategy,
  SettingValue,
  SettingValues,
  Strategy,
  StrategySetting,
} from '../strategy.js';
import { abo } from './abo.js';
import { ace } from './ace.js';
import { directional } from './directional.js';
import { gepa } from './gepa.js';
import { hone } from './hone.js';
import { promptAgent } from './promptAgent.js';
import { reflexion } from './reflexion.js';
import { ape } from './ape.js';
import { apo } from './apo.js';
import { apoSum } from './apoSum.js';
import { gpo } from './gpo.js';
import { hillClimb } from './hillClimb.js';
import { random } from './random.js';
import { opro } from './opro.js';

/** All strategies by id, the default first. */
export const STRATEGIES: readonly Strategy[] = [
  hone,
  opro,
  gpo,
  ape,
  apo,
  apoSum,
  promptAgent,
  abo,
  directional,
  reflexion,
  gepa,
  ace,
  hillClimb,
  random,
];

/** @throws HoneError `bad-usage` that names the strategies there are. */
export function strategyOf(id: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy.id === id);
  if (found) return found;
  throw new HoneError({
    reason: 'bad-usage',
    message: `There is no strategy "${id}".`,
    nextStep: `Choose one of: ${STRATEGIES.map((strategy) => strategy.id).join(', ')}.`,
  });
}

/**
 * A strategy with the settings that the user chose, and its defaults for the others.
 * @throws HoneError `bad-usage` for a setting that it does not have, or a value that does not fit
 */
export function configureStrategy(strategy: Strategy, chosen: SettingValues = {}): ConfiguredStrategy {
  for (const id of Object.keys(chosen)) {
    if (!strategy.settings.some((setting) => setting.id === id)) throw unknownSetting(strategy, id);
  }
  const values = strategy.settings.map((setting) => [
    setting.id,
    Object.hasOwn(chosen, setting.id) ? checked(strategy, setting, chosen[setting.id]!) : setting.default,
  ]);
  return strategy.configure(Object.fromEntries(values) as SettingValues);
}

function checked(strategy: Strategy, setting: StrategySetting, value: SettingValue): SettingValue {
  const { choices, min = -Infinity, max = Infinity } = setting;
  const fits =
    typeof value === typeof setting.default &&
    (typeof value !== 'number' || (value >= min && value <= max)) &&
    (typeof value !== 'string' || !choices || choices.includes(value));
  if (fits) return value;
  throw new HoneError({
    reason: 'bad-usage',
    message: `The setting "${setting.id}" of ${strategy.id} cannot be ${JSON.stringify(value)}.`,
    nextStep: `Give ${wanted(setting)}.`,
  });
}

function wanted({ choices, min, max, default: usual }: StrategySetting): string {
  if (choices) return `one of: ${choices.join(', ')}`;
  if (typeof usual === 'boolean') return 'true or false';
  if (typeof usual === 'string') return 'a text';
  const bounds = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`].filter(
    Boolean,
  );
  return ['a number', ...(bounds.length > 0 ? [bounds.join(' and ')] : [])].join(' of ');
}

function unknownSetting(strategy: Strategy, id: string): HoneError {
  const names = strategy.settings.map((setting) => setting.id).join(', ');
  return new HoneError({
    reason: 'bad-usage',
    message: `The strategy ${strategy.id} has no setting "${id}".`,
    nextStep: names === '' ? 'It has none.' : `It has: ${names}.`,
  });
}
