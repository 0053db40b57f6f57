import { seededRandom, shuffled, type Random } from '../../../core/hash.js';
import { editsFor } from './edits.js';
import { genericSentences } from './generic.js';
import type { MetaPrompt, ShownCause } from './metaPrompt.js';

/** Share of proposals that miss the point, as a model's do. */
const MISSES = 0.12;
const VAGUE = [
  'Be as accurate as possible.',
  'Take your time and pay attention to detail.',
  'This is important, so do your best.',
];
/** How a critique of this stand-in ends. */
const SHOULD_SAY = /\bit should say: (.+)$/gm;
const TEMPLATE = /\{\{[^{}]*\}\}|\{%[^%]*%\}|\$\{[^{}]*\}|(?<!\{)\{[A-Za-z_][\w.]*\}(?!\})/;

/** New prompts in their tags, with a feedback for each cause, as the request asks. Follows from the request and `draw`. */
export function writeProposals(meta: MetaPrompt, draw: string): string {
  const random = seededRandom(draw);
  if (meta.wantsRules) return rules(meta);
  if (meta.wanted === 0) return critique(meta);
  if (meta.scoresOnly) {
    const texts = new Set(Array.from({ length: meta.wanted }, () => mutated(meta, random)));
    return [...texts].map((text) => tagged('prompt', text)).join('\n\n');
  }
  const [base] = meta.prompts as [string];
  const edits = meta.causes.map((cause) => editsFor(cause, base));
  const feedback = meta.causes.map((cause, index) => tagged('feedback', feedbackFor(cause, edits[index]!)));
  const prompts = new Set<string>();
  for (let index = 0; prompts.size < meta.wanted && index < meta.wanted * 3; index++) {
    prompts.add(proposal(meta, base, edits, index, random));
  }
  return [...feedback, ...[...prompts].map((prompt) => tagged('prompt', prompt))].join('\n\n');
}

/** What is wrong with the prompt; of critiques that are shown, what they say, each once. */
function critique(meta: MetaPrompt): string {
  const [base] = meta.prompts as [string];
  const own = meta.causes.map((cause) => feedbackFor(cause, editsFor(cause, base)));
  const all = meta.critiques.length > 0 ? [...new Set(meta.critiques)].join(' ') : own.join(' ');
  return tagged('feedback', all || 'Nothing that is shown here fails.');
}

/** The orders that critiques or failing rows call for, as rules to be added. */
function rules(meta: MetaPrompt): string {
  const [base] = meta.prompts as [string];
  const said = meta.critiques.flatMap((text) => [...text.matchAll(SHOULD_SAY)].map((match) => match[1]!));
  const orders = said.length > 0 ? said : meta.causes.flatMap((cause) => editsFor(cause, base).slice(0, 1));
  const lines = [...new Set(orders)].map((order) => `ADD: ${order}`);
  return tagged('feedback', lines.join('\n') || 'Nothing has to change.');
}

function proposal(
  meta: MetaPrompt,
  base: string,
  edits: readonly (readonly string[])[],
  index: number,
  random: Random,
): string {
  const other = meta.prompts[1];
  if (other !== undefined && index === 0) return joined(base, other);
  if (random() < MISSES) return withSentences(base, [VAGUE[Math.floor(random() * VAGUE.length)]!]);
  const causes = edits.filter((each) => each.length > 0);
  if (causes.length === 0) return withSentences(base, [VAGUE[index % VAGUE.length]!]);
  const own = causes[index % causes.length]!;
  const round = Math.floor(index / causes.length);
  const first = own[(round + (random() < 0.25 ? 1 : 0)) % own.length]!;
  const sentences = [first];
  const others = [...own, ...causes.flatMap((each) => each.slice(0, 1))].filter((each) => each !== first);
  for (const sentence of new Set(others)) {
    if (random() < 0.4 && !sameSubject(sentence, sentences) && fits([...sentences, sentence], meta)) {
      sentences.push(sentence);
    }
  }
  return withSentences(base, sentences);
}

/** Two wordings of one order would only lengthen the prompt. */
function sameSubject(sentence: string, chosen: readonly string[]): boolean {
  return chosen.some((each) => subjectOf(each) === subjectOf(sentence));
}

function subjectOf(sentence: string): string {
  const matter = /\b(?:keys|step by step|YYYY|syllables)\b/.exec(sentence)?.[0];
  if (matter) return matter;
  if (/\b(only|just|nothing|alone|bare)\b/i.test(sentence)) return 'form';
  return sentence.split(' ', 2).join(' ');
}

function fits(sentences: readonly string[], { wordsBudget }: MetaPrompt): boolean {
  return wordsBudget === undefined || sentences.join(' ').split(/\s+/).length <= wordsBudget;
}

function feedbackFor(cause: ShownCause, edits: readonly string[]): string {
  const [edit] = edits;
  const rows = cause.rows.length === 1 ? 'one shown row fails' : `${cause.rows.length} shown rows fail`;
  if (!edit) return `The prompt already says what these rows need; ${rows} all the same.`;
  return `The prompt leaves open what ${rows} on; it should say: ${edit}`;
}

/** One of the best texts with a sentence or two that were not in it. */
function mutated(meta: MetaPrompt, random: Random): string {
  const best = meta.prompts.slice(0, 3);
  const base = best[Math.floor(random() ** 2 * best.length)]!;
  const fresh = shuffled(
    genericSentences(meta.rows, base).filter((sentence) => !base.includes(sentence)),
    random,
  );
  const count = random() < 0.35 ? 2 : 1;
  return withSentences(
    base,
    fresh.length > 0 ? fresh.slice(0, count) : [VAGUE[Math.floor(random() * VAGUE.length)]!],
  );
}

/** The first prompt with the lines of the second that it lacks. */
function joined(first: string, second: string): string {
  const known = new Set(first.split('\n').map((line) => line.trim()));
  const missing = second
    .split('\n')
    .filter((line) => line.trim() !== '' && !known.has(line.trim()) && !TEMPLATE.test(line));
  return withSentences(first, missing);
}

/**
 * The prompt with sentences on lines of their own: before the paragraph that ends it with the input, else at the end.
 */
function withSentences(prompt: string, sentences: readonly string[]): string {
  if (sentences.length === 0) return prompt;
  const added = sentences.join('\n');
  const body = prompt.replace(/\s+$/, '');
  const tail = prompt.slice(body.length);
  const paragraphs = body.split(/\n\s*\n/);
  const last = paragraphs.at(-1)!;
  if (paragraphs.length > 1 && TEMPLATE.test(last)) {
    const start = body.lastIndexOf(last);
    const gap = /\n\s*\n$/.exec(body.slice(0, start))?.[0] ?? '\n\n';
    return `${body.slice(0, start - gap.length)}\n${added}${gap}${last}${tail}`;
  }
  return TEMPLATE.test(last) && paragraphs.length === 1 && /:\s*\S*\}+$/.test(last)
    ? `${added}\n${prompt}`
    : `${body}\n${added}${tail}`;
}

function tagged(tag: 'prompt' | 'feedback', text: string): string {
  return `<${tag}>\n${text}\n</${tag}>`;
}
