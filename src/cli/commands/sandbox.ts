import { InvalidArgumentError, type Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import { wholeNumber, withJson } from '../options.js';
import type { SharedOptions, Shell } from '../shell.js';

interface SandboxOptions extends SharedOptions {
  readonly port: number;
  readonly latency?: number;
  readonly batchLatency?: number;
  readonly requireKey?: string;
  readonly maxInFlight?: number;
  readonly rate429?: number;
  readonly rate500?: number;
  readonly resets?: number;
  readonly hangs?: number;
  readonly faultSeed?: number;
}

const HELP = `
The models are "default" and "untagged" (which never uses the tags that are asked for); use them with
--task-model openai:default --base-url URL. GET /stats counts requests, what was billed, and duplicates.
It serves this machine only (127.0.0.1), prints its address, and runs until Ctrl+C.`;

export function addSandbox(program: Command, shell: Shell): void {
  withJson(program.command('sandbox'))
    .description('serve the sandbox (simulated, no LLM) as an OpenAI-compatible endpoint')
    .requiredOption('--port <n>', 'the port; 0 for a free one', wholeNumber(0))
    .option('--latency <ms>', 'how long an answer takes', wholeNumber(0))
    .option('--batch-latency <ms>', 'how long a batch takes', wholeNumber(0))
    .option('--require-key <key>', 'refuse requests without this key')
    .option('--max-in-flight <n>', 'answer 429 when more requests are open at once', wholeNumber(1))
    .option('--rate-429 <share>', 'share of requests answered with 429, 0 to 1', share)
    .option('--rate-500 <share>', 'share of requests answered with 500, 0 to 1', share)
    .option('--resets <share>', 'share of connections cut off, 0 to 1', share)
    .option('--hangs <share>', 'share of requests never answered, 0 to 1', share)
    .option('--fault-seed <n>', 'decides which requests go wrong', wholeNumber(0))
    .addHelpText('after', HELP)
    .action((options: SandboxOptions) => serve(shell, options));
}

async function serve(shell: Shell, options: SandboxOptions): Promise<void> {
  try {
    const { startSandboxServer } = await import('../../engine.js');
    const { latency, batchLatency, requireKey, maxInFlight, rate429, rate500, resets, hangs, faultSeed } =
      options;
    const server = await startSandboxServer({
      port: options.port,
      ...(latency !== undefined && { latencyMs: latency }),
      ...(batchLatency !== undefined && { batches: { latencyMs: batchLatency } }),
      ...(requireKey !== undefined && { requireKey }),
      ...(maxInFlight !== undefined && { maxInFlight }),
      faults: {
        ...(rate429 !== undefined && { rate429 }),
        ...(rate500 !== undefined && { rate500 }),
        ...(resets !== undefined && { resets }),
        ...(hangs !== undefined && { hangs }),
        ...(faultSeed !== undefined && { seed: faultSeed }),
      },
    }).catch((error: unknown) => {
      throw notServed(options.port, error);
    });
    const stopped = new Promise((resolve) => shell.signal.addEventListener('abort', resolve, { once: true }));
    await shell.run(options, () =>
      Promise.resolve({ json: { baseUrl: server.url, port: server.port }, text: server.url }),
    );
    await stopped;
    await server.close();
  } catch (error) {
    await shell.fail(error, options.json);
  }
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

function notServed(port: number, cause: unknown): HoneError {
  const fault = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is in use' : 'cannot be used';
  return new HoneError({
    reason: 'bad-usage',
    message: `Port ${port} on 127.0.0.1 ${fault}.`,
    nextStep: 'Choose another one, or --port 0 for any that is free.',
    place: { host: `127.0.0.1:${port}` },
    cause,
  });
}
