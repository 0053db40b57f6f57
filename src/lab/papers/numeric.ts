import { seededRandom, type Random } from '../../core/hash.js';
import type { MemoryTask } from '../memoryRun.js';
import { FUNCTIONS, SOLVED_WITHIN } from './functions.js';
import { feedbackOn, pairIn, pointText, unreadable, type Landscape } from './landscape.js';
import { numericOptimizer, USUAL_HABITS, type NumericHabits } from './numericOptimizer.js';
import { introducedBy, type ShownStart } from './introduction.js';
import { guessing, scoreOfGap, type Draw, type Problem, type ProblemKind } from './problem.js';
import { normal, regression } from './regression.js';

const ALL_LEVELS = ['none', 'non-directional', 'directional', 'synthesized'] as const;
const ROW = 'try';
/** Digits of an observed value. */
const DIGITS = 6;
const REGRESSION_STARTS = 5;

/** Settings that let strategies which were made for prompts work on points: all tries shown, with exact scores. */
const SETTINGS: ProblemKind['settings'] = {
  opro: { scores: 'exact', threshold: 0, exemplars: 1 },
};

/** The numeric tasks of arXiv 2405.16434. */
export const NUMERIC_KINDS: readonly ProblemKind[] = FUNCTIONS.map((landscape) => ({
  id: landscape.id,
  summary: landscape.summary,
  unit: 'y',
  lowerIsBetter: true,
  strategy: 'directional',
  steps: 100,
  feedbacks: ALL_LEVELS,
  settings: SETTINGS,
  hasAgent: false,
  draw: (draw) => Promise.resolve(numericProblem(landscape, draw, [startOf(landscape, draw.seed)])),
}));

/** OPRO's regression: five starts, of which the best is gone on from and the others are shown. */
export const REGRESSION_KIND: ProblemKind = {
  id: 'linear-regression',
  summary: 'Linear regression from losses alone, as OPRO sets it up: y = 15x + 14 + noise.',
  unit: 'loss',
  lowerIsBetter: true,
  strategy: 'opro',
  steps: 50,
  feedbacks: ALL_LEVELS,
  settings: SETTINGS,
  hasAgent: false,
  draw: (draw) => {
    const landscape = regression(draw.seed);
    const starts = Array.from({ length: REGRESSION_STARTS }, (_, index) =>
      startOf(landscape, `${draw.seed} ${index}`),
    );
    return Promise.resolve(numericProblem(landscape, draw, starts));
  },
};

/** A start within the range, rounded as in the reference environments. */
export function startOf(landscape: Landscape, seed: number | string): readonly number[] {
  return startFrom(landscape, seededRandom(`${landscape.id} start ${seed}`));
}

function startFrom({ range, startDecimals }: Landscape, random: Random): readonly number[] {
  const [low, high] = range;
  return [0, 1].map(() => Number((low + random() * (high - low)).toFixed(startDecimals)));
}

/**
 * A function as a task: the text is the point, its answer the value there.
 * @param starts the best is what a run starts from, the others are shown as tried
 */
export function numericProblem(
  landscape: Landscape,
  draw: Draw,
  starts: readonly (readonly number[])[],
  habits: NumericHabits = USUAL_HABITS,
): Problem {
  const ordered = [...starts].sort((a, b) => landscape.value(a) - landscape.value(b));
  const [start, ...others] = ordered;
  const score = (point: readonly number[]) => scoreOf(landscape, point, landscape.value(point));
  const shown: ShownStart[] = others
    .filter(
      (point, index) => ![start!, ...others.slice(0, index)].some((each) => each.join() === point.join()),
    )
    .map((point) => ({ text: pointText(point), score: score(point) }));
  return {
    task: taskOf(landscape, draw, pointText(start!)),
    introduction: introducedBy(
      'Here a prompt is not meant for a language model: it is a point, and nothing else stands in it. What it answers is the value of an unknown function there. Find the point with the lowest value; every new prompt is another point in the same form.',
      shown,
    ),
    trueValue: (text) => {
      const point = pointIn(landscape, text);
      return point && landscape.value(point);
    },
    references: { optimum: landscape.minimum },
    simulated: numericOptimizer(landscape, habits, draw.seed),
    guesser: guessing(draw.seed, (random) => pointText(startFrom(landscape, random))),
  };
}

function taskOf(landscape: Landscape, { feedback, noise = 0, seed }: Draw, start: string): MemoryTask {
  return {
    id: landscape.id,
    start,
    cases: [{ id: ROW, vars: { input: rulesOf(landscape) }, guard: false, line: 2 }],
    splits: { train: [ROW], validation: [], exam: [] },
    outcome(text) {
      const point = pointIn(landscape, text);
      if (!point) return outcomeOf('No point.', 0, false, unreadable(feedback));
      const luck = noise === 0 ? 0 : noise * normal(seededRandom(`${seed} noise ${point.join()}`));
      const seen = landscape.value(point) + luck;
      const isSolved = landscape.isSolved(point);
      return outcomeOf(
        `y = ${Number(seen.toPrecision(DIGITS))}`,
        isSolved ? 1 : scoreOf(landscape, point, seen),
        isSolved,
        feedbackOn(landscape, point, feedback),
      );
    },
  };
}

function outcomeOf(output: string, value: number, pass: boolean, feedback: ReturnType<typeof feedbackOn>) {
  return {
    status: 'scored',
    output,
    finishReason: 'stop',
    score: { value, pass, parts: [], feedback: pass ? [] : feedback },
  } as const;
}

function pointIn({ isWhole }: Landscape, text: string): readonly number[] | undefined {
  const pair = pairIn(text);
  return pair && isWhole ? pair.map(Math.round) : pair;
}

/** The score of an observed value; 1 for the solution alone. */
function scoreOf(landscape: Landscape, point: readonly number[], value: number): number {
  if (landscape.isSolved(point)) return 1;
  const [low, high] = landscape.range;
  const corners = [low, high].flatMap((x) => [low, high].map((y) => landscape.value([x, y])));
  return scoreOfGap(
    value - landscape.minimum,
    toleranceOf(landscape),
    Math.max(...corners) - landscape.minimum,
  );
}

/** Of a regression the loss that a whole number more in the intercept makes. */
function toleranceOf(landscape: Landscape): number {
  return landscape.isWhole ? 50 : SOLVED_WITHIN;
}

function rulesOf({ names, range, isWhole, id }: Landscape): string {
  const [low, high] = range;
  const kind = isWhole ? 'whole numbers' : 'numbers';
  const box =
    id === 'linear-regression'
      ? `the first ones were drawn between ${low} and ${high}`
      : `each from ${low} to ${high}`;
  return `Minimise y = f(${names.join(', ')}). The prompt is the point, x = [${names.join(', ')}]: ${kind}, ${box}.`;
}
