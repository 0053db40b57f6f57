import { statementsOf } from '../reading.js';

const ITEM = `["'\`*“]{0,3}[A-Za-z][\\w&-]*(?: (?!or\\b|and\\b)[a-z]+)?["'\`*”]{0,3}`;
const LIST = new RegExp(
  `${ITEM}(?:\\s*(?:,|/|\\||;)\\s*(?:(?:or|and)\\s+)?${ITEM})+(?:,?\\s+(?:or|and)\\s+${ITEM})?`,
  'g',
);
const PAIR = new RegExp(`(?:either|between|as|into)\\s+(${ITEM}\\s+(?:or|and)\\s+${ITEM})`, 'i');
const CUE =
  /\b(labels?|labelled|categor\w+|class\w*|one of|types?|tags?|choose|pick|route|assign|triage|sort|either|as|into|options?|exactly)\b/i;
const HEAD =
  /^[\s*#>•-]*(?:\d+[.)]\s*)?["'`*“]{0,3}([A-Za-z][\w&-]*(?: [a-z]+)?)["'`*”]{0,3}\s*(?::|=|–|—| - |\(|$)/;
const LEADING =
  /^(?:(?:as|of|into|one|either|the|a|an|labels?|categories|classes|following|these|are|is|be|or|and|with|exactly|to|between|ticket|it|this)\s+)+/i;
const NOT_LABELS =
  /^(answer|output|reply|rule|rules|note|notes|format|example|examples|ticket|input|label|labels|category|categories|important|definitions?|instructions?|message|text|task|role|response|remember|hints?|only|just)$/i;

/** The labels that an instruction lets one choose from, as it writes them, in order. */
export function labelsOf(instruction: string): string[] {
  for (const statement of statementsOf(instruction)) {
    if (!CUE.test(statement)) continue;
    for (const match of statement.matchAll(LIST)) {
      const items = match[0]
        .split(/\s*[,/|;]\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+/)
        .map(cleaned)
        .filter((item) => item !== '' && !NOT_LABELS.test(item));
      if (new Set(items.map((item) => item.toLowerCase())).size >= 3) return unique(items);
    }
  }
  const heads = unique(
    instruction.split('\n').flatMap((line) => {
      const head = HEAD.exec(line)?.[1];
      return head && /^[\s]*([*#>•-]|\d+[.)]|["'`*“]|\w+\s*:)/.test(line) && !NOT_LABELS.test(head)
        ? [head]
        : [];
    }),
  );
  if (heads.length >= 2) return heads;
  const pair = PAIR.exec(instruction)?.[1];
  return pair ? unique(pair.split(/\s+(?:or|and)\s+/).map(cleaned)) : [];
}

function cleaned(item: string): string {
  return item
    .replace(/["'`*“”.]/g, '')
    .trim()
    .replace(LEADING, '')
    .trim();
}

function unique(items: readonly string[]): string[] {
  return [...new Map(items.filter(Boolean).map((item) => [item.toLowerCase(), item])).values()];
}
