import { fMeasure, nGram, treeBankTokenize } from 'js-rouge';
import { directional, plain, scorerFailed } from '../family.js';
import { plural } from '../text.js';
import { graded, textValue, textValues, type AssertionCall, type AssertionKind } from './kind.js';

/** Longer texts would take minutes to compare. */
const COMPARED_LENGTH = 200_000;

/**
 * ROUGE-N of two texts with clipped counts (Lin 2004): the F-measure over shared n-grams, in [0, 1]. Tokens are those of
 * the Penn Treebank; upper and lower case are the same.
 */
export function rougeN(candidate: string, reference: string, n = 1): number {
  const [given, wanted] = [candidate, reference].map((text) => treeBankTokenize(text.toLowerCase()));
  if (given!.length < n || wanted!.length < n) return 0;
  const [givenGrams, wantedGrams] = [nGram(given!, n), nGram(wanted!, n)];
  const shared = overlap(givenGrams, wantedGrams);
  return shared === 0 ? 0 : fMeasure(shared / givenGrams.length, shared / wantedGrams.length, 1);
}

/**
 * BLEU (Papineni et al. 2002) of a text against references, in [0, 1]: the geometric mean of the precisions of 1- to
 * 4-grams, each against the reference that fits best, times the brevity penalty. Orders that the text is too short for
 * are left out; a precision of 0 counts as 1e-7.
 */
export function bleu(candidate: string, references: readonly string[]): number {
  if (candidate.trim() === '') return 0;
  const given = words(candidate);
  const wanted = references.map(words);
  const precisions = [1, 2, 3, 4]
    .filter((n) => n <= given.length)
    .map((n) => {
      const grams = gramsOf(given, n);
      return Math.max(...wanted.map((each) => overlap(grams, gramsOf(each, n)))) / grams.length;
    });
  const nearest = wanted
    .map((each) => each.length)
    .reduce((best, length) => {
      const [a, b] = [Math.abs(length - given.length), Math.abs(best - given.length)];
      return a < b || (a === b && length < best) ? length : best;
    });
  const penalty = given.length > nearest ? 1 : Math.exp(1 - nearest / given.length);
  const logs = precisions.map((precision) => Math.log(precision === 0 ? 1e-7 : precision));
  return penalty * Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length);
}

/**
 * GLEU (Wu et al. 2016) of a text against the reference that fits best, in [0, 1]: the lesser of precision and recall
 * over all 1- to 4-grams together. Full stops at the ends of words do not count.
 */
export function gleu(candidate: string, references: readonly string[]): number {
  const given = bareWords(candidate);
  if (given.length === 0) return 0;
  return Math.max(
    ...references.map((reference) => {
      const wanted = bareWords(reference);
      if (wanted.length === 0) return 0;
      const orders = [1, 2, 3, 4].map((n) => [gramsOf(given, n), gramsOf(wanted, n)] as const);
      const sum = (of: (pair: (typeof orders)[number]) => number) =>
        orders.reduce((total, pair) => total + of(pair), 0);
      const shared = sum(([a, b]) => overlap(a, b));
      return Math.min(shared / sum(([a]) => a.length), shared / sum(([, b]) => b.length));
    }),
  );
}

function words(text: string): string[] {
  return text.toLowerCase().trim().split(/\s+/);
}

function bareWords(text: string): string[] {
  const bare = words(text).map((word) => word.replace(/(?<!\.)\.+$/, ''));
  return bare.some((word) => word !== '') ? bare : [];
}

function gramsOf(tokens: readonly string[], n: number): string[] {
  return tokens.slice(n - 1).map((_, index) => tokens.slice(index, index + n).join(' '));
}

/** How many grams of the first list are in the second one, each as often as it stands in both. */
function overlap(given: readonly string[], wanted: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const gram of wanted) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  let shared = 0;
  for (const gram of given) {
    const left = counts.get(gram) ?? 0;
    if (left === 0) continue;
    counts.set(gram, left - 1);
    shared++;
  }
  return shared;
}

const METRICS: Readonly<Record<string, { readonly name: string; readonly threshold: number }>> = {
  'rouge-n': { name: 'ROUGE-N', threshold: 0.75 },
  bleu: { name: 'BLEU', threshold: 0.5 },
  gleu: { name: 'GLEU', threshold: 0.5 },
};

export const OVERLAP: AssertionKind = {
  types: Object.keys(METRICS),
  meaning:
    'How much of the words and word sequences the answer shares with the value (threshold 0.75, 0.5, 0.5).',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const references = call.type === 'rouge-n' ? [textValue(call)] : textValues(call);
    if ([call.output, ...references].some((text) => text.length > COMPARED_LENGTH)) {
      throw scorerFailed(
        call.id,
        `the texts are longer than ${COMPARED_LENGTH} characters.`,
        'Shorten them.',
      );
    }
    const score =
      call.type === 'rouge-n'
        ? rougeN(call.output, references[0]!)
        : (call.type === 'bleu' ? bleu : gleu)(call.output, references);
    const { name, threshold: usual } = METRICS[call.type]!;
    const threshold = call.assertion.threshold ?? usual;
    return graded(call, score, threshold, (value) => [
      distanceFeedback(call, `${name} ${value.toFixed(2)}, threshold ${threshold}`, references),
    ]);
  },
};

/** Overlap tells nearer from farther, not which way; only a length that is far off gives a direction. */
const FAR_OFF = 1.5;

function distanceFeedback(call: AssertionCall, score: string, references: readonly string[]) {
  if (call.inverse) return plain(call.id, 'too-similar', `too similar to what must not be said (${score})`);
  const given = words(call.output).filter((word) => word !== '').length;
  const lengths = references.map((text) => words(text).length);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  if (given > most * FAR_OFF) {
    const text = `shares too little with the expected text (${score}), and is too long by ${plural(given - most, 'word')}`;
    return directional(
      call.id,
      'too-long',
      text,
      'Write shorter answers, about as long as the expected ones.',
    );
  }
  if (given * FAR_OFF < least) {
    const text = `shares too little with the expected text (${score}), and is too short by ${plural(least - given, 'word')}`;
    return directional(
      call.id,
      'too-short',
      text,
      'Write longer answers, about as long as the expected ones.',
    );
  }
  return plain(call.id, 'dissimilar', `shares too little with the expected text (${score})`);
}
