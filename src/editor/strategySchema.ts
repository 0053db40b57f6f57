import type { Strategy, StrategySetting } from '../optimizer/strategy.js';
import { SETTINGS } from '../contributions.js';

/** What package.json says of `hone.strategy`: every strategy with its summary. */
export function strategyChoices(strategies: readonly Strategy[]): {
  readonly enum: readonly string[];
  readonly enumDescriptions: readonly string[];
} {
  return {
    enum: strategies.map(({ id }) => id),
    enumDescriptions: strategies.map(({ summary }) => summary),
  };
}

/** A JSON schema of the editor's settings files: what `hone.strategySettings` may hold, for each strategy apart. */
export function strategySettingsSchema(strategies: readonly Strategy[]): object {
  const properties = strategies.map(({ id, summary, settings }) => [
    id,
    {
      type: 'object',
      description: summary,
      additionalProperties: false,
      properties: Object.fromEntries(settings.map((setting) => [setting.id, settingSchema(setting)])),
    },
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      [SETTINGS.strategySettings.key]: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(properties) as object,
      },
    },
  };
}

function settingSchema({ description, default: usual, choices, min, max }: StrategySetting): object {
  return {
    type: typeof usual,
    description,
    default: usual,
    ...(choices && { enum: choices }),
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
  };
}
