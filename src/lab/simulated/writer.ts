import type { Random } from '../../core/hash.js';
import { evidenceAgainst, evidenceFor, isRequested } from './evidence.js';
import { wordsIn, type TextReader } from './features.js';
import { FILLERS, OPENINGS, PLAIN_START } from './fillers.js';
import type { ShownRequest } from './metaPrompt.js';
import type { Strength } from './strength.js';
import type { Atom, SimulatedTask } from './task.js';

/** However clear the evidence, an idea is missed at times. */
const MOST_LIKELY = 0.95;
/** With nothing to go on, how often a writer only puts the text in other words. */
const PARAPHRASE = 0.3;
/** A line is put in other words this often where the same meaning is asked for. */
const PARAPHRASE_LINE = 0.5;
/** Losses and rewordings beside a whole rewrite, for a writer who keeps to a word budget or to the meaning. */
const LOCAL = 0.15;
/** Texts with scores from which a trend can be read. */
const LEAST_SCORED = 3;
const MOST_FROM_TREND = 2;
/** Without being shown a row that a rule would break, the exception is thought of this much less often. */
const UNSHOWN_CARE = 0.4;
/** Tries to find a change that another prompt of the same answer has not made. */
const OTHER_TRIES = 3;
const SAME_MEANING = /same meaning|meaning (?:unchanged|the same)|paraphras|semantically|\bvariation of\b/i;
const SHORTER = /\b(?:compress|shorten|shorter|fewer words|more concise|drop lines|remove lines)\b/i;
/** Share of the useless lines that a strong writer finds when it is asked to shorten a text. */
const CUT = 0.5;

/** Writes the answer to one request. */
export class SimulatedWriter {
  private readonly evidence: ReadonlyMap<Atom, number>;

  constructor(
    private readonly task: SimulatedTask,
    private readonly reader: TextReader,
    private readonly strength: Strength,
    private readonly request: ShownRequest,
    private readonly random: Random,
  ) {
    this.evidence = new Map(task.atoms.map((atom) => [atom, evidenceFor(atom, request, reader)]));
  }

  /** As many new texts as are wanted. */
  prompts(): string[] {
    const written = new Set<string>();
    for (let count = 0; count < this.request.wanted; count++) {
      let text = this.prompt();
      for (let tries = 0; written.has(text) && tries < OTHER_TRIES; tries++) text = this.prompt();
      written.add(text);
    }
    return [...written];
  }

  /** What seems to be wrong and which way to go: from the rows that are shown, or from the writer's own idea of the task. */
  critique(): string {
    const base = this.baseText();
    const ideas = this.chance(this.strength.prior) ? [] : [...this.ideas(base), ...this.fromTrend(base)];
    const lines = ideas.map((sentence) => `The prompt does not say enough of this.\nDirection: ${sentence}`);
    const harms = this.harmful(base).map(
      ({ harmHint }) => `A line of the prompt leads astray.\nDirection: take it out; ${harmHint}.`,
    );
    const said = [...harms, ...lines];
    return said.length > 0
      ? said.join('\n')
      : `The prompt is not clear enough.\nDirection: ${this.priorIdea(base)}`;
  }

  /** Single changes of named rules, one a line. */
  changes(rules: ReadonlyMap<string, string>): string {
    const base = this.baseText();
    const harms = this.harmful(base);
    const ideas = this.ideas(base);
    const named = [...rules];
    const drops = named.filter(
      ([, rule]) => this.reader.atomsOf(rule).some((atom) => harms.includes(atom)) || this.isCut(rule),
    );
    const added = [
      ...(ideas.length + drops.length > 0 ? ideas : [this.priorIdea(base)]),
      ...(this.chance(this.strength.filler) ? [this.pick(FILLERS)] : []),
    ];
    return [
      ...drops.map(([name]) => `DROP: ${name}`),
      ...added.map((sentence) => {
        const atoms = this.reader.atomsOf(sentence);
        // The same rule in better words takes the place of the old ones.
        const olds = named.filter(
          ([, rule]) => atoms.length > 0 && sameAtoms(atoms, this.reader.atomsOf(rule)),
        );
        return olds.length > 1
          ? `MERGE: ${olds.map(([name]) => name).join(' ')}: ${sentence}`
          : [...olds.map(([name]) => `DROP: ${name}`), `ADD: ${sentence}`].join('\n');
      }),
    ].join('\n');
  }

