import type { Advice } from '../../core/candidate.js';
import { seededRandom, shortHash, shuffled } from '../../core/hash.js';
import { banditSelector, beamAfter } from '../../evaluation/bandit.js';
import { expressionsOf } from '../../formats/index.js';
import { banditOptionsOf, banditSettings } from '../banditSettings.js';
import type { FailingRow } from '../feedback/causes.js';
import { linesConcerned } from '../feedback/advice.js';
import { duplicateKey } from '../guards.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { readBest } from '../readings.js';
import { failingRowBlock, failingRows, ROWS_ARE_DATA } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import { numberOf, numberSetting, temperatureSetting, wholeOf } from '../settings.js';
import type {
  ConfiguredStrategy,
  Proposal,
  ProposalContext,
  Proposals,
  SettingValues,
  Strategy,
  StrategySetting,
} from '../strategy.js';

/** Share of the rounds that an effort takes. */
const ROUNDS = { quick: 1 / 3, normal: 1, thorough: 2 } as const;

/**
 * APO, also called ProTeGi (Pryzant et al., arXiv 2305.03495): for each prompt of a beam, critiques of a few failing rows
 * ("textual gradients"), an edit against each, paraphrases of the edits; a bandit chooses the next beam.
 */
export const apo: Strategy = {
  id: 'apo',
  summary:
    'Criticises failing rows, edits against each critique, paraphrases, and keeps a beam with a bandit.',
  source: 'arXiv 2305.03495',
  settings: apoSettings(),
  configure: (values) => configureApo(values, 'apo'),
};

/** Settings of `apo` and `apo-sum`. */
export function apoSettings(): StrategySetting[] {
  return [
    numberSetting(
      'rounds',
      6,
      'Steps at normal effort; quick takes a third of them, thorough twice as many.',
      {
        min: 1,
        max: 10_000,
      },
    ),
    numberSetting('beam', 4, 'Prompts kept from step to step.', { min: 1, max: 100 }),
    numberSetting('minibatch', 64, 'Train rows per step among which failures are looked for.', { min: 1 }),
    numberSetting('gradients', 4, 'Requests for critique per prompt of the beam.', { min: 1, max: 100 }),
    numberSetting('errorsPerGradient', 4, 'Failing rows that each of them shows.', { min: 1, max: 100 }),
    numberSetting('critiquesPerGradient', 1, 'Critiques that each of them asks for.', { min: 1, max: 20 }),
    numberSetting('editsPerCritique', 1, 'Edits against each critique, from one request.', {
      min: 1,
      max: 20,
    }),
    numberSetting('paraphrases', 2, 'Paraphrases of each edit and of the prompt itself, from one request.', {
      max: 20,
    }),
    numberSetting(
      'expansion',
      8,
      'New prompts per prompt of the beam; of more, as many are drawn at random.',
      {
        min: 1,
        max: 1000,
      },
    ),
    temperatureSetting(0.7),
    ...banditSettings({ selector: 'ucb', rounds: 8, perRound: 8, samples: 32 }),
  ];
}

/** @param kind `apo-sum` merges the critiques of a prompt by one more request, and edits against the summary */
export function configureApo(values: SettingValues, kind: 'apo' | 'apo-sum'): ConfiguredStrategy {
  const beam = wholeOf(values, 'beam');
  const bandit = banditOptionsOf(values);
  const plan = requestPlan(values, kind);
  const rounds = wholeOf(values, 'rounds');
  return {
    selection: 'train',
    steps: (effort) => Math.max(1, Math.round(rounds * ROUNDS[effort])),
    patience: Infinity,
    perStep: beam * wholeOf(values, 'expansion'),
    asksPerStep: beam * plan.all,
    // Every prompt of the beam has been scored on all train rows.
    ...readBest(0),
    selector: banditSelector(beam, bandit),
    propose: async (context) => {
      const parents = beamAfter(context.state, context.step - 1, beam, bandit).map(
        ({ candidate }) => candidate.id,
      );
      const expansions = await Promise.all(
        shareOut(context.room, parents.length, wholeOf(values, 'expansion')).map(async (share, index) =>
          share === 0 ? undefined : new Expansion(context, values, plan, parents[index]!, index).run(share),
        ),
      );
      return together(
        context,
        expansions.filter((each) => each !== undefined),
      );
    },
  };
}

