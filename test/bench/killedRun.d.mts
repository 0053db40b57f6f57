interface Process {
  kill(signal: 'SIGKILL'): void;
  readonly finished: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

export function killedRun(options: {
  readonly start: (args: readonly string[]) => Process;
  readonly stats: () => Promise<Record<string, unknown>>;
  readonly optimize: readonly string[];
  readonly each: readonly string[];
  readonly kills: readonly number[];
  readonly random: () => number;
}): Promise<{ readonly stdout: string; readonly hit: number }>;
export function killsOf(count: number, requests: number, random: () => number): number[];
export function outcomeOf(stdout: string): Record<string, unknown>;
export function seeded(seed: number): () => number;