  private prompt(): string {
    const { request } = this;
    const base = this.baseText();
    if (this.isParaphrase()) return this.paraphrase(base);
    const seen = [...this.requested(base), ...(this.chance(this.strength.prior) ? [] : this.ideas(base))];
    const trend = this.fromTrend(base);
    const harms = new Set(this.harmful(base));
    const hasIdea = seen.length + trend.length + harms.size > 0;
    const isLocal = request.wordsBudget !== undefined && this.chance(this.strength.obey);
    if (!hasIdea && !isLocal && this.chance(PARAPHRASE)) return this.paraphrase(base);
    const additions = [
      ...(hasIdea ? [...seen, ...trend] : [this.priorIdea(base)]),
      ...(this.chance(this.strength.filler) ? [this.pick(FILLERS)] : []),
      ...(request.failing.length > 0 && this.chance(this.strength.copy) ? [this.copiedRow()] : []),
    ];
    const kept = base
      .split('\n')
      .filter((line) => !this.reader.atomsOf(line).some((atom) => harms.has(atom)))
      .filter((line) => !this.isCut(line));
    const lines = this.reworded(kept, this.strength.reword * (isLocal ? LOCAL : 1), isLocal ? LOCAL : 1);
    const budget = isLocal ? request.wordsBudget : Infinity;
    const further = this.inPlace(additions, lines);
    return [...lines, ...withinWords(further, budget)].join('\n');
  }

  /** Other words, the same meaning; shorter where that is asked for. */
  private paraphrase(base: string): string {
    const lines = base.split('\n').filter((line) => !this.isCut(line));
    return this.reworded(lines, PARAPHRASE_LINE, LOCAL).join('\n');
  }

  /** A better wording takes the place of a line that says the same. */
  private inPlace(additions: readonly string[], lines: string[]): string[] {
    return additions.filter((sentence) => {
      const atoms = this.reader.atomsOf(sentence);
      const at =
        atoms.length === 0 ? -1 : lines.findIndex((line) => sameAtoms(atoms, this.reader.atomsOf(line)));
      if (at >= 0) lines[at] = sentence;
      return at < 0;
    });
  }

  /** The text to go on from: the current one, else the best scored, else none. */
  private baseText(): string {
    const best = this.request.scored.reduce<{ text: string; score: number } | undefined>(
      (found, next) => (found === undefined || next.score >= found.score ? next : found),
      undefined,
    );
    return this.request.current ?? best?.text ?? PLAIN_START;
  }

  private isParaphrase(): boolean {
    const { instructions, failing, guidance } = this.request;
    return SAME_MEANING.test(instructions) && failing.length === 0 && guidance.trim() === '';
  }

  /** What the request asks for in so many words is done nearly always, unless the text has it. */
  private requested(base: string): string[] {
    return this.task.atoms
      .filter((atom) => isRequested(atom, this.request) && this.reader.featuresOf(base).of(atom.id) === 0)
      .filter(() => this.chance(MOST_LIKELY))
      .map((atom) => this.fresh(atom.wordings, base));
  }

  /** Sentences that the evidence speaks for, the clearest first. */
  private ideas(base: string): string[] {
    const likely = [...this.evidence]
      .filter(([, evidence]) => evidence > 0)
      .map(([atom, evidence]) => ({ atom, evidence, order: evidence * this.random() }))
      .sort((a, b) => b.order - a.order);
    const found: string[] = [];
    for (const { atom, evidence } of likely) {
      const chance = Math.min(MOST_LIKELY, 1 - (1 - this.strength.insight) ** evidence);
      if (!this.chance(chance)) continue;
      found.push(this.sentence(atom, base));
      if (!this.chance(this.strength.attention)) break;
    }
    return found;
  }

  private sentence(atom: Atom, base: string): string {
    if (atom.misreadings && this.chance(this.strength.misread)) return this.pick(atom.misreadings);
    if (!atom.misreadings && this.chance(this.strength.misread)) return this.pick(FILLERS);
    const { spares } = atom;
    if (spares) {
      const isShown = [...this.request.others, ...this.request.failing].some(({ input }) =>
        input.includes(spares.cue),
      );
      if (this.chance(this.strength.care * (isShown ? 1 : UNSHOWN_CARE)))
        return this.fresh(spares.wordings, base);
    }
    return this.fresh(atom.wordings, base);
  }

  /** A wording that the text does not have yet, where there is one. */
  private fresh(wordings: readonly string[], base: string): string {
    const unused = wordings.filter((wording) => !base.includes(wording));
    return this.pick(unused.length > 0 ? unused : wordings);
  }

