import { isMap, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from 'yaml';

/** Data that an edit writes: texts, and mappings of them. */
export type EditValue = string | { readonly [key: string]: EditValue | undefined };

/** A YAML text that is edited in place: what is not touched keeps its bytes, comments and order. Line ends are LF. */
export class YamlText {
  #document: Document.Parsed;

  constructor(public text: string) {
    this.#document = parsed(text);
  }

  get document(): Document.Parsed {
    return this.#document;
  }

  /**
   * Gives a key of a mapping a value: texts inside are replaced one by one, keys that the value does not have are taken
   * out.
   * @param path leads from the top to the mapping, over keys and positions
   */
  set(path: readonly (string | number)[], key: string, value: EditValue): void {
    const map = this.map(path);
    const pair = pairOf(map, key);
    if (!pair) {
      this.#insert(map, key, value);
      return;
    }
    const node = pair.value as { range?: [number, number, number] } | null;
    if (typeof value !== 'string' && isMap(node)) {
      this.#setAll([...path, key], value);
      return;
    }
    const encoded = typeof value === 'string' ? scalar(value) : flow(value);
    if (node?.range && node.range[1] > node.range[0]) this.#splice(node.range[0], node.range[1], encoded);
    else this.#splice(this.#endOfKey(pair), this.#endOfKey(pair), ` ${encoded}`);
  }

  /** The mapping at a path. */
  map(path: readonly (string | number)[]): YAMLMap {
    const node: unknown = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (!isMap(node)) throw new TypeError(`There is no mapping at ${path.join('.')}.`);
    return node;
  }

  /** Puts text in at a place. */
  insertAt(offset: number, text: string): void {
    this.#splice(offset, offset, text);
  }

  /** Puts text in the place of a pair. */
  replace(pair: Pair, text: string): void {
    this.#splice(startOfKey(pair), this.#endOfPair(pair), text);
  }

  /** The offset after the line on which an offset stands, with a line break before it when the text lacks one. */
  afterLine(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    if (end >= 0) return end + 1;
    this.#splice(this.text.length, this.text.length, '\n');
    return this.text.length;
  }

  /** The column on which a node stands, from 0. */
  columnOf(offset: number): number {
    return offset - (this.text.lastIndexOf('\n', offset - 1) + 1);
  }

  #setAll(path: readonly (string | number)[], value: Exclude<EditValue, string>): void {
    for (const [key, inner] of Object.entries(value)) if (inner !== undefined) this.set(path, key, inner);
    const gone = () => this.map(path).items.find((pair) => value[keyText(pair)] === undefined);
    for (let pair = gone(); pair; pair = gone()) this.#remove(this.map(path), pair);
  }

  #insert(map: YAMLMap, key: string, value: EditValue): void {
    if (map.flow) {
      const last = map.items.at(-1);
      const entry = `${scalar(key)}: ${typeof value === 'string' ? scalar(value) : flow(value)}`;
      if (last) this.insertAt(this.#endOfPair(last), `, ${entry}`);
      else this.#splice(map.range![0], map.range![1], `{ ${entry} }`);
      return;
    }
    const indent = ' '.repeat(this.columnOf(startOfKey(map.items[0]!)));
    const end = this.#endOfPair(map.items.at(-1)!);
    this.insertAt(this.afterLine(Math.max(end - 1, 0)), block({ [key]: value }, indent));
  }

  #remove(map: YAMLMap, pair: Pair): void {
    const index = map.items.indexOf(pair);
    if (map.flow) {
      const next = map.items[index + 1];
      const before = map.items[index - 1];
      if (next) this.#splice(startOfKey(pair), startOfKey(next), '');
      else this.#splice(before ? this.#endOfPair(before) : startOfKey(pair), this.#endOfPair(pair), '');
      return;
    }
    const start = startOfKey(pair);
    const end = this.afterLine(Math.max(this.#endOfPair(pair) - 1, start));
    if (map.items.length > 1) this.#splice(start - this.columnOf(start), end, '');
    else this.#splice(start, this.#endOfPair(pair), '{}');
  }

  #endOfKey(pair: Pair): number {
    const end = (pair.key as { range: [number, number, number] }).range[1];
    return this.text.indexOf(':', end) + 1;
  }

  /** The offset after a pair's value, without the comments and line breaks that follow it. */
  #endOfPair(pair: Pair): number {
    const range = (pair.value as { range?: [number, number, number] } | null)?.range;
    if (!range || range[1] <= range[0]) return this.#endOfKey(pair);
    // A block ends with the line break of its last line.
    return this.text.slice(0, range[1]).trimEnd().length;
  }

  #splice(start: number, end: number, text: string): void {
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    this.#document = parsed(this.text);
  }
}

/** A mapping as YAML lines, each after the indentation. */
export function block(value: Exclude<EditValue, string>, indent: string): string {
  return Object.entries(value)
    .map(([key, inner]) => {
      if (inner === undefined) return '';
      const name = `${indent}${scalar(key)}:`;
      const isNested = typeof inner !== 'string' && Object.keys(inner).length > 0;
      return isNested ? `${name}\n${block(inner, `${indent}  `)}` : `${name} ${flow(inner)}\n`;
    })
    .join('');
}

/** The pair of a mapping with a key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => keyText(pair) === key);
}

function parsed(text: string): Document.Parsed {
  return parseDocument(text, { prettyErrors: false });
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOfKey(pair: Pair): number {
  return (pair.key as { range: [number, number, number] }).range[0];
}

/** A text as YAML that stands on one line, in a flow mapping too. */
function scalar(text: string): string {
  const plain = stringify(text, { lineWidth: 0 }).trimEnd();
  return /^[\w./-][\w ./-]*$/.test(plain) ? plain : JSON.stringify(text);
}

function flow(value: EditValue): string {
  if (typeof value === 'string') return scalar(value);
  const pairs = Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : [`${scalar(key)}: ${flow(inner)}`],
  );
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
