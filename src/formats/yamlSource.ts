import { isMap, isNode, parseDocument, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import { badPromptFile, type SourceText } from './source.js';

/** Aliases that may be expanded in one file: enough for people, too few for an exponential blow-up. */
const MAX_ALIASES = 100;

/** A stretch of YAML in a file, parsed, that can say on which line of the file something stands. */
export class YamlSource {
  readonly document: Document;
  readonly #path: string;
  readonly #source: SourceText;
  readonly #start: number;

  /**
   * @param text the YAML, or a text of the same length and lines that is read in its place
   * @param start where it starts in the source's text
   * @param merge whether the key `<<` brings in the entries of another mapping
   * @throws HoneError `bad-prompt-file` with the line, when the text is not one YAML document
   */
  constructor(path: string, source: SourceText, text = source.text, start = 0, merge = false) {
    this.#path = path;
    this.#source = source;
    this.#start = start;
    try {
      this.document = parseDocument(text, {
        keepSourceTokens: true,
        prettyErrors: false,
        merge,
      });
    } catch (cause) {
      throw this.#unreadable(cause);
    }
    const [error] = this.document.errors;
    if (error) {
      const detail =
        error.code === 'MULTIPLE_DOCS'
          ? 'a second YAML document starts here, and a prompt file holds one'
          : `this is not valid YAML: ${asClause(error.message)}`;
      // What is missing at the end is missed below the last line with text.
      const at = Math.min(error.pos[0], text.trimEnd().length);
      throw this.refuse(at, `${detail}.`, 'Correct the YAML on that line or just before it.');
    }
  }

  /** An error about a node, or about an offset in the YAML. */
  refuse(at: Node | number | undefined, sentence: string, nextStep: string) {
    return badPromptFile(this.#path, this.lineOf(at), sentence, nextStep);
  }

  /** 1-based line in the file. Of no node: the first line of the YAML. */
  lineOf(at: Node | number | undefined): number {
    const offset = typeof at === 'number' ? at : (at?.range?.[0] ?? 0);
    return this.#source.lineAt(this.#start + offset);
  }

  /** Where a node's token stands in the source's text, without what follows it; a block ends after its last line end. */
  offsets(node: Node): readonly [number, number] {
    const [start, end] = node.range ?? [0, 0];
    return [this.#start + start, this.#start + end];
  }

  /** The node with aliases followed. */
  resolve(node: unknown): Node | undefined {
    const target = isNode(node) && 'resolve' in node ? node.resolve(this.document) : node;
    return isNode(target) ? target : undefined;
  }

  /**
   * A node as plain data; undefined for no node.
   * @throws HoneError `bad-prompt-file` when aliases multiply beyond reason
   */
  data(node: unknown): unknown {
    if (!isNode(node)) return undefined;
    try {
      return node.toJS(this.document, { maxAliasCount: MAX_ALIASES });
    } catch (cause) {
      throw this.#unreadable(cause, node);
    }
  }

  #unreadable(cause: unknown, node?: Node) {
    const isAlias = cause instanceof ReferenceError;
    const why = isAlias
      ? `its aliases cannot be expanded (${asClause(cause.message)})`
      : 'it is nested too deeply';
    const nextStep = isAlias ? 'Write the values out in place of the aliases.' : 'Flatten the data.';
    return this.refuse(node, `the YAML cannot be read: ${why}.`, nextStep);
  }
}

/** The entry of a mapping with a key, for its place in the file. */
export function pairOf(map: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  return map.items.find(
    (pair): pair is Pair<Node, Node | null> =>
      isNode(pair.key) && 'value' in pair.key && pair.key.value === key,
  );
}

/** The value of an entry of a mapping, aliases not followed; undefined when it is missing or null. */
export function valueOf(map: unknown, key: string): Node | undefined {
  const value = isMap(map) ? map.get(key, true) : undefined;
  return isNode(value) && !('value' in value && value.value === null) ? value : undefined;
}

/** A parser's message as the end of a sentence. */
function asClause(message: string): string {
  return message.replace(/\s+/g, ' ').replace(/[.:\s]+$/, '');
}
