import { HoneError } from '../core/errors.js';
import type { Model } from '../models/model.js';
import { PAPER_TASKS } from './papers/index.js';

/** What a user asks of a task of the papers; what is absent is the task's own default. */
export interface LabRequest {
  readonly strategy?: string;
  /** How much the environment tells of each try (arXiv 2405.16434). */
  readonly feedback?: string;
  readonly seeds?: number;
  readonly maxCalls?: number;
  readonly steps?: number;
  /** Cities of a travelling salesman. */
  readonly cities?: number;
  /** Standard deviation of the noise on observed values. */
  readonly noise?: number;
  /** Proposes; a simulated one where there is none. */
  readonly optimizer?: Model;
  /** Answers the prompts under work, where a task has some; a simulated one where there is none. */
  readonly agent?: Model;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface LabResult {
  readonly json: unknown;
  readonly text: string;
  /** What ended the work early, although there are results. */
  readonly trouble?: HoneError;
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
export const LAB_TASKS: readonly LabTask[] = PAPER_TASKS;

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