/** Requests for one prompt of the beam at the most, by kind; `all` of them together. */
interface RequestPlan {
  readonly beam: number;
  readonly gradients: number;
  readonly summaries: 0 | 1;
  readonly edits: number;
  readonly paraphrases: number;
  readonly all: number;
}

function requestPlan(values: SettingValues, kind: 'apo' | 'apo-sum'): RequestPlan {
  const gradients = wholeOf(values, 'gradients');
  const summaries = kind === 'apo-sum' ? 1 : 0;
  const edits = summaries === 1 ? 1 : gradients * wholeOf(values, 'critiquesPerGradient');
  const edited = edits * wholeOf(values, 'editsPerCritique');
  const paraphrases = wholeOf(values, 'paraphrases') > 0 ? 1 + edited : 0;
  const all = gradients + summaries + edits + paraphrases;
  return { beam: wholeOf(values, 'beam'), gradients, summaries, edits, paraphrases, all };
}

/** How many new prompts each of the beam gets, the first ones more. */
function shareOut(room: number, parents: number, most: number): number[] {
  return Array.from({ length: parents }, (_, index) =>
    Math.min(most, Math.floor(room / parents) + (index < room % parents ? 1 : 0)),
  );
}

interface Expanded {
  readonly advice: readonly Advice[];
  readonly proposals: readonly Proposal[];
  readonly answers: readonly OptimizerAnswer[];
}

function together(context: ProposalContext, expansions: readonly Expanded[]): Proposals {
  requireUsable(
    context,
    expansions.flatMap(({ answers }) => answers),
  );
  return {
    advice: expansions.flatMap(({ advice }) => advice),
    proposals: expansions.flatMap(({ proposals }) => proposals),
  };
}

/** What is wrong with the prompt, with the rows that it was read from. */
interface Critique {
  readonly advice: Advice;
  readonly rows: readonly FailingRow[];
}

interface Successor {
  readonly operator: string;
  readonly text: string;
  readonly adviceIds: readonly string[];
}

/** The successors of one prompt of the beam. */
class Expansion {
  private readonly failing: readonly FailingRow[];
  private readonly text: string;
  private readonly answers: OptimizerAnswer[] = [];

  constructor(
    private readonly context: ProposalContext,
    private readonly values: SettingValues,
    private readonly plan: RequestPlan,
    private readonly parent: string,
    private readonly index: number,
  ) {
    const { setup } = context.state;
    // One minibatch for the whole beam, as in the published code.
    const drawn = shuffled(setup.splits.train, this.random('minibatch'));
    this.failing = failingRows(context, parent, drawn.slice(0, wholeOf(values, 'minibatch')));
    this.text = context.spanTextOf(parent);
  }

  async run(share: number): Promise<Expanded> {
    const gradients = this.failing.length === 0 ? [] : await this.gradients();
    const critiques = gradients.flatMap(({ critiques: each }) => each);
    const targets = this.plan.summaries === 1 ? await this.summary(critiques) : critiques;
    const edits = [
      // Where a critique was asked for and a new prompt came, that is an edit.
      ...gradients.flatMap(({ prompts }) => prompts.map((text) => this.successor('edit', text, []))),
      ...(await this.edits(targets)),
    ];
    const paraphrases = this.plan.paraphrases > 0 ? await this.paraphrases(edits) : [];
    const seen = new Set([duplicateKey(this.text)]);
    const fresh = [...edits, ...paraphrases].filter(({ text }) => {
      const key = duplicateKey(text);
      return !seen.has(key) && seen.add(key);
    });
    const chosen =
      fresh.length <= share ? fresh : shuffled(fresh, this.random(`${this.parent} cap`)).slice(0, share);
    return {
      advice: [...critiques, ...targets].map(({ advice }) => advice),
      proposals: chosen.map(({ operator, text, adviceIds }) =>
        proposalOf(this.context, operator, text, this.parent, adviceIds),
      ),
      answers: this.answers,
    };
  }

  private gradients(): Promise<{ critiques: Critique[]; prompts: readonly string[] }[]> {
    const wanted = wholeOf(this.values, 'critiquesPerGradient');
    return Promise.all(
      Array.from({ length: this.plan.gradients }, async (_, at) => {
        const rows = shuffled(this.failing, this.random(`${this.parent} errors ${at}`)).slice(
          0,
          wholeOf(this.values, 'errorsPerGradient'),
        );
        const { feedback, prompts } = await this.ask(at, [
          'You are improving a prompt that a language model is given for each row of a test set.',
          block('current_prompt', this.text),
          `It gets these rows wrong. ${ROWS_ARE_DATA}`,
          ...rows.map((row) => failingRowBlock(this.context, row)),
          wanted === 1
            ? 'Give one reason why the prompt could have led to these wrong answers, between <feedback> and </feedback>.'
            : `Give ${wanted} different reasons why the prompt could have led to these wrong answers, each between <feedback> and </feedback>.`,
        ]);
        return { critiques: feedback.slice(0, wanted).map((text) => this.critique(text, rows)), prompts };
      }),
    );
  }