  /** What comes to mind without looking at rows. */
  private priorIdea(base: string): string {
    const guesses = this.task.atoms.filter(
      ({ id, guess }) => guess > 0 && this.reader.featuresOf(base).of(id) === 0,
    );
    const total = guesses.reduce((sum, { guess }) => sum + guess, FILLERS.length);
    let place = this.random() * total;
    for (const atom of guesses) if ((place -= atom.guess) < 0) return this.fresh(atom.wordings, base);
    return this.pick(FILLERS);
  }

  private harmful(base: string): Atom[] {
    return this.task.atoms.filter((atom) => {
      const against = evidenceAgainst(atom, this.request);
      if (against === 0 || this.reader.featuresOf(base).of(atom.id) === 0) return false;
      return this.chance(Math.min(MOST_LIKELY, 1 - (1 - this.strength.insight) ** against));
    });
  }

  /** Lines of other scored texts that go with higher scores: true, or a trend that chance has made. */
  private fromTrend(base: string): string[] {
    const { scored } = this.request;
    if (scored.length < LEAST_SCORED) return [];
    const here = new Set(base.split('\n'));
    const lines = [...new Set(scored.flatMap(({ text }) => text.split('\n')))].filter(
      (line) => line.trim() !== '' && !here.has(line),
    );
    return lines
      .map((line) => ({ line, gain: contrast(scored, line) }))
      .filter(({ gain }) => gain > 0 && this.chance(Math.min(MOST_LIKELY, (this.strength.trend * gain) / 10)))
      .sort((a, b) => b.gain - a.gain)
      .slice(0, MOST_FROM_TREND)
      .map(({ line }) => line);
  }

  /** Where a shorter text is asked for, by the request or by its feedback, lines that do nothing go. */
  private isCut(line: string): boolean {
    const { instructions, guidance, failing } = this.request;
    const isAsked =
      SHORTER.test(instructions) ||
      SHORTER.test(guidance) ||
      failing.some(({ feedback }) => feedback.some((text) => SHORTER.test(text)));
    const isUseless = this.reader.atomsOf(line).length === 0 && !isOrder(this.task, line);
    return isAsked && isUseless && this.chance(CUT * (1 - this.strength.misread));
  }

  /** The lines as they come out when the text is written anew: some in other words, some lost. */
  private reworded(lines: readonly string[], reword: number, care: number): string[] {
    const loss = Math.min(0.5, (this.strength.loss * care * lines.length) / 10);
    return lines
      .filter(() => !this.chance(loss))
      .map((line) => (line.trim() !== '' && this.chance(reword) ? this.inOtherWords(line) : line));
  }

  private inOtherWords(line: string): string {
    const [atom, ...more] = this.reader.atomsOf(line);
    if (atom && more.length === 0) return this.fresh(atom.wordings, line);
    const bare = OPENINGS.reduce((text, opening) => text.replace(`${opening} `, ''), line);
    return `${this.pick(OPENINGS)} ${bare}`;
  }

  private copiedRow(): string {
    const row = this.pick(this.request.failing);
    return `For example, the answer to "${row.input}" is ${row.expected ?? 'another one'}.`;
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }
}

/** Whether a line says nothing that a sentence does not say too. An example does not stand for the rule that it shows. */
function sameAtoms(wanted: readonly Atom[], found: readonly Atom[]): boolean {
  const examples = wanted.filter(({ pattern }) => pattern !== undefined);
  return (
    found.length > 0 &&
    found.every((atom) => wanted.includes(atom)) &&
    examples.every((atom) => found.includes(atom))
  );
}

/** Mean score of the texts with a line less that of the texts without it. */
function contrast(scored: ShownRequest['scored'], line: string): number {
  const has = scored.filter(({ text }) => text.includes(line));
  const lacks = scored.filter(({ text }) => !text.includes(line));
  if (has.length === 0 || lacks.length === 0) return 0;
  const mean = (texts: typeof has) => texts.reduce((total, { score }) => total + score, 0) / texts.length;
  return mean(has) - mean(lacks);
}

/** The first and the last line of the starting text say what the task is; a writer sees that they are not ballast. */
function isOrder(task: SimulatedTask, line: string): boolean {
  const lines = task.start.split('\n');
  return line === lines[0] || line === lines.at(-1);
}

function withinWords(sentences: readonly string[], budget: number): string[] {
  let left = budget;
  return sentences.filter((sentence) => (left -= wordsIn(sentence)) >= 0);
}
