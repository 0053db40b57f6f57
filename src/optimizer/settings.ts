import type { Effort } from '../core/run.js';
import { STEPS } from './stop.js';
import type { SettingValues, StrategySetting } from './strategy.js';

/** A setting that is a number, by default of at least 0. */
export function numberSetting(
  id: string,
  usual: number,
  description: string,
  { min = 0, max }: { readonly min?: number; readonly max?: number } = {},
): StrategySetting {
  return { id, default: usual, description, min, ...(max !== undefined && { max }) };
}

/** A setting that is on or off. */
export function switchSetting(id: string, usual: boolean, description: string): StrategySetting {
  return { id, default: usual, description };
}

/** A setting that is one of several words. */
export function choiceSetting<T extends string>(
  id: string,
  usual: NoInfer<T>,
  choices: readonly T[],
  description: string,
): StrategySetting {
  return { id, default: usual, choices, description };
}

/** @throws Error for an id that the strategy does not declare as a number. */
export function numberOf(values: SettingValues, id: string): number {
  const value = values[id];
  if (typeof value !== 'number') throw new Error(`The setting ${id} is no number.`);
  return value;
}

/** A whole number: settings are numbers, and a part of a candidate makes no sense. */
export function wholeOf(values: SettingValues, id: string): number {
  return Math.floor(numberOf(values, id));
}

/** @throws Error for an id that the strategy does not declare as a switch. */
export function switchOf(values: SettingValues, id: string): boolean {
  const value = values[id];
  if (typeof value !== 'boolean') throw new Error(`The setting ${id} is no switch.`);
  return value;
}

/** @throws Error for a value that is none of the choices. */
export function choiceOf<T extends string>(values: SettingValues, id: string, choices: readonly T[]): T {
  const value = choices.find((choice) => choice === values[id]);
  if (value === undefined) throw new Error(`The setting ${id} is none of ${choices.join(', ')}.`);
  return value;
}

/** Steps of a run, for strategies whose authors left it to the purse. */
export const stepsSetting: StrategySetting = numberSetting(
  'steps',
  0,
  `Steps of a run; 0: by effort (quick ${STEPS.quick}, normal ${STEPS.normal}, thorough ${STEPS.thorough}).`,
  { max: 10_000 },
);

/** What `stepsSetting` says, as a strategy tells it to the loop. */
export function stepsFrom(values: SettingValues): (effort: Effort) => number {
  const steps = wholeOf(values, stepsSetting.id);
  return (effort) => (steps > 0 ? steps : STEPS[effort]);
}

/** Temperature of the optimizer model. */
export function temperatureSetting(usual: number): StrategySetting {
  return numberSetting('temperature', usual, 'Temperature of the optimizer model.', { max: 2 });
}
