/** A row as a request shows it. */
export interface ShownRow {
  /** The values of the row that reach the task model, as one text in lower case. */
  readonly input: string;
  readonly answer: string | undefined;
  readonly expected: string | undefined;
  readonly feedback: readonly string[];
}

export interface ShownText {
  readonly text: string;
  /** 0 to 100. */
  readonly score: number;
}

/** What a request to an optimizer model shows, read through the marks that all meta-prompts share. */
export interface ShownRequest {
  /** The text to be changed; absent when none is shown as such. */
  readonly current: string | undefined;
  readonly scored: readonly ShownText[];
  readonly failing: readonly ShownRow[];
  /** Rows shown without a failure: passing ones and worked examples. */
  readonly others: readonly ShownRow[];
  /** What is said of faults and of the way to go: critique, directions, causes, memories. */
  readonly guidance: string;
  /** Changes that are shown as tried in vain. */
  readonly tried: string;
  /** What stands outside of all marks. */
  readonly instructions: string;
  readonly wordsBudget: number | undefined;
  /** How many new prompts are asked for; 0 when only critique is. */
  readonly wanted: number;
  readonly wantsFeedback: boolean;
  /** The named rules of the text where single changes of them are asked for, one a line, instead of a new text. */
  readonly rules: ReadonlyMap<string, string> | undefined;
}

const BLOCK = /<([a-z_]+)((?:\s[^>\n]*)?)>\n([\s\S]*?)\n<\/\1>/g;
/** How single changes are written: `ADD: rule`, `DROP: r2`, `MERGE: r1 r3: rule`. */
const SINGLE_CHANGES = '"ADD: "';
const NAMED_RULE = /^(r\d+): (.+)$/gm;
const SCORE = /^\s*score: (\d+)/;
/** Blocks that hold prompts of other messages, or prompts that are neither current nor scored. */
const IGNORED = new Set(['message', 'ancestor', 'text']);

/** Reads a request. Marks that are not known are read through: what stands in them counts as guidance. */
export function readRequest(content: string): ShownRequest {
  const reading = {
    current: undefined as string | undefined,
    scored: [] as ShownText[],
    failing: [] as ShownRow[],
    others: [] as ShownRow[],
    guidance: [] as string[],
    tried: [] as string[],
  };
  const instructions = walk(content, true);
  const counted = /<wanted>(\d+)<\/wanted>/.exec(instructions)?.[1];
  const budget = /<words_budget>(\d+)<\/words_budget>/.exec(content)?.[1];
  return {
    ...reading,
    guidance: reading.guidance.join('\n').toLowerCase(),
    tried: reading.tried.join('\n'),
    instructions,
    wordsBudget: budget === undefined ? undefined : Number(budget),
    wanted: counted === undefined ? (instructions.includes('<prompt>') ? 1 : 0) : Number(counted),
    wantsFeedback: instructions.includes('<feedback>'),
    rules: instructions.includes(SINGLE_CHANGES)
      ? new Map([...instructions.matchAll(NAMED_RULE)].map(([, name, rule]) => [name!, rule!]))
      : undefined,
  };

  /** Reads the blocks of a text. @returns what is left of it */
  function walk(text: string, isTop: boolean): string {
    let rest = '';
    let at = 0;
    for (const match of text.matchAll(BLOCK)) {
      rest += text.slice(at, match.index);
      at = match.index + match[0].length;
      const [, tag, , inner] = match as unknown as [string, string, string, string];
      const score = SCORE.exec(text.slice(at))?.[1];
      if (score !== undefined && (tag === 'text' || tag === 'current_prompt' || tag === 'ancestor')) {
        reading.scored.push({ text: inner, score: Number(score) });
      }
      take(tag, inner);
    }
    rest += text.slice(at);
    if (!isTop) reading.guidance.push(rest);
    return rest;
  }

  function take(tag: string, inner: string): void {
    if (tag === 'current_prompt') reading.current ??= inner;
    else if (tag === 'tried') reading.tried.push(inner);
    else if (tag === 'words_budget' || tag === 'wanted' || IGNORED.has(tag)) return;
    else {
      const row = rowIn(inner);
      if (!row) walk(inner, false);
      else if (isFailing(tag, row)) reading.failing.push(row);
      else reading.others.push(row);
    }
  }
}

function isFailing(tag: string, { answer, expected, feedback }: ShownRow): boolean {
  if (tag === 'passing_row' || answer === undefined) return false;
  return feedback.length > 0 || (expected !== undefined && answer !== expected);
}

/** The row in a block of lines `name: value`; undefined when it is none. */
function rowIn(inner: string): ShownRow | undefined {
  const values: string[] = [];
  const feedback: string[] = [];
  let answer: string | undefined;
  let expected: string | undefined;
  for (const line of inner.split('\n')) {
    const [, name, value] = /^([\w -]+): (.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (name === 'answer') answer = value;
    else if (name === 'expected' || name === 'output') expected = value;
    else if (name === 'feedback') feedback.push(value.toLowerCase());
    else if (name === 'input') values.push(value);
  }
  if (values.length === 0) return undefined;
  return { input: values.join('\n').toLowerCase(), answer, expected, feedback };
}
