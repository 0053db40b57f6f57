import { hashFraction, seededRandom, type Random } from '../../core/hash.js';
import type { Model } from '../../models/model.js';
import { FILLERS } from '../simulated/fillers.js';
import { readRequest } from '../simulated/metaPrompt.js';
import { directionIn, triesIn, type ShownTry } from './history.js';

/** A writer's lines are this many syllables off, line by line the same in all poems. */
const BIASES = [-2, -1, 0, 1, 2];
/** Share of lines that come out one syllable off for no reason. */
const WOBBLE = 0.03;
/** What a writer brings who was given no form: lines, and syllables of each. */
const FREE_VERSE = [8, 8, 8, 8];
/** Probability that a line is corrected the wrong way. */
const SLIP = 0.05;
/** Probability that a compared pair is told the wrong way round. */
const MISREADS = 0.1;
/** Words of one syllable and of two, in every pronunciation of the dictionary. */
const ONE = [
  'rain',
  'moon',
  'stone',
  'wind',
  'light',
  'snow',
  'leaf',
  'deep',
  'slow',
  'bright',
  'cold',
  'still',
];
const TWO = ['river', 'window', 'silent', 'morning', 'shadow', 'winter', 'yellow', 'mountain'];

const CORRECTION = /make line (\d+) (shorter|longer) by (\d+)/gi;

/** How many syllables a text asks each line to be longer (or shorter, below 0), by line from 1. */
export function correctionsIn(text: string): Map<number, number> {
  const sums = new Map<number, number>();
  for (const [, line, way, count] of text.matchAll(CORRECTION)) {
    const change = Number(count) * (way!.toLowerCase() === 'longer' ? 1 : -1);
    sums.set(Number(line), (sums.get(Number(line)) ?? 0) + change);
  }
  return sums;
}

/**
 * A stand-in for the model that writes the poems: it keeps to the form that the assignment names, miscounts each line in a
 * way of its own, and does what corrections of single lines say.
 */
export function poemAgent(start: string, pattern: readonly number[], seed: number): Model {
  const biases = pattern.map(
    (_, line) => BIASES[Math.floor(hashFraction(`${seed} bias ${line}`) * BIASES.length)]!,
  );
  return {
    id: 'simulated:poet',
    label: 'Simulated poet',
    destination: 'this machine',
    complete({ messages, repeat }) {
      const content = messages.map((message) => message.content).join('\n\n');
      const random = seededRandom(`${seed} ${repeat} ${content}`);
      const knowsForm = content.includes(start);
      const corrections = correctionsIn(content);
      const counts = knowsForm
        ? pattern.map((count, line) => count + biases[line]! + (corrections.get(line + 1) ?? 0))
        : FREE_VERSE;
      const text = counts.map((count) => lineOf(count + wobble(random), random)).join('\n');
      return Promise.resolve({ text, finishReason: 'stop' });
    },
  };
}

function wobble(random: Random): number {
  if (random() >= WOBBLE) return 0;
  return random() < 0.5 ? -1 : 1;
}

function lineOf(syllables: number, random: Random): string {
  const words: string[] = [];
  for (let left = Math.max(1, syllables); left > 0;) {
    const bank = left > 1 && random() < 0.5 ? TWO : ONE;
    words.push(bank[Math.floor(random() * bank.length)]!);
    left -= bank === TWO ? 2 : 1;
  }
  return words.join(' ');
}

/** A stand-in for an optimizer model on poems: it corrects lines by what it is told, and guesses what it is not told. */
export function poemOptimizer(lines: number, seed: number): Model {
  return {
    id: 'simulated:poems',
    label: 'Simulated optimizer (poems)',
    destination: 'this machine',
    complete({ messages, temperature = 1, repeat }) {
      const content = messages.map((message) => message.content).join('\n\n');
      const random = seededRandom(`${seed} ${repeat} ${temperature} ${content}`);
      const { current, wanted, wantsFeedback } = readRequest(content);
      const tries = triesIn(content);
      const best = tries.reduce<ShownTry | undefined>(
        (found, next) => (found === undefined || (next.score ?? 0) > (found.score ?? 0) ? next : found),
        undefined,
      );
      const base = current ?? best?.text ?? '';
      const shown = tries.find(({ text }) => text === base) ?? tries.at(-1);
      const loose = content.match(/^feedback: .*$/gm) ?? [];
      const said = [
        ...(shown && shown.feedback.length > 0 ? shown.feedback : loose),
        directionIn(content),
      ].join('\n');
      const prompts = Array.from({ length: wanted }, () => {
        const changes = changesFrom(said, lines, random);
        return `<prompt>\n${reworded(corrected(base, changes), tries, random)}\n</prompt>`;
      });
      const feedback = wantsFeedback
        ? [`<feedback>\n${critique(said, tries, lines, random)}\n</feedback>`]
        : [];
      return Promise.resolve({ text: [...feedback, ...prompts].join('\n\n'), finishReason: 'stop' });
    },
  };
}

