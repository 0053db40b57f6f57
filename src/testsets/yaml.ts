import { isAlias, isMap, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { holderOf, noRows } from './holder.js';
import { heldSource, requireRow, sampled } from './json.js';
import { badTestSet, isObject, type ReadOptions, type Source } from './table.js';

/** A YAML file: a list of rows, or a mapping that holds one, such as a promptfoo configuration. */
export function readYaml(path: string, text: string, options: ReadOptions): Source {
  const lines = new LineCounter();
  const lineOf = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  let document: Document;
  let whole: unknown;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
    const [fault] = document.errors;
    if (fault)
      throw badTestSet(path, lines.linePos(fault.pos[0]).line, notYaml(fault), 'Correct the line.', fault);
    whole = document.toJS();
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) {
      const fault = 'The file has too many levels inside one another, or too many aliases.';
      throw badTestSet(path, undefined, fault, 'Write the rows out, one after the other.', error);
    }
    throw error;
  }
  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node);
  const { contents } = document;
  if (whole === null) return { container: 'yaml', rows: [], problems: [] };
  if (Array.isArray(whole) && isSeq(contents)) {
    const rows = whole.map((value, index) => requireRow(path, lineOf(contents.items[index]), value));
    return { container: 'yaml', rows: sampled(path, rows, options), problems: [] };
  }
  const holder = isObject(whole) ? holderOf(whole) : undefined;
  if (!isObject(whole) || holder === undefined || !isMap(contents)) throw noRows(path);
  const held = resolve(contents.get(holder, true));
  const items = isSeq(held) ? held.items : isMap(held) ? held.items.map((pair) => pair.key) : [held];
  return heldSource(path, 'yaml', whole, holder, items.map(lineOf), options);
}

function notYaml(fault: Error): string {
  return `This is not valid YAML: ${fault.message.replace(/\.?$/, '.')}`;
}
