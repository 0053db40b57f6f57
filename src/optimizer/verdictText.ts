import type { Interval, PairedComparison } from '../core/statistics.js';
import type { Verdict, VerdictKind } from '../core/run.js';
import type { Change } from '../core/verdict.js';
import type { Judgement } from './verdict.js';

/** Shares below this are not worth a word. */
const ONE_TAIL = 0.05;

/** Of a prompt that passes everything; also says how much could fail unseen (95%, one-sided). */
export function goodSentence(rows: number): string {
  const unseen = 1 - ONE_TAIL ** (1 / rows);
  return `Your prompt is already good: all ${rows} rows pass. So many rows cannot tell whether up to ${percent(unseen)} of such inputs would fail.`;
}

/** Of a search that found nothing, though it looked. */
export function headroomSentence(
  score: number,
  rows: number,
  tried: number,
  closest: PairedComparison | undefined,
): string {
  const best = closest
    ? `, and the closest one came to ${points(closest.delta)} points (95% interval ${pointsOf(closest.interval)})`
    : '';
  return `No candidate beat your prompt, which scores ${percent(score)} on ${rows} rows: ${tried} different ones were tried${best}.`;
}

/** Of a search that has not looked enough to say that there is nothing to find. */
export function tooFewTriedSentence(tried: number): string {
  const were = tried === 1 ? 'one different candidate was' : `${tried} different candidates were`;
  return `Cannot tell: nothing beat your prompt, but only ${were} tried; a higher effort or limit searches on.`;
}

/** Of a comparison on exam rows. */
export function comparisonSentence(
  kind: VerdictKind,
  facts: Omit<Judgement, 'kind'>,
  examRows: number,
): string {
  const { comparison, brokenGuards = [], noise } = facts;
  if (brokenGuards.length > 0) return `It breaks guarded rows: ${brokenGuards.join(', ')}.`;
  const { n, before, after, delta } = comparison;
  const change = `${percent(before)} to ${percent(after)}`;
  if (kind === 'better' || kind === 'worse') {
    const word = kind === 'better' ? 'Better' : 'Worse';
    return [`${word}: ${change} on ${rowsText(facts, examRows)}.`, ...looks(facts)].join(' ');
  }
  if (n === 0) {
    return examRows === 0
      ? 'Cannot tell: the test set is too small to keep rows back for a verdict.'
      : 'Cannot tell: every row of the exam ended in an error.';
  }
  const floor = noise?.smallestGain ?? 0;
  if (noise && delta > 0 && delta < floor && comparison.pValue < (facts.level ?? 0)) {
    return `Cannot tell: ${change} on ${n} exam rows, but ${percent(noise.share)} of rows change their score when the same prompt is asked again, and a gain below ${percent(floor)} drowns in that.`;
  }
  const settle = facts.rowsWanted === undefined ? '' : `; about ${facts.rowsWanted} exam rows would`;
  const crossed = facts.crossFitted ? ', each judged by the half of the search that had not seen it' : '';
  const exact = `p = ${comparison.pValue.toFixed(2)} in the exact test, which decides`;
  const told = `Cannot tell with ${n} exam rows${crossed}${settle}: ${percent(before)} before, ${percent(after)} after (${exact}).`;
  return [told, ...looks(facts)].join(' ');
}

function rowsText({ comparison, crossFitted }: Omit<Judgement, 'kind'>, examRows: number): string {
  const { n } = comparison;
  if (examRows === 0)
    return `${n} rows that the proposer had not seen, with a correction for the choice among candidates`;
  return crossFitted
    ? `${n} rows, each judged by the half of the search that had not seen it; the better finalist of the two halves is named`
    : `${n} rows that neither the proposer nor the choice had seen`;
}

function looks({ look = 1, level = 0 }: Omit<Judgement, 'kind'>): string[] {
  if (look === 1) return [];
  const asked = `p has to be below ${level.toPrecision(2)}`;
  return [
    `It is comparison ${look} with this prompt on these exam rows, so ${asked}; fresh rows make a sharper verdict.`,
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function points(delta: number): string {
  const rounded = Math.round(delta * 100);
  return `${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${Math.abs(rounded)}`;
}

function pointsOf([low, high]: Interval): string {
  return `${points(low)} to ${points(high)}`;
}

/** What a verdict says besides its sentence, a few words each: guarded rows, length and cost of the prompt, noise. */
export function verdictFacts({
  words,
  characters,
  tokens,
  noise,
  brokenGuards,
  crossFitted,
}: Verdict): string[] {
  return [
    crossFitted &&
      'difference and interval are those of the search on both halves of the rows, not of this candidate alone',
    brokenGuards && `breaks ${brokenGuards.length} guarded ${brokenGuards.length === 1 ? 'row' : 'rows'}`,
    words && characters && `${changeText(words, 'word')} (${changeText(characters, 'character')})`,
    tokens && `${changeText(tokens, 'token')} per answer`,
    noise &&
      `asked twice, the prompt as it is changes its score on ${noise.changed} of ${noise.n} rows` +
        (noise.smallestGain > 0 ? `: gains below ${percent(noise.smallestGain)} are noise` : ''),
  ].filter((fact) => typeof fact === 'string');
}

function changeText({ before, after }: Change, unit: string): string {
  const [from, to] = [Math.round(before), Math.round(after)];
  const share =
    from === 0 || from === to ? '' : `, ${to > from ? '+' : '−'}${percent(Math.abs(to - from) / from)}`;
  return `${from} to ${to} ${unit}s${share}`;
}
