import { SaxesParser } from 'saxes';
import { directional } from '../family.js';
import { eitherOf } from '../text.js';
import { badValue, binary, type AssertionCall, type AssertionKind } from './kind.js';

/** Elements as data: the name leads to the content, or to a list of contents where the name comes again. */
interface Tree {
  [name: string]: Tree | Tree[] | string | string[];
}

type Reading = { readonly tree: Tree } | { readonly fault: string };

export const XML: AssertionKind = {
  types: ['is-xml', 'contains-xml'],
  meaning: 'The answer is or contains well-formed XML, with the elements that the value names (a.b.c).',
  feedbackKind: 'directional',
  value: 'optional',
  judge(call) {
    const required = requiredElements(call);
    const readings = (call.type === 'is-xml' ? [call.output] : xmlFragments(call.output)).map(readXml);
    const missing = readings.map((reading) =>
      'tree' in reading ? required.filter((path) => !hasPath(reading.tree, path.split('.'))) : required,
    );
    const holds = readings.some((reading, index) => 'tree' in reading && missing[index]!.length === 0);
    return binary(call, holds, {
      missed: () => {
        const at = readings.findIndex((reading) => 'tree' in reading);
        const [first] = readings;
        if (at < 0) {
          const why = first && 'fault' in first ? ` (${first.fault})` : '';
          return [
            directional(
              call.id,
              'not-xml',
              call.type === 'is-xml' ? `the answer is not XML${why}` : `there is no XML in the answer${why}`,
              call.type === 'is-xml'
                ? 'Answer with well-formed XML in one root element, and with nothing else.'
                : 'Give the result as well-formed XML; close every element.',
            ),
          ];
        }
        return missing[at]!.map((path) =>
          directional(
            call.id,
            `missing:${path}`,
            `the element ${path} is missing`,
            `Always include the element ${eitherOf([path])}.`,
          ),
        );
      },
      avoid: () =>
        directional(
          call.id,
          'is-xml',
          'there is XML in the answer, and must not be',
          'Answer in words, not in XML.',
        ),
    });
  },
};

function requiredElements(call: AssertionCall): readonly string[] {
  const { value } = call;
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.split(',').map((name) => name.trim());
  if (Array.isArray(value)) return value.map(String);
  const named = (value as { readonly requiredElements?: unknown }).requiredElements;
  if (Array.isArray(named)) return named.map(String);
  if (typeof value === 'object' && Object.keys(value).length === 0) return [];
  throw badValue(call, 'its value is neither a text, a list, nor { requiredElements }.');
}

/** Reads a text as one XML document. A document type with declarations inside is refused: they can blow up. */
function readXml(text: string): Reading {
  const root: Tree = {};
  const open: { readonly name: string; readonly children: Tree; text: string }[] = [
    { name: '', children: root, text: '' },
  ];
  try {
    const parser = new SaxesParser({ xmlns: true });
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('doctype', (doctype) => {
      if (doctype.includes('[')) throw new Error('it declares entities or elements in its document type');
    });
    parser.on('opentag', (tag) => {
      const children: Tree = {};
      for (const [name, attribute] of Object.entries(tag.attributes)) children[`@_${name}`] = attribute.value;
      open.push({ name: tag.name, children, text: '' });
    });
    parser.on('text', (content) => {
      open.at(-1)!.text += content;
    });
    parser.on('closetag', () => {
      const { name, children, text: content } = open.pop()!;
      const value = Object.keys(children).length === 0 ? content.trim() : children;
      const siblings = open.at(-1)!.children;
      const earlier = Object.hasOwn(siblings, name) ? siblings[name] : undefined;
      siblings[name] =
        earlier === undefined
          ? value
          : ([...(Array.isArray(earlier) ? earlier : [earlier]), value] as Tree[]);
    });
    parser.write(text).close();
    return { tree: root };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

function hasPath(tree: unknown, path: readonly string[]): boolean {
  let current = tree;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return false;
    if (Array.isArray(current) && !/^(0|[1-9]\d*)$/.test(key)) return false;
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return true;
}

const NAME = String.raw`[A-Za-z_:\u00C0-\uFFFD][\w:.\-\u00B7-\uFFFD]*`;
const TAG = new RegExp(
  String.raw`<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)(${NAME})((?:"[^"]*"|'[^']*'|[^<>"'])*)>`,
  'g',
);
/** Answers with more tags than this are not searched further. */
const MOST_TAGS = 20_000;

/** Stretches of a text that are one balanced element, the outermost ones, in order. */
function xmlFragments(text: string): string[] {
  const open: { readonly name: string; readonly start: number }[] = [];
  const found: { readonly start: number; readonly end: number }[] = [];
  let tags = 0;
  for (const match of text.matchAll(TAG)) {
    const [whole, slash, name, rest] = match;
    if (name === undefined) continue;
    if (++tags > MOST_TAGS) break;
    const end = match.index + whole.length;
    if (slash === '/') {
      if (open.at(-1)?.name === name) found.push({ start: open.pop()!.start, end });
      else open.length = 0;
    } else if (rest!.trimEnd().endsWith('/')) found.push({ start: match.index, end });
    else open.push({ name, start: match.index });
  }
  const outermost = found
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .reduce<typeof found>(
      (kept, each) => (each.end <= (kept.at(-1)?.end ?? -1) ? kept : [...kept, each]),
      [],
    );
  return outermost.map(({ start, end }) => text.slice(start, end));
}
