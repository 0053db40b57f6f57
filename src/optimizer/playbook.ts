import { duplicateKey } from './guards.js';

/** A rule of a prompt: a line that begins with a dash and was not in the prompt at the start. */
export interface Rule {
  /** `r1` for the first rule of the text, and so on. */
  readonly id: string;
  readonly text: string;
}

/** A change of single rules, as an optimizer model asks for it. */
export type Delta =
  | { readonly kind: 'add'; readonly text: string }
  | { readonly kind: 'drop'; readonly id: string }
  | { readonly kind: 'merge'; readonly ids: readonly string[]; readonly text: string };

const RULE = /^- (.+)$/;

/** The rules of a text, in order. @param start the prompt as it was at the start: its own lines are no rules */
export function rulesOf(text: string, start: string): Rule[] {
  const own = new Set(start.split('\n'));
  return text
    .split('\n')
    .filter((line) => RULE.test(line) && !own.has(line))
    .map((line, index) => ({ id: `r${index + 1}`, text: RULE.exec(line)![1]! }));
}

/**
 * Carries out changes of single rules; all other lines stay as they are. New rules go after the last one, the first one
 * after the text and an empty line. Changes of rules that there are not, and rules that are nearly there already, are
 * left out.
 * @returns the text as it was when nothing came of the changes
 */
export function applyDeltas(text: string, start: string, deltas: readonly Delta[], sameness: number): string {
  const rules = rulesOf(text, start);
  const known = new Map(rules.map((rule) => [rule.id, rule.text]));
  const gone = new Set<string>();
  const added: string[] = [];
  for (const delta of deltas) {
    if (delta.kind === 'drop') {
      if (known.has(delta.id)) gone.add(delta.id);
      continue;
    }
    const line = oneLine(delta.text);
    if (line === '') continue;
    if (delta.kind === 'merge') {
      const present = new Set(delta.ids.filter((id) => known.has(id) && !gone.has(id)));
      if (present.size < 2) continue;
      present.forEach((id) => gone.add(id));
    }
    const others = [...rules.filter(({ id }) => !gone.has(id)).map((rule) => rule.text), ...added];
    if (!others.some((other) => similarity(other, line) >= sameness)) added.push(line);
  }
  if (gone.size === 0 && added.length === 0) return text;
  return written(text, start, rules, gone, added);
}

function written(
  text: string,
  start: string,
  rules: readonly Rule[],
  gone: ReadonlySet<string>,
  added: readonly string[],
): string {
  const own = new Set(start.split('\n'));
  let number = 0;
  let lastRule = -1;
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const isRule = RULE.test(line) && !own.has(line);
    if (isRule && gone.has(rules[number++]!.id)) {
      // New rules stand where the rules stood, also when all of these went.
      lastRule = lines.length - 1;
      continue;
    }
    lines.push(line);
    if (isRule) lastRule = lines.length - 1;
  }
  const fresh = added.map((rule) => `- ${rule}`);
  if (rules.length > 0) return lines.toSpliced(lastRule + 1, 0, ...fresh).join('\n');
  const body = lines.join('\n').trimEnd();
  return `${body}\n\n${fresh.join('\n')}`;
}

/**
 * The changes in an answer's blocks: `ADD: text`, `DROP: r2`, `MERGE: r1 r3: text`, one or several in a block. A block
 * that has none of these adds what it says after `Direction:`.
 */
export function deltasIn(blocks: readonly string[]): Delta[] {
  return blocks.flatMap((block) => {
    const deltas = block.split('\n').flatMap((line) => deltaIn(line.trim()));
    if (deltas.length > 0) return deltas;
    return [...block.matchAll(/\bdirection:\s*(.+)/gi)].map((match): Delta => ({
      kind: 'add',
      text: match[1]!,
    }));
  });
}

function deltaIn(line: string): Delta[] {
  const [, word = '', rest = ''] =
    /^(?:[-*]\s+|\d+[.)]\s+)?\**(add|drop|merge)\**:\**\s*(.+)$/i.exec(line) ?? [];
  switch (word.toLowerCase()) {
    case 'add':
      return [{ kind: 'add', text: rest }];
    case 'drop':
      return idsIn(rest).map((id) => ({ kind: 'drop', id }));
    case 'merge': {
      const [, ids = '', text = ''] = /^((?:[\s,+&]*(?:and\s+)?r\d+)+)\s*:\s*(.+)$/i.exec(rest) ?? [];
      return text === '' ? [] : [{ kind: 'merge', ids: idsIn(ids), text }];
    }
    default:
      return [];
  }
}

function idsIn(text: string): string[] {
  return (text.match(/\br\d+\b/gi) ?? []).map((id) => id.toLowerCase());
}

/** What a model that answered with a whole prompt has changed, rule by rule: lines that came and rules that went. */
export function deltasBetween(before: string, after: string, start: string): Delta[] {
  const old = new Set(before.split('\n').map((line) => duplicateKey(line)));
  const now = new Set(after.split('\n').map((line) => duplicateKey(line)));
  const dropped = rulesOf(before, start).filter((rule) => !now.has(duplicateKey(`- ${rule.text}`)));
  const added = after.split('\n').filter((line) => line.trim() !== '' && !old.has(duplicateKey(line)));
  return [
    ...dropped.map(({ id }): Delta => ({ kind: 'drop', id })),
    ...added.map((line): Delta => ({ kind: 'add', text: line })),
  ];
}

function oneLine(text: string): string {
  return text
    .replace(/^\s*(?:[-*]|\d+[.)])\s+/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Share of words that two sentences have in common (Jaccard), in [0, 1]. */
export function similarity(first: string, second: string): number {
  const [a, b] = [wordsOf(first), wordsOf(second)];
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}
