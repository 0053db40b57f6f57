import { seededRandom, type Random } from '../../core/hash.js';
import { readRequest } from '../simulated/metaPrompt.js';
import type { Model } from '../../models/model.js';
import type { SettingValues } from '../../optimizer/strategy.js';
import type { FeedbackLevel } from '../../optimizer/strategies/directional.js';
import type { MemoryTask } from '../memoryRun.js';

/** How one instance of a paper's task is drawn. */
export interface Draw {
  readonly seed: number;
  /** What the environment tells of a try; `synthesized` tells nothing but leaves the reading to a synthesizer. */
  readonly feedback: FeedbackLevel;
  /** Cities of a travelling salesman. */
  readonly cities?: number;
  /** Standard deviation of the normal noise on what is observed, in units of the value; numeric tasks only. Default 0. */
  readonly noise?: number;
  /** Writes the poems; a simulated agent where there is none. */
  readonly agent?: Model;
  readonly signal?: AbortSignal;
}

/** One instance of a paper's task: a start, and the truth about any text. */
export interface Problem {
  readonly task: MemoryTask;
  /** Tells the optimizer what the text stands for; before every request, as a system message. */
  readonly introduction: string;
  /**
   * A text's true value in the task's own unit; undefined for a text that stands for nothing. Absent where there is only
   * what was seen: then a text's value is its mean score.
   */
  readonly trueValue?: (text: string) => number | undefined;
  /** Figures to compare with: the optimum, heuristics. In the task's own unit. */
  readonly references: Readonly<Record<string, number>>;
  /** Stands in for an optimizer model. */
  readonly simulated: Model;
  /** Proposes without reading anything: what an optimizer has to beat. */
  readonly guesser: Model;
}

/** A task of the papers, before a seed is chosen. */
export interface ProblemKind {
  readonly id: string;
  readonly summary: string;
  /** What `trueValue` counts, for tables. */
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  /** As in its paper. */
  readonly strategy: string;
  /** Steps of a run when the user names none. */
  readonly steps: number;
  readonly feedbacks: readonly FeedbackLevel[];
  /** Settings of strategies that the task needs, by strategy. */
  readonly settings: Readonly<Record<string, SettingValues>>;
  /** Whether texts reach a task model: then `--task-model` matters. */
  readonly hasAgent: boolean;
  draw(draw: Draw): Promise<Problem>;
}

/** Highest score of a try that is not the solution. */
const BEST_UNSOLVED = 0.99;

/**
 * A score in [0, 1] for how far a value is from the best one. It falls with the logarithm of the distance, so that
 * whole scores from 0 to 100 tell near tries apart as well as far ones; the order is that of the values. 1 is for
 * solutions alone.
 * @param gap distance from the optimum, 0 or more
 * @param tolerance distance that is as good as none
 * @param widest distance that scores 0
 */
export function scoreOfGap(gap: number, tolerance: number, widest: number): number {
  const share = Math.log1p(Math.max(0, gap) / tolerance) / Math.log1p(widest / tolerance);
  return Math.min(BEST_UNSOLVED, Math.max(0, 1 - share));
}

/** A simulated model that answers every request with as many texts as are wanted, whatever it says. */
export function guessing(seed: number, guess: (random: Random) => string): Model {
  return {
    id: 'simulated:guesser',
    label: 'Guesser',
    destination: 'this machine',
    complete({ messages, repeat }) {
      const content = messages.map((message) => message.content).join('\n\n');
      const random = seededRandom(`${seed} ${repeat} guess ${content}`);
      const { wanted, wantsFeedback } = readRequest(content);
      const texts = Array.from({ length: wanted }, () => `<prompt>\n${guess(random)}\n</prompt>`);
      const feedback = wantsFeedback ? ['<feedback>\nDirection: another one.\n</feedback>'] : [];
      return Promise.resolve({ text: [...feedback, ...texts].join('\n\n'), finishReason: 'stop' });
    },
  };
}

/** A model that is told what the texts of a task stand for. */
export function introduced(model: Model, introduction: string): Model {
  return {
    ...model,
    complete: (request, options) =>
      model.complete(
        { ...request, messages: [{ role: 'system', content: introduction }, ...request.messages] },
        options,
      ),
  };
}
