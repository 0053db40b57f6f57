import type { PromptDocument, EditableSpan } from '../core/prompt.js';
import { recordOf, type RunState } from '../core/run.js';
import { BASELINE_ID } from '../core/candidate.js';
import { guardSpan, splice } from '../formats/index.js';
import { HoneError } from '../core/errors.js';
import { brokenWishes } from './wishes.js';

/** A prompt may grow to this many times its length, and to this many characters in any case. */
const MAX_GROWTH = 5;
const ALWAYS_ALLOWED_CHARACTERS = 4000;
/** Words in a row that a prompt may share with a train row before it counts as copied. */
const COPIED_WORDS = 8;

export interface GuardContext {
  readonly state: RunState;
  readonly document: PromptDocument;
  readonly span: EditableSpan;
}

/** A proposal that keeps all rules, as the whole file, or the reasons why it was turned down, a sentence each. */
export type GuardResult =
  | { readonly ok: true; readonly document: PromptDocument }
  | { readonly ok: false; readonly reasons: readonly string[] };

/**
 * Checks that cost nothing, before anything is sent: placeholders and structure kept, length, rows copied, the user's
 * pins and word limit, duplicates, and that the file can hold the text.
 */
export function guard(context: GuardContext, spanText: string, seen: ReadonlySet<string>): GuardResult {
  const { document, span, state } = context;
  const reasons = [
    ...guardSpan(document, span, spanText),
    ...tooLong(span.text, spanText),
    ...copiedRows(state, span.text, spanText),
    ...brokenWishes(state.setup.wishes, span.text, spanText),
  ];
  if (seen.has(duplicateKey(spanText))) reasons.push('It is the same text as an earlier candidate.');
  if (reasons.length > 0) return { ok: false, reasons };
  try {
    return { ok: true, document: splice(document, { [span.id]: spanText }) };
  } catch (error) {
    if (HoneError.is(error, 'splice-refused')) return { ok: false, reasons: [error.message] };
    throw error;
  }
}

/** Equal for texts that differ in white space or letter case only. */
export function duplicateKey(spanText: string): string {
  return spanText.replace(/\s+/g, ' ').trim().toLowerCase();
}

function tooLong(before: string, after: string): string[] {
  const limit = Math.max(ALWAYS_ALLOWED_CHARACTERS, before.length * MAX_GROWTH);
  return after.length > limit
    ? [`It has ${after.length} characters; the limit for this prompt is ${limit}.`]
    : [];
}

function copiedRows(state: RunState, before: string, after: string): string[] {
  const known = wordRuns(before);
  const fresh = [...wordRuns(after)].filter((run) => !known.has(run));
  if (fresh.length === 0) return [];
  const train = new Set(state.setup.splits.train);
  for (const row of state.setup.testset.cases) {
    if (!train.has(row.id)) continue;
    const runs = wordRuns(Object.values(row.vars).join('\n'));
    const copied = fresh.find((run) => runs.has(run));
    if (copied) return [`It copies a test row (line ${row.line}): "${copied}".`];
  }
  return [];
}

function wordRuns(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  const runs = new Set<string>();
  for (let at = 0; at + COPIED_WORDS <= words.length; at++)
    runs.add(words.slice(at, at + COPIED_WORDS).join(' '));
  return runs;
}

/** Texts of the span under work in all candidates so far, as duplicate keys. */
export function seenTexts(state: RunState, span: EditableSpan): Set<string> {
  const texts = [...state.candidates.values()].map(({ candidate }) => candidate.spans[span.id] ?? span.text);
  return new Set(texts.map(duplicateKey));
}

/** The span's text in a candidate. */
export function spanTextOf(state: RunState, span: EditableSpan, candidateId: string): string {
  if (candidateId === BASELINE_ID) return span.text;
  return recordOf(state, candidateId).candidate.spans[span.id] ?? span.text;
}
