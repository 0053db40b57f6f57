import { parse, type ValueNode } from '@humanwhocodes/momoa';
import { badPromptFile, type SourceText } from './source.js';

/** Deeper nesting is refused: nobody writes such a prompt, and parsers would exhaust the stack. */
const MAX_DEPTH = 200;

/** The way from the root of a JSON document to a value in it. */
export type JsonPath = readonly (string | number)[];

/** A string value of a JSON document, and where its literal stands. */
export interface JsonString {
  readonly path: JsonPath;
  readonly value: string;
  /** Offsets in the source's text of the literal with its quotes. */
  readonly start: number;
  readonly end: number;
}

/** A stretch of JSON in a file, parsed, that can say where something stands. */
export class JsonSource {
  /** As `JSON.parse` gives it. */
  readonly data: unknown;
  /** In order of the file. Of a key that stands twice only the last counts, as for every reader of JSON. */
  readonly strings: readonly JsonString[];
  readonly #path: string;
  readonly #source: SourceText;
  readonly #start: number;
  readonly #places = new Map<string, number>();

  /**
   * @param text the JSON
   * @param start where it starts in the source's text
   * @throws HoneError `bad-prompt-file` with the line, when the text is not JSON or nested more than 200 levels deep
   */
  constructor(path: string, source: SourceText, text = source.text, start = 0) {
    this.#path = path;
    this.#source = source;
    this.#start = start;
    const deep = tooDeep(text);
    if (deep !== undefined) {
      throw this.#refuseAt(deep, `the JSON is nested more than ${MAX_DEPTH} levels deep.`, 'Flatten it.');
    }
    let root: ValueNode;
    try {
      root = parse(text, { mode: 'json', ranges: true }).body;
      this.data = JSON.parse(text) as unknown;
    } catch (cause) {
      const at = (cause as { offset?: number }).offset ?? text.trimEnd().length;
      throw this.#refuseAt(at, 'this is not valid JSON.', 'Correct the JSON on that line or just before it.');
    }
    const strings: JsonString[] = [];
    this.#visit(root, [], strings);
    this.strings = strings;
  }

  /** The string at a path; undefined when something else stands there, or nothing. */
  stringAt(...path: JsonPath): JsonString | undefined {
    const key = JSON.stringify(path);
    return this.strings.find((each) => JSON.stringify(each.path) === key);
  }

  /** An error about the value at a path, or about the nearest one around it that is there. */
  refuse(path: JsonPath, sentence: string, nextStep: string) {
    return badPromptFile(this.#path, this.lineOf(path), sentence, nextStep);
  }

  /** 1-based line in the file of the value at a path, or of the nearest one around it that is there. */
  lineOf(path: JsonPath): number {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#places.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return this.#source.lineAt(offset);
    }
    return this.#source.lineAt(this.#start);
  }

  #refuseAt(offset: number, sentence: string, nextStep: string) {
    return badPromptFile(this.#path, this.#source.lineAt(this.#start + offset), sentence, nextStep);
  }

  #visit(node: ValueNode, path: JsonPath, strings: JsonString[]): void {
    const [start, end] = node.range!.map((offset) => this.#start + offset) as [number, number];
    this.#places.set(JSON.stringify(path), start);
    if (node.type === 'String') {
      strings.push({ path, value: node.value, start, end });
    } else if (node.type === 'Array') {
      node.elements.forEach(({ value }, index) => this.#visit(value, [...path, index], strings));
    } else if (node.type === 'Object') {
      const members = new Map(
        node.members.flatMap((member) =>
          member.name.type === 'String' ? [[member.name.value, member.value] as const] : [],
        ),
      );
      for (const [name, value] of members) this.#visit(value, [...path, name], strings);
    }
  }
}

/** Where the nesting becomes too deep; strings are passed over. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (token[0] === '[' || token[0] === '{') depth++;
    else if (token[0] === ']' || token[0] === '}') depth--;
    if (depth > MAX_DEPTH) return token.index;
  }
  return undefined;
}
