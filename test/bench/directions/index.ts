import { compare, type ComparedRun } from '../../../src/lab/compare.js';
import { figureOf, gainShare, groupBy, hasHeadroom, meanOf, type Figure } from '../../../src/lab/figures.js';
import { planOf, PROBLEM_KINDS } from '../../../src/lab/papers/index.js';
import { runSeries, stepsOfRun } from '../../../src/lab/papers/run.js';
import { planComparison } from '../../../src/lab/plan.js';
import { strategyOf } from '../../../src/optimizer/strategies/index.js';
import type { SettingValues, Strategy } from '../../../src/optimizer/strategy.js';

/** One direction of a paper: the first of two is better. */
export interface Direction {
  readonly claim: string;
  readonly where: string;
  readonly unit: string;
  readonly better: number;
  readonly other: number;
  /** Lead of the first, seed by seed: above 0 where the paper's direction holds. */
  readonly lead: Figure;
}

const FUNCTIONS = ['rosenbrock', 'rosenbrock-100', 'booth', 'mccormick', 'six-hump-camel'];
const LEVELS = ['directional', 'synthesized', 'non-directional', 'none'] as const;
type Level = (typeof LEVELS)[number];
const PAIRS: readonly (readonly [Level, Level])[] = [
  ['directional', 'non-directional'],
  ['synthesized', 'non-directional'],
  ['non-directional', 'none'],
  ['directional', 'none'],
  ['synthesized', 'none'],
];

/** Steps to the optimum by feedback (arXiv 2405.16434), function by function and over all of them. */
export async function numericDirections(seeds: number): Promise<Direction[]> {
  const steps = new Map<string, number[]>();
  for (const id of FUNCTIONS) {
    const kind = PROBLEM_KINDS.find((each) => each.id === id)!;
    for (const feedback of LEVELS) {
      const plan = planOf(kind, { feedback, seeds, signal: new AbortController().signal });
      const { runs } = await runSeries(plan);
      steps.set(
        `${id} ${feedback}`,
        runs.map((run) => stepsOfRun(run, plan.steps)),
      );
    }
  }
  const allOf = (level: Level) =>
    Array.from({ length: seeds }, (_, seed) =>
      meanOf(FUNCTIONS.map((id) => steps.get(`${id} ${level}`)![seed]!)),
    );
  return PAIRS.flatMap(([better, other]) => [
    ...FUNCTIONS.map((id) =>
      fewer(better, other, id, steps.get(`${id} ${better}`)!, steps.get(`${id} ${other}`)!),
    ),
    fewer(better, other, 'all five', allOf(better), allOf(other)),
  ]);
}

function fewer(
  better: Level,
  other: Level,
  where: string,
  own: readonly number[],
  others: readonly number[],
): Direction {
  return {
    claim: `${better} feedback needs fewer steps than ${other} (2405.16434)`,
    where,
    unit: 'steps',
    better: meanOf(own),
    other: meanOf(others),
    lead: figureOf(own.map((value, seed) => others[seed]! - value)),
  };
}

/** A strategy under other settings, under a name of its own. */
function variant(id: string, strategy: string, settings: SettingValues): Strategy {
  const base = strategyOf(strategy);
  return { ...base, id, configure: (values) => base.configure({ ...values, ...settings }) };
}

interface Ablation {
  readonly claim: string;
  readonly better: readonly [string, string, SettingValues];
  readonly other: readonly [string, string, SettingValues];
  readonly tasks?: readonly string[];
}

const GPO = { steps: 12 };
const ABLATIONS: readonly Ablation[] = [
  ...(['recency', 'importance'] as const).map((retrieval) => ({
    claim: `gpo: retrieval by relevance beats ${retrieval} (2402.17564)`,
    better: ['gpo', 'gpo', GPO] as const,
    other: [`gpo ${retrieval}`, 'gpo', { ...GPO, retrieval }] as const,
  })),
  ...(['fixed', 'linear'] as const).map((budgetSchedule) => ({
    claim: `gpo: cosine decay beats a ${budgetSchedule} budget (2402.17564)`,
    better: ['gpo', 'gpo', GPO] as const,
    other: [`gpo ${budgetSchedule}`, 'gpo', { ...GPO, budgetSchedule }] as const,
  })),
  ...(['random', 'descending'] as const).map((order) => ({
    claim: `opro: ascending order beats ${order} (2309.03409)`,
    better: ['opro', 'opro', {}] as const,
    other: [`opro ${order}`, 'opro', { order }] as const,
  })),
  ...[0, 10].map((exemplars) => ({
    claim: `opro: 3 exemplars beat ${exemplars} (2309.03409)`,
    better: ['opro', 'opro', {}] as const,
    other: [`opro ${exemplars}`, 'opro', { exemplars }] as const,
  })),
  ...[undefined, ['demonstration']].map((tasks) => ({
    claim: 'abo: with its demonstration beats without (2402.02101)',
    better: ['abo', 'abo', {}] as const,
    other: ['abo plain', 'abo', { demonstration: false }] as const,
    ...(tasks && { tasks }),
  })),
];

/** Share of the reachable gain on the simulated tasks, with one setting of a strategy and with another. */
export async function settingDirections(seeds: number, calls: number): Promise<Direction[]> {
  const variants = new Map(
    ABLATIONS.flatMap(({ better, other }) => [better, other]).map(([id, strategy, settings]) => [
      id,
      variant(id, strategy, settings),
    ]),
  );
  const plan = planComparison({ seeds, budgets: [calls] });
  const runs = (await compare({ ...plan, strategies: [...variants.values()] })).filter(hasHeadroom);
  const all = [...new Set(runs.map(({ task }) => task))];
  return ABLATIONS.map(({ claim, better, other, tasks = all }) => {
    const own = gainsBySeed(runs, better[0], tasks);
    const others = gainsBySeed(runs, other[0], tasks);
    return {
      claim,
      where: tasks === all ? `${all.length} simulated tasks` : tasks.join(', '),
      unit: '% of gain',
      better: 100 * meanOf(own),
      other: 100 * meanOf(others),
      lead: figureOf(own.map((value, seed) => 100 * (value - others[seed]!))),
    };
  });
}

function gainsBySeed(runs: readonly ComparedRun[], strategy: string, tasks: readonly string[]): number[] {
  const counted = runs.filter((run) => run.strategy === strategy && tasks.includes(run.task));
  const bySeed = [...groupBy(counted, ({ seed }) => String(seed))].sort(([a], [b]) => Number(a) - Number(b));
  return bySeed.map(([, each]) => meanOf(each.map((run) => gainShare(run, run.end))));
}

/** What the interval says of the paper's direction. */
export function finding({ lead }: Direction): 'holds' | 'reversed' | 'not shown' {
  if (lead.low > 0) return 'holds';
  return lead.high < 0 ? 'reversed' : 'not shown';
}
