import { hashFraction, seededRandom, shortHash, type Random } from '../../core/hash.js';
import type { CaseOutcome } from '../../core/run.js';
import type { TestCase } from '../../core/testset.js';
import { TextReader } from './features.js';
import type { Features, RowKind, SimulatedTask } from './task.js';

/** A graded score of at least this passes. */
const PASSING_GRADE = 0.75;

/** Words that mean nothing, for inputs. */
const NOISE =
  'amber basil cedar delta ember fjord grove heron indigo juniper kettle lagoon maple nectar onyx pebble quartz raven saddle thistle umber velvet willow yarrow zephyr anchor bramble copper dahlia elder'.split(
    ' ',
  );
const NOISE_WORDS = 5;

/** A test set that was drawn from a task's population. */
export class DrawnRows {
  readonly cases: readonly TestCase[];
  private readonly kinds = new Map<string, RowKind>();
  private readonly reader: TextReader;
  /** Of the text that was read last. */
  private textKey = { text: '', key: shortHash('') };

  /** @param seed draws the rows and their luck */
  constructor(
    readonly task: SimulatedTask,
    count: number,
    private readonly seed: number,
  ) {
    this.reader = new TextReader(task);
    const random = seededRandom(`${task.id} ${seed} rows`);
    this.cases = Array.from({ length: count }, (_, index) => {
      const kind = drawKind(task.kinds, random());
      const id = `row-${index + 1}`;
      this.kinds.set(id, kind);
      const input = inputOf(kind, random);
      return { id, vars: { input }, expected: kind.expected, guard: false, line: index + 2 };
    });
  }

  /** What came of a text on a row. The same text, row and repeat always give the same outcome. */
  outcome(text: string, caseId: string, repeat = 0): CaseOutcome {
    const kind = this.kinds.get(caseId);
    if (!kind) throw new Error(`The simulated test set has no row ${caseId}.`);
    const features = this.reader.featuresOf(text);
    const value = this.drawScore(text, caseId, repeat, kind.quality(features));
    const pass = this.task.draws === 1 ? value === 1 : value >= PASSING_GRADE;
    const said = kind.feedback(features);
    const feedback = { scorer: 'simulated', ...said };
    return {
      status: 'scored',
      output: pass ? kind.expected : kind.wrong,
      finishReason: 'stop',
      score: {
        value,
        pass,
        parts: [],
        feedback: pass
          ? []
          : [
              said.direction === undefined
                ? { ...feedback, kind: 'non-directional' }
                : { ...feedback, kind: 'directional' },
            ],
      },
    };
  }

  private drawScore(text: string, caseId: string, repeat: number, quality: number): number {
    const { draws, sensitivity, isStochastic } = this.task;
    if (this.textKey.text !== text) this.textKey = { text, key: shortHash(text) };
    let right = 0;
    for (let draw = 0; draw < draws; draw++) {
      const own = `${this.seed} ${caseId} ${draw}`;
      const anew = `${own} ${isStochastic ? repeat : 0} ${this.textKey.key}`;
      const luck = hashFraction(`moved ${anew}`) < sensitivity ? hashFraction(anew) : hashFraction(own);
      if (luck < quality) right++;
    }
    return right / draws;
  }
}

/** The mean score of a text over the whole population, in [0, 1]: exact, since the population is a formula. */
export function trueScore(task: SimulatedTask, text: string): number {
  return meanQuality(task, new TextReader(task).featuresOf(text));
}

/** What the best possible text scores: all that helps said in words that are always obeyed. An upper bound. */
export function reachableScore(task: SimulatedTask): number {
  const { atoms, words } = task.ideal;
  return meanQuality(task, { of: (id) => (atoms.includes(id) ? 1 : 0), words });
}

export function meanQuality({ kinds }: SimulatedTask, features: Features): number {
  return kinds.reduce((sum, kind) => sum + kind.share * kind.quality(features), 0);
}

function drawKind(kinds: readonly RowKind[], place: number): RowKind {
  let from = 0;
  return kinds.find((kind) => (from += kind.share) > place) ?? kinds.at(-1)!;
}

function inputOf(kind: RowKind, random: Random): string {
  const words = Array.from({ length: NOISE_WORDS }, () => NOISE[Math.floor(random() * NOISE.length)]!);
  words.splice(Math.floor(random() * (NOISE_WORDS + 1)), 0, kind.cue);
  return words.join(' ').replace(/\s+/g, ' ').trim();
}
