import { hashFraction } from '../../core/hash.js';
import type { Atom, Features, SimulatedTask } from './task.js';

/** Share of sentences that the task model does not obey, though they say the right thing. */
const DISOBEYED = 0.2;
const DISOBEYED_STRENGTH = 0.15;
/** A sentence that is obeyed is so on this share of rows at the least, depending on its words. */
const LEAST_OBEYED = 0.7;

/** Reads texts of one task. */
export class TextReader {
  private last: { readonly text: string; readonly features: Features } | undefined;
  private readonly known = new Map<string, readonly Atom[]>();

  constructor(private readonly task: Pick<SimulatedTask, 'atoms'>) {}

  /** What a text says. The same text always gives the same features. */
  featuresOf(text: string): Features {
    if (this.last?.text === text) return this.last.features;
    const lines = text.split('\n').map(plain);
    const strengths = new Map(this.task.atoms.map((atom) => [atom.id, strengthIn(atom, lines, text)]));
    const features = { of: (id: string) => strengths.get(id) ?? 0, words: wordsIn(text) };
    this.last = { text, features };
    return features;
  }

  /** The atoms that a line says. */
  atomsOf(line: string): readonly Atom[] {
    const known = this.known.get(line);
    if (known) return known;
    const words = plain(line);
    const atoms = this.task.atoms.filter((atom) => says(atom, words, line));
    this.known.set(line, atoms);
    return atoms;
  }
}

/** Whether a line, or for atoms with a pattern a whole text, says an atom. */
function says(atom: Atom, plainLine: string, raw: string): boolean {
  return atom.pattern ? atom.pattern.test(raw) : atom.needs.every((need) => plainLine.includes(need));
}

function strengthIn(atom: Atom, lines: readonly string[], text: string): number {
  if (atom.pattern) return atom.pattern.test(text) ? 1 : 0;
  let strength = 0;
  for (const line of lines) if (says(atom, line, line)) strength = Math.max(strength, obedience(atom, line));
  return strength;
}

/** How far the task model follows a sentence: it depends on the words, and nothing but trying them tells. */
function obedience(atom: Atom, line: string): number {
  const luck = hashFraction(`${atom.id}\u0000${line}`);
  if (luck < DISOBEYED) return DISOBEYED_STRENGTH;
  return LEAST_OBEYED + ((1 - LEAST_OBEYED) * (luck - DISOBEYED)) / (1 - DISOBEYED);
}

function plain(line: string): string {
  return line
    .toLowerCase()
    .replace(/[^\p{L}\p{N}"\s]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

export function wordsIn(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
