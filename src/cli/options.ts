import { InvalidArgumentError, type Command } from 'commander';

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
    .option('--concurrency <n>', 'requests in flight at once', wholeNumber(1))
    .option('--timeout <seconds>', 'how long to wait for one answer', positiveNumber)
    .option('--no-cache', 'do not reuse answers of earlier runs');
}