/** By how much each line is to change, by line from 1: as told, or a guess. */
function changesFrom(said: string, lines: number, random: Random): Map<number, number> {
  const told = new Map<number, number>();
  for (const [, line, actual, wanted] of said.matchAll(
    /line (\d+) \(.*\) has (\d+) syllables; (\d+) are wanted/gi,
  )) {
    const sign = random() < SLIP ? -1 : 1;
    told.set(Number(line), sign * (Number(wanted) - Number(actual)));
  }
  if (told.size > 0) return told;
  for (const [line, change] of correctionsIn(said)) told.set(line, change);
  if (told.size > 0) return told;
  for (const [, line] of said.matchAll(/line (\d+) breaks the rule/gi)) told.set(Number(line), guess(random));
  if (told.size > 0) return told;
  return new Map([[1 + Math.floor(random() * lines), guess(random)]]);
}

function guess(random: Random): number {
  return (random() < 0.5 ? -1 : 1) * (random() < 0.5 ? 1 : 2);
}

/** The prompt with one correction a line, which replaces earlier ones. */
function corrected(base: string, changes: ReadonlyMap<number, number>): string {
  const sums = correctionsIn(base);
  for (const [line, change] of changes) sums.set(line, (sums.get(line) ?? 0) + change);
  const kept = base.split('\n').filter((line) => !/make line \d+ (?:shorter|longer)/i.test(line));
  const sentences = [...sums]
    .filter(([, sum]) => sum !== 0)
    .sort(([a], [b]) => a - b)
    .map(([line, sum]) => correction(line, sum));
  return [...kept, ...sentences].join('\n');
}

/** A text that was tried already gets one more sentence, which does nothing but give the writer other words. */
function reworded(text: string, tries: readonly ShownTry[], random: Random): string {
  if (!tries.some((each) => each.text === text)) return text;
  return `${text}\n${FILLERS[Math.floor(random() * FILLERS.length)]!}`;
}

function correction(line: number, sum: number): string {
  return `Make line ${line} ${sum > 0 ? 'longer' : 'shorter'} by ${Math.abs(sum)}.`;
}

/** What to change, from what is told of the lines; where nothing is, from pairs of tries. */
function critique(said: string, tries: readonly ShownTry[], lines: number, random: Random): string {
  const isTold = /has \d+ syllables|breaks the rule/i.test(said);
  const changes = isTold ? changesFrom(said, lines, random) : comparedPairs(tries, lines, random);
  const sentences = [...changes].map(([line, change]) => correction(line, change));
  return `Direction: ${sentences.join(' ') || 'The tries do not tell yet.'}`;
}

/** A line whose correction went up with the score is to go further that way, and back where the score fell. */
function comparedPairs(tries: readonly ShownTry[], lines: number, random: Random): Map<number, number> {
  const changes = new Map<number, number>();
  const read = tries.map(({ text, score = 0 }) => ({ corrections: correctionsIn(text), score }));
  for (let line = 1; line <= lines; line++) {
    let votes = 0;
    read.forEach((one, at) => {
      for (const other of read.slice(at + 1)) {
        const way = (one.corrections.get(line) ?? 0) - (other.corrections.get(line) ?? 0);
        votes += Math.sign(way) * Math.sign(one.score - other.score);
      }
    });
    const sign = random() < MISREADS ? -1 : 1;
    if (votes !== 0) changes.set(line, sign * Math.sign(votes));
  }
  return changes;
}
