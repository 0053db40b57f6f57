import type { ChatMessage } from '../../core/prompt.js';

/** A request as the stand-in understands it. */
export interface Reading {
  /** Everything that tells what to do. */
  readonly instruction: string;
  /** What it is to be done with. */
  readonly input: string;
}

/** Names under which prompts hand over their input. */
const INPUT_NAMES =
  '(?:(?:customer|support|user|the|this|source|full) )?(?:ticket|message|email|e-mail|text|input|invoice|problem|question|topic|theme|document|request|review|content)';
const INPUT_LINE = new RegExp(
  `^[\\s>*#_-]*${INPUT_NAMES}(?: text| to \\w+)?[\\s*_]*:[*_]*[ \\t]*(.*)$`,
  'gim',
);
const BLOCK = /<([a-z][\w-]*)>\s*([\s\S]*?)\s*<\/\1>/gi;
const NOT_INPUT = /^(examples?|rules?|instructions?|labels?|format|definitions?|output|categories|schema)$/i;
const FENCE = /("""|'''|```)[\w-]*\n([\s\S]*?)\n?\1/g;

const ORDER =
  /^[\s*#>_-]*(?:\d+[.)]\s*)?(?:answer|reply|respond|return|output|give|write|print|only|use|do not|don['’]t|never|always|allowed|labels?|categor\w+|classify|rules?|notes?|important|remember|format|definitions?|choose|pick|think|work|show|count|check|calculate|compute|solve|break|end|finish|explain|list|consider|sort|route|make sure|be |keep|read|extract|take|name|put|the (?:last|final|answer|label|category|output|reply|keys?|date|total|poem)|your (?:answer|reply|output)|each line|no )\b/i;
const RULE =
  /^[\s*#>_-]*(?:if|when|where|whenever|a ticket|tickets|requests?|questions?|[\w ]{2,24}:)[^\n]*\b(?:label|category|classif\w+|ticket|answer|reply|is not|rather than|instead of|choose|pick|belongs?|goes? to|means?)\b/im;

/** Divides messages into what to do and what to do it with. */
export function readMessages(messages: readonly ChatMessage[]): Reading {
  const spoken = messages.filter((message) => message.content.trim() !== '');
  const last = spoken.findLastIndex((message) => message.role === 'user');
  if (last < 0) return { instruction: spoken.map(({ content }) => content).join('\n\n'), input: '' };
  const others = spoken.filter((_, index) => index !== last).map(({ content }) => content);
  const text = spoken[last]!.content.replaceAll('\r\n', '\n').trim();
  const found = markedInput(text) ?? (others.length > 0 ? { input: text, rest: '' } : unmarkedInput(text));
  return { instruction: [...others, found.rest].join('\n\n').trim(), input: found.input.trim() };
}

interface Found {
  readonly input: string;
  readonly rest: string;
}

function markedInput(text: string): Found | undefined {
  const blocks = [...text.matchAll(BLOCK)].filter((match) => !NOT_INPUT.test(match[1]!));
  const tagged = blocks.at(-1);
  if (tagged) return cut(text, tagged.index, tagged[0].length, tagged[2]!);
  const fenced = [...text.matchAll(FENCE)].filter((match) => !/^\s*[[{]/.test(match[2]!)).at(-1);
  if (fenced) return cut(text, fenced.index, fenced[0].length, fenced[2]!);
  const named = [...text.matchAll(INPUT_LINE)].at(-1);
  if (!named) return undefined;
  const start = named.index + named[0].length - named[1]!.length;
  const length = inputLength(text.slice(start));
  return cut(text, named.index, start - named.index + length, text.slice(start, start + length));
}

/** How far the input reaches that begins here: to the end, or to a paragraph that gives orders. */
function inputLength(text: string): number {
  const paragraphs = text.split(/(\n\s*\n)/);
  let length = paragraphs[0]!.length;
  for (let index = 1; index < paragraphs.length; index += 2) {
    const paragraph = paragraphs[index + 1] ?? '';
    if (isOrder(paragraph) && text.slice(0, length).trim() !== '') break;
    length += paragraphs[index]!.length + paragraph.length;
  }
  return length;
}

function isOrder(paragraph: string): boolean {
  return ORDER.test(paragraph) || RULE.test(paragraph);
}

function unmarkedInput(text: string): Found {
  const paragraphs = [...text.matchAll(/[^\n](?:[^\n]|\n(?!\s*\n))*/g)];
  if (paragraphs.length > 1) {
    const chosen =
      paragraphs.slice(1).findLast((match) => !isOrder(match[0])) ??
      paragraphs.findLast((match) => !isOrder(match[0]));
    if (chosen) return cut(text, chosen.index, chosen[0].length, chosen[0]);
  }
  const colon = /:\s+(?=\S+\s+\S+\s+\S+)/.exec(text);
  if (colon) return cut(text, colon.index + 1, text.length, text.slice(colon.index + 1));
  return { input: text, rest: text };
}

function cut(text: string, start: number, length: number, input: string): Found {
  return { input, rest: `${text.slice(0, start)}\n${text.slice(start + length)}` };
}

/** The sentences and list items of an instruction, markers of lists and headings taken off. */
export function statementsOf(instruction: string): string[] {
  return instruction
    .split('\n')
    .flatMap((line) =>
      line.replace(/^[\s*#>•-]*(?:\d+[.)]\s+)?(?=\S)/, '').split(/(?<=[.!?;])["”']?\s+(?=["“'A-Z`*])/),
    )
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** Whether one statement agrees with all patterns. */
export function says(instruction: string, ...patterns: RegExp[]): boolean {
  return statementsOf(instruction).some((statement) => patterns.every((pattern) => pattern.test(statement)));
}

const RESTRICTION =
  /\b(only|just|solely|alone|nothing (else|but|more|other)|no(thing)? (other|extra|additional|further|more)|no (explan\w+|preamble|intro\w*|comment\w*|prose|chat\w*|small talk|reason\w*|punctuation|formatting|markdown|surrounding|greeting\w*|title|filler)|exactly one|single (word|label|line|number|category)|one[- ]word|bare|raw|verbatim|without (any |an |a |the |adding |further )?\w*|(do not|don['’]t|never|avoid|must not|should not) (explain\w*|add\w*|includ\w*|writ\w*|say\w*|wrap\w*|comment\w*|greet\w*|justif\w*|us\w+ (markdown|sentences|full))|must be (exactly )?(one|the|a)|nothing before or after|strictly|not a sentence)\b/i;
const ANSWERING =
  /\b(answer\w*|reply|replies|respon\w+|return\w*|output\w*|writ\w+|print\w*|giv\w+|say\w*|produc\w+|label|category|word|name|text|number|json|object|poem|haiku|explain\w*|explanation|preamble|comment\w*|prose|reasoning)\b/i;

/** Whether a statement of the instruction limits what the answer may hold. */
export function restrictsAnswer(instruction: string): boolean {
  return says(instruction, RESTRICTION, ANSWERING);
}

/** Whether the instruction asks for short answers, without saying what may stand in them. */
export function asksForBrevity(instruction: string): boolean {
  return says(instruction, /\b(brief\w*|concise\w*|short|terse\w*|succinct\w*|to the point)\b/i);
}
