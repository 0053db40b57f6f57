import { seededRandom, type Random } from '../../core/hash.js';
import type { Model } from '../../models/model.js';
import { readRequest } from '../simulated/metaPrompt.js';
import { directionIn, triesIn, type ShownTry } from './history.js';
import { pairIn, pointText, type Landscape } from './landscape.js';

/** How a stand-in for an optimizer model works with numbers. `docs/lab.md` gives the reasons. */
export interface NumericHabits {
  readonly id: string;
  /** First step along a coordinate, as a share of its range. */
  readonly firstStep: number;
  /** A step that helped is followed by one so many times as long, one that did not by a shorter one. */
  readonly longer: number;
  readonly shorter: number;
  /** Probability that a coordinate is worked out wrongly: moved the wrong way, or ten times as far. */
  readonly slip: number;
  /** Probability that, without being told, it looks at earlier tries for the way to move a coordinate. */
  readonly looksBack: number;
  /** Probability that it states the opposite of what the compared tries say. */
  readonly misreads: number;
  /** Of the neighbours of the best try, how many are compared in pairs. */
  readonly compared: number;
  /** Decimals that it writes. */
  readonly decimals: number;
}

export const USUAL_HABITS: NumericHabits = {
  id: 'simulated',
  firstStep: 0.25,
  longer: 1.5,
  shorter: 0.5,
  slip: 0.05,
  looksBack: 0.5,
  misreads: 0.1,
  compared: 5,
  decimals: 4,
};

/** Steps are not repeated to the digit: each is stretched by up to this much either way. */
const JITTER = 0.3;
/** Tries to find a point that is not among the tries that are shown. */
const OTHER_POINTS = 20;
/** Votes of pairs that are closer than this, as a share of all, leave a coordinate without a word. */
const CLEAR = 0.2;

/** A try whose text holds a point, with what it was told: the way to go for each coordinate, or the one to change. */
interface Tried {
  readonly point: readonly number[];
  /** Higher is better; in the unit of the observed values, or of scores where these are all that is shown. */
  readonly merit: number;
  readonly ways: readonly (-1 | 0 | 1)[];
  readonly named: number | undefined;
}

/**
 * A stand-in for an optimizer model on numeric tasks. It knows nothing of the function: it reads the request as a language
 * model would (tries with their values, feedback, a direction) and moves on from the best try. Whatever is not told, it
 * guesses; its faults are the same whatever is told.
 */
export function numericOptimizer(landscape: Landscape, habits: NumericHabits, seed: number): Model {
  return {
    id: `simulated:${habits.id}`,
    label: 'Simulated optimizer (numbers)',
    destination: 'this machine',
    complete({ messages, temperature = 1, repeat }) {
      const content = messages.map((message) => message.content).join('\n\n');
      const random = seededRandom(`${seed} ${repeat} ${temperature} ${content}`);
      const text = answerTo(content, new NumericMind(landscape, habits, random, content));
      return Promise.resolve({ text, finishReason: 'stop', tokens: { prompt: 0, completion: 0 } });
    },
  };
}

function answerTo(content: string, mind: NumericMind): string {
  const { wanted, wantsFeedback } = readRequest(content);
  const feedback = wantsFeedback ? [`<feedback>\n${mind.direction()}\n</feedback>`] : [];
  const points = Array.from({ length: wanted }, () => `<prompt>\n${pointText(mind.point())}\n</prompt>`);
  return [...feedback, ...points].join('\n\n');
}

class NumericMind {
  private readonly tried: readonly Tried[];
  private readonly best: Tried | undefined;
  private readonly told: string;
  private readonly known: Set<string>;

  constructor(
    private readonly landscape: Landscape,
    private readonly habits: NumericHabits,
    private readonly random: Random,
    content: string,
  ) {
    const tries = triesIn(content);
    const hasValues = tries.every((each) => each.score === undefined || valueIn(each) !== undefined);
    this.tried = tries.flatMap((each) => readTry(each, landscape.names, hasValues));
    this.best = this.tried.reduce<Tried | undefined>(
      (found, next) => (found === undefined || next.merit > found.merit ? next : found),
      undefined,
    );
    this.told = directionIn(content);
    this.known = new Set(this.tried.map(({ point }) => point.join()));
  }

  /** A point that is not among the tries. */
  point(): readonly number[] {
    let point = this.next();
    for (let tries = 0; this.known.has(point.join()) && tries < OTHER_POINTS; tries++) point = this.next();
    this.known.add(point.join());
    return point;
  }

  private next(): readonly number[] {
    const { best } = this;
    if (!best) return this.landscape.names.map(() => this.rounded(this.anywhere()));
    const ways = this.waysFrom(best);
    const steps = this.steps();
    return best.point.map((value, index) => {
      const way = ways[index]!;
      if (way === 0) return value;
      const step = steps[index]! * (1 + JITTER * (2 * this.random() - 1));
      return this.rounded(value + way * step * this.slip());
    });
  }

  /** What pairs of tries say about the way to go, one sentence a coordinate. */
  direction(): string {
    const sentences = this.landscape.names.flatMap((name, index) => {
      const vote = this.vote(index);
      if (Math.abs(vote) < CLEAR) return [];
      const isUp = vote > 0 !== this.chance(this.habits.misreads);
      return [`Choose a ${isUp ? 'larger' : 'smaller'} ${name}.`];
    });
    return `Direction: ${sentences.length > 0 ? sentences.join(' ') : 'The tries do not tell yet.'}`;
  }

