import { InvalidArgumentError, Option, type Command } from 'commander';
import type { SettingValue } from '../optimizer/strategy.js';

/** An option's whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

/** An option's number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** Collects `name=value` pairs; numbers, `true` and `false` are taken as such, anything else as text. */
export function settingOption(
  pair: string,
  before: Readonly<Record<string, SettingValue>> = {},
): Readonly<Record<string, SettingValue>> {
  const [, name, text] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
  if (name === undefined || text === undefined || text === '') {
    throw new InvalidArgumentError('It must be a name and a value, as in candidates=4.');
  }
  return { ...before, [name]: settingValue(text) };
}

function settingValue(text: string): SettingValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** Collects the values of an option that may be given several times. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, someText(text)];
}

/** An option's text that says something. */
export function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

export function withJson(command: Command): Command {
  return command.option('--json <file>', 'write the result as JSON to a file, or to stdout with "-"');
}

export function withModels(command: Command): Command {
  return command
    .option('--task-model <provider:name>', 'the model that the prompt is for: openai:NAME or sandbox')
    .option('--optimizer-model <provider:name>', 'the model that proposes prompts (default: the task model)')
    .option('--judge-model <provider:name>', 'the model that judges answers (default: the task model)')
    .option(
      '--base-url <url>',
      'an OpenAI-compatible endpoint; the key comes from HONE_API_KEY or OPENAI_API_KEY',
    )
    .option(
      '--concurrency <n>',
      'most requests in flight at once (default: adapts to the endpoint, 8 at first, up to 64)',
      wholeNumber(1),
    )
    .option('--no-hedge', 'never ask twice for an answer that is late (done only where requests are free)')
    .option('--timeout <seconds>', 'how long to wait for one answer', positiveNumber)
    .addOption(
      new Option(
        '--backend <how>',
        "how the task model's requests are sent: one by one, or in batches that may take a day",
      ).choices(['live', 'batch']),
    )
    .option('--no-cache', 'do not reuse answers of earlier runs');
}