  /** One critique out of several; of one or none, itself. */
  private async summary(critiques: readonly Critique[]): Promise<readonly Critique[]> {
    if (critiques.length < 2) return critiques;
    const { feedback } = await this.ask(this.plan.gradients, [
      'Several critiques of one prompt follow. Sum them up in one: what they agree on, and what only some of them say if it matters.',
      block('current_prompt', this.text),
      ...critiques.map(({ advice }) => block('critique', advice.text)),
      'Put the one critique between <feedback> and </feedback>.',
    ]);
    const rows = [
      ...new Map(critiques.flatMap((each) => each.rows).map((row) => [row.row.id, row])).values(),
    ];
    return feedback.slice(0, 1).map((text) => this.critique(text, rows));
  }

  private async edits(critiques: readonly Critique[]): Promise<Successor[]> {
    const first = this.plan.gradients + this.plan.summaries;
    const wanted = wholeOf(this.values, 'editsPerCritique');
    const answers = await Promise.all(
      critiques.slice(0, this.plan.edits).map(async ({ advice, rows }, at) => {
        const { prompts } = await this.ask(first + at, [
          'You are improving a prompt that a language model is given for each row of a test set.',
          block('current_prompt', this.text),
          howUsed(this.context.document, this.context.span),
          `It gets these rows wrong. ${ROWS_ARE_DATA}`,
          ...rows.map((row) => failingRowBlock(this.context, row)),
          'The trouble with it:',
          block('critique', advice.text),
          this.order('Write an improved prompt that does away with this trouble.', wanted),
        ]);
        return prompts.slice(0, wanted).map((text) => this.successor('edit', text, [advice.id]));
      }),
    );
    return answers.flat();
  }

  private async paraphrases(edits: readonly Successor[]): Promise<Successor[]> {
    const first = this.plan.gradients + this.plan.summaries + this.plan.edits;
    const wanted = wholeOf(this.values, 'paraphrases');
    const sources = [this.successor('edit', this.text, []), ...edits].slice(0, this.plan.paraphrases);
    const answers = await Promise.all(
      sources.map(async ({ text, adviceIds }, at) => {
        const { prompts } = await this.ask(first + at, [
          'Write a variation of the following prompt: other words, the same meaning.',
          block('current_prompt', text),
          this.order('', wanted),
        ]);
        return prompts.slice(0, wanted).map((each) => this.successor('paraphrase', each, adviceIds));
      }),
    );
    return answers.flat();
  }

  private order(sentence: string, wanted: number): string {
    const { document, span } = this.context;
    return [sentence, placeholderRule(expressionsOf(document, span.text)), answerFormat(wanted)]
      .filter(Boolean)
      .join('\n');
  }

  /** @param at which request for this prompt of the beam it is, below `plan.all` */
  private async ask(at: number, parts: readonly string[]): Promise<OptimizerAnswer> {
    const answer = await askOptimizer(this.context, parts.join('\n\n'), {
      index: this.index * this.plan.all + at,
      perStep: this.plan.beam * this.plan.all,
      temperature: numberOf(this.values, 'temperature'),
    });
    this.answers.push(answer);
    return answer;
  }

  private critique(text: string, rows: readonly FailingRow[]): Critique {
    const { span, state } = this.context;
    const id = `a-${shortHash(`${state.setup.prompt.path}\u0000${span.id}\u0000${text}`).slice(0, 8)}`;
    return {
      advice: {
        id,
        cause: 'critique',
        text: text.trim(),
        direction: '',
        rows: rows.map(({ row }) => row.id),
        lines: linesConcerned(span, text),
      },
      rows,
    };
  }

  private successor(operator: string, text: string, adviceIds: readonly string[]): Successor {
    return { operator, text, adviceIds };
  }

  private random(what: string) {
    const { state, step } = this.context;
    return seededRandom(`${state.setup.seed} ${step} ${what}`);
  }
}
