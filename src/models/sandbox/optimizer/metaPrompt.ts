/** A row as a meta-prompt shows it. */
export interface ShownRow {
  readonly id: string;
  /** What a value of the input is called there, for example `ticket`. */
  readonly inputName: string;
  readonly input: string;
  readonly answer: string;
  readonly expected: string;
  readonly feedback: readonly string[];
}

/** A kind of failure as a meta-prompt names it. */
export interface ShownCause {
  readonly name: string;
  readonly text: string;
  readonly direction: string;
  readonly rows: readonly ShownRow[];
}

/** What the stand-in finds in a request for new prompts. */
export interface MetaPrompt {
  /** The prompts to start from, the best first. */
  readonly prompts: readonly string[];
  /** True when only scores and exemplars are shown, no failures. */
  readonly scoresOnly: boolean;
  readonly causes: readonly ShownCause[];
  readonly rows: readonly ShownRow[];
  /** Words that may change; undefined when the request sets no limit. */
  readonly wordsBudget: number | undefined;
  /** New prompts asked for; 0 when the request wants critique only. */
  readonly wanted: number;
  /** Whether changes of single rules are asked for, each on a line `ADD: …`. */
  readonly wantsRules: boolean;
  /** Critiques that are handed on. */
  readonly critiques: readonly string[];
}

const FIELD = /^(answer|expected|output|feedback|direction):[ \t]?/i;

/** Reads a request for new prompts or for critique; undefined when it is none. */
export function readMetaPrompt(text: string): MetaPrompt | undefined {
  const wantsPrompts = text.includes('<prompt>');
  if (!wantsPrompts && !text.includes('<feedback>')) return undefined;
  const current = blocks(text, 'current_prompt').map(({ content }) => content);
  const rows = blocks(text, 'row').map(({ id, content }) => readRow(id, content));
  const exemplars = blocks(text, 'exemplar').map(({ id, content }) =>
    readRow(id, content.replaceAll(/<INS>\s*/g, '')),
  );
  const shown = current.length > 0 ? current : earlierTexts(text);
  const prompts = shown.length === 0 && exemplars.length > 0 ? [unseenPrompt(text)] : shown;
  if (prompts.length === 0) return undefined;
  const causes = blocks(text, 'cause').map(({ id, content }) => readCause(id, content, rows));
  return {
    prompts,
    scoresOnly: rows.length === 0 && causes.length === 0,
    causes: causes.length > 0 || rows.length === 0 ? causes : [{ name: '', text: '', direction: '', rows }],
    rows: rows.length > 0 ? rows : exemplars,
    wordsBudget: numberIn(text, 'words_budget'),
    wanted: wantsPrompts ? Math.max(1, numberIn(text, 'wanted') ?? 1) : 0,
    wantsRules: !wantsPrompts && text.includes('"ADD: "'),
    critiques: blocks(text, 'critique').map(({ content }) => content),
  };
}

/** Contents of `<tag id="…">…</tag>` blocks, one line break at each end taken off. */
function blocks(text: string, tag: string): { id: string; content: string }[] {
  const pattern = new RegExp(`<${tag}((?:\\s[^>]*)?)>\\n?([\\s\\S]*?)\\n?</${tag}>`, 'g');
  return [...text.matchAll(pattern)].map((match) => ({
    id: /\bid="([^"]*)"/.exec(match[1]!)?.[1] ?? '',
    content: match[2]!,
  }));
}

/** Earlier texts, the best score first; of equal or hidden scores the later one. */
function earlierTexts(text: string): string[] {
  const pattern = /<text>\n?([\s\S]*?)\n?<\/text>(?:\s*score:\s*(-?[\d.]+))?/g;
  return [...text.matchAll(pattern)]
    .map((match, index) => ({ content: match[1]!, score: Number(match[2] ?? 0), index }))
    .sort((a, b) => b.score - a.score || b.index - a.index)
    .map(({ content }) => content);
}

/** The least prompt that holds the placeholders which a request names, when it shows examples of the task alone. */
function unseenPrompt(text: string): string {
  const named = /^It holds these placeholders[^:]*: (.*)$/m.exec(text)?.[1] ?? '';
  const placeholders = named
    .replace(/ \(\d+ times\)/g, '')
    .split(/ (?=[{$<])/)
    .filter(Boolean);
  return ['Do the task.', ...placeholders.map((each) => `Input: ${each}`)].join('\n\n');
}

function readRow(id: string, content: string): ShownRow {
  const input: string[] = [];
  const fields: { name: string; lines: string[] }[] = [];
  for (const line of content.split('\n')) {
    const name = FIELD.exec(line)?.[1]?.toLowerCase();
    if (name) fields.push({ name, lines: [line.replace(FIELD, '')] });
    else (fields.at(-1)?.lines ?? input).push(line);
  }
  const all = (...names: string[]) =>
    fields.filter((field) => names.includes(field.name)).map((field) => field.lines.join('\n').trim());
  const inputName = /^([\w-]+):/.exec(input[0] ?? '')?.[1];
  return {
    id,
    inputName: inputName ?? 'input',
    input: input
      .join('\n')
      .slice(inputName ? inputName.length + 1 : 0)
      .trim(),
    answer: all('answer')[0] ?? '',
    expected: all('expected', 'output')[0] ?? '',
    feedback: all('feedback', 'direction'),
  };
}

function readCause(name: string, content: string, rows: readonly ShownRow[]): ShownCause {
  const line = (start: RegExp) =>
    content
      .split('\n')
      .find((each) => start.test(each))
      ?.replace(start, '')
      .trim() ?? '';
  const ids = line(/^\s*rows?:/i).split(/\s*,\s*/);
  const own = rows.filter((row) => ids.includes(row.id));
  return { name, text: content, direction: line(/^\s*direction:/i), rows: own.length > 0 ? own : rows };
}

function numberIn(text: string, tag: string): number | undefined {
  const found = new RegExp(`<${tag}>\\s*(\\d+)\\s*</${tag}>`).exec(text);
  return found ? Number(found[1]) : undefined;
}
