import { HoneError } from '../core/errors.js';

/** What a user asks of a task of the papers; what is absent is the task's own default. */
export interface LabRequest {
  readonly strategy?: string;
  /** How much the environment tells of each try (arXiv 2405.16434). */
  readonly feedback?: string;
  readonly seeds?: number;
  readonly maxCalls?: number;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface LabResult {
  readonly json: unknown;
  readonly text: string;
}

/** A task of the papers: `hone lab ID` runs it. */
export interface LabTask {
  readonly id: string;
  /** One sentence for people. */
  readonly summary: string;
  /** @throws HoneError `bad-usage` for a value that it does not know */
  run(request: LabRequest): Promise<LabResult>;
}

/** All tasks of the papers. */
export const LAB_TASKS: readonly LabTask[] = [];

/** @throws HoneError `bad-usage` that names the tasks there are */
export function labTaskOf(id: string, tasks: readonly LabTask[] = LAB_TASKS): LabTask {
  const found = tasks.find((task) => task.id === id);
  if (found) return found;
  throw new HoneError({
    reason: 'bad-usage',
    message: `The lab has no task "${id}".`,
    nextStep: `Choose from: ${['compare', ...tasks.map((task) => task.id)].join(', ')}.`,
  });
}