  private waysFrom(best: Tried): readonly (-1 | 0 | 1)[] {
    const { names } = this.landscape;
    const stated = names.map((name) => wayIn(this.told, name));
    if (stated.some((way) => way !== 0)) return stated;
    const { ways } = this.nearBest().find((each) => each.ways.some((way) => way !== 0)) ?? best;
    if (ways.some((way) => way !== 0)) return ways;
    if (best.named !== undefined)
      return names.map((_, index) => (index === best.named ? this.guess(index) : 0));
    // One coordinate or both: with nothing to go on either is as good.
    const both = this.chance(0.5);
    const single = this.chance(0.5) ? 0 : 1;
    return names.map((_, index) => (both || index === single ? this.guess(index) : 0));
  }

  private guess(index: number): -1 | 1 {
    if (this.chance(this.habits.looksBack)) {
      const vote = this.vote(index);
      if (Math.abs(vote) >= CLEAR) return vote > 0 ? 1 : -1;
    }
    return this.chance(0.5) ? 1 : -1;
  }

  /**
   * How clearly pairs of tries speak for a larger coordinate, from -1 to 1. Each pair votes by which of its two is better,
   * with the share that the coordinate has in the way between them.
   */
  private vote(index: number): number {
    const near = this.nearBest();
    let votes = 0;
    let all = 0;
    near.forEach((one, at) => {
      for (const other of near.slice(at + 1)) {
        const way = one.point[index]! - other.point[index]!;
        const length = distance(one.point, other.point) ** 2;
        if (length === 0 || one.merit === other.merit) continue;
        const weight = way ** 2 / length;
        votes += Math.sign(way) * Math.sign(one.merit - other.merit) * weight;
        all += weight;
      }
    });
    return all === 0 ? 0 : votes / all;
  }

  private nearBest(): readonly Tried[] {
    const { best } = this;
    if (!best) return [];
    return [...this.tried]
      .sort((a, b) => distance(a.point, best.point) - distance(b.point, best.point))
      .slice(0, this.habits.compared + 1);
  }

  /**
   * The length of the next step for each coordinate, from the tries in order. What counts is the last move from what was
   * best then: it is followed by a longer one where it helped and the way is still the same, by a shorter one where the
   * way has turned. After a move that did not help, a coordinate whose way has not turned keeps its step if another one
   * has turned: that one was to blame.
   */
  private steps(): readonly number[] {
    const [low, high] = this.landscape.range;
    const { firstStep, longer, shorter } = this.habits;
    const steps = this.landscape.names.map(() => firstStep * (high - low));
    let best = this.tried[0]!;
    for (const next of this.tried.slice(1)) {
      const isBetter = next.merit > best.merit;
      const turned = steps.map((_, index) => next.ways[index]! * best.ways[index]! < 0);
      for (const [index] of steps.entries()) {
        const move = Math.abs(next.point[index]! - best.point[index]!);
        if (move === 0) continue;
        const kept = isBetter ? longer : turned.includes(true) ? 1 : shorter;
        steps[index] = Math.max(move * (turned[index] ? shorter : kept), this.smallest());
      }
      if (isBetter) best = next;
    }
    return steps;
  }

  private slip(): number {
    if (!this.chance(this.habits.slip)) return 1;
    return this.chance(0.5) ? -1 : 10;
  }

  private smallest(): number {
    return this.landscape.isWhole ? 1 : 10 ** -this.habits.decimals;
  }

  private rounded(value: number): number {
    const [low, high] = this.landscape.range;
    // Of whole numbers the optimum may lie outside of the box that the first ones are drawn from.
    const kept = this.landscape.isWhole ? value : Math.min(high, Math.max(low, value));
    return Number(kept.toFixed(this.landscape.isWhole ? 0 : this.habits.decimals));
  }

  private anywhere(): number {
    const [low, high] = this.landscape.range;
    return low + this.random() * (high - low);
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }
}

function readTry(shown: ShownTry, names: readonly string[], hasValues: boolean): Tried[] {
  const point = pairIn(shown.text);
  if (!point) return [];
  const value = valueIn(shown);
  const said = shown.feedback.join('\n').toLowerCase();
  const ways = names.map((name) => wayIn(said, name));
  const named = names.findIndex((name) => said.includes(`another value for ${name}.`));
  return [
    {
      point,
      // What is shown without a score or a value is the one to go on from.
      merit: hasValues && value !== undefined ? -value : (shown.score ?? Number.MAX_VALUE),
      ways,
      named: named < 0 ? undefined : named,
    },
  ];
}

/** The observed value in an answer `y = 1.5`. */
function valueIn({ answers }: ShownTry): number | undefined {
  const found = /\by = ([-+\de.]+)/i.exec(answers.join('\n'))?.[1];
  return found === undefined ? undefined : Number(found);
}

function wayIn(text: string, name: string): -1 | 0 | 1 {
  if (new RegExp(`\\blarger ${name}\\b`).test(text)) return 1;
  return new RegExp(`\\bsmaller ${name}\\b`).test(text) ? -1 : 0;
}

function distance(one: readonly number[], other: readonly number[]): number {
  return Math.hypot(...one.map((value, index) => value - other[index]!));
}
