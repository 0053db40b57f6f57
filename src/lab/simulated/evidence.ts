import type { TextReader } from './features.js';
import type { ShownRequest, ShownRow } from './metaPrompt.js';
import type { Atom } from './task.js';

/**
 * What one shown thing is worth as evidence, beside a failing row with directional feedback, which is 1. Feedback that
 * only says that an answer is wrong adds nothing to the answer beside the expected one.
 */
const UNDIRECTED_ROW = 0.5;
/** An example with its right answer shows what is wanted, not what went wrong. */
const EXAMPLE = 0.15;
/** A critique, a direction or a lesson that states the change. */
const STATED = 4;
/** The same that only names what feedback names. */
const HINTED = 1;
/** A change that is shown as tried in vain keeps this share of its evidence. */
const TRIED = 0.3;

/** How much a request speaks for saying an atom, 0 or more. */
export function evidenceFor(atom: Atom, request: ShownRequest, reader: TextReader): number {
  const { cue } = atom;
  const inRows =
    cue === undefined
      ? 0
      : sum(request.failing, (row) => rowEvidence(atom, cue, row)) +
        (cue === '' ? 0 : EXAMPLE * request.others.filter(({ input }) => input.includes(cue)).length);
  const stated = request.guidance.split('\n').some((line) => reader.atomsOf(line).includes(atom));
  const hinted = request.guidance.includes(atom.hint.toLowerCase());
  const evidence = inRows + (stated ? STATED : hinted ? HINTED : 0);
  const tried = request.tried.split('\n').some((line) => reader.atomsOf(line).includes(atom));
  return tried ? TRIED * evidence : evidence;
}

/**
 * A row speaks for what its input calls for. Feedback that names something else speaks for that instead: a row in which
 * every fault is possible is then no evidence of this one.
 */
function rowEvidence(atom: Atom, cue: string, { input, feedback }: ShownRow): number {
  if (!input.includes(cue)) return 0;
  if (feedback.some((text) => text.includes(atom.hint.toLowerCase()))) return 1;
  return cue === '' ? 0 : UNDIRECTED_ROW;
}

/** Whether a request asks for an atom in so many words. */
export function isRequested(atom: Atom, { instructions, guidance }: ShownRequest): boolean {
  return atom.onRequest !== undefined && (atom.onRequest.test(instructions) || atom.onRequest.test(guidance));
}

/** How much a request speaks for taking an atom out. */
export function evidenceAgainst(atom: Atom, request: ShownRequest): number {
  const hint = atom.harmHint?.toLowerCase();
  if (hint === undefined) return 0;
  const rows = request.failing.filter(({ feedback }) => feedback.some((text) => text.includes(hint))).length;
  return rows + (request.guidance.includes(hint) ? HINTED : 0);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
