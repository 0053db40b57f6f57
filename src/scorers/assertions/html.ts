import { parse, type DefaultTreeAdapterMap } from 'parse5';
import { directional, scorerFailed } from '../family.js';
import { shown } from '../text.js';
import { binary, type AssertionKind } from './kind.js';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** The elements of HTML that a reader would recognise, besides those with a hyphen in the name. */
const ELEMENTS = new Set(
  `html head title base link meta style body article section nav aside h1 h2 h3 h4 h5 h6 header footer address p hr pre
  blockquote ol ul li dl dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt rp data time code
  var samp kbd sub sup i b u mark bdi bdo span br wbr img iframe embed object param picture source video audio track map
  area svg math script noscript canvas ins del table caption colgroup col tbody thead tfoot tr td th form label input
  button select datalist optgroup option textarea output progress meter fieldset legend details summary dialog menu slot
  template`.split(/\s+/),
);

/** Elements that the parser adds by itself: they count only where the text has them. */
const IMPLIED = ['html', 'head', 'body'];

/** Longer answers are refused: parsing them would hold everything up. */
const LONGEST = 2_000_000;

const isHtml: AssertionKind = {
  types: ['is-html'],
  meaning: 'The answer is HTML: known elements, and no text outside of them.',
  feedbackKind: 'directional',
  value: 'none',
  judge(call) {
    if (call.output.length > LONGEST) throw tooLong(call.id);
    const fault = htmlFault(call.output.trim());
    return binary(call, fault === undefined, {
      missed: () => [
        directional(
          call.id,
          fault!.cause,
          `${shown(call.output)} ${fault!.text}`,
          'Answer with HTML alone: every text inside an element, and no words or code fence around it.',
        ),
      ],
      avoid: () =>
        directional(
          call.id,
          'is-html',
          'the answer is HTML, and must not be',
          'Answer in plain text, without HTML.',
        ),
    });
  },
};

function htmlFault(text: string): { readonly cause: string; readonly text: string } | undefined {
  if (text === '') return { cause: 'empty', text: 'is empty where HTML was expected' };
  if (/^<\?xml/i.test(text)) return { cause: 'xml', text: 'is XML, not HTML' };
  const elements = elementsOf(parse(text, { sourceCodeLocationInfo: true }));
  const isWritten = (element: Element) =>
    new RegExp(`<${element.tagName}(?=[\\s>/])`, 'i').test(text) && Boolean(element.sourceCodeLocation);
  const body = elements.find((element) => element.tagName === 'body');
  const hasBareText = body?.childNodes.some((node) => 'value' in node && node.value.trim() !== '');
  if (body && hasBareText === true && !isWritten(body))
    return { cause: 'bare-text', text: 'has text outside of HTML elements' };
  const known = elements.some((element) =>
    IMPLIED.includes(element.tagName)
      ? isWritten(element)
      : ELEMENTS.has(element.tagName) || element.tagName.includes('-'),
  );
  return known ? undefined : { cause: 'no-element', text: 'has no HTML element' };
}

function elementsOf(root: Node): Element[] {
  const found: Element[] = [];
  const open: Node[] = [root];
  while (open.length > 0) {
    const node = open.pop()!;
    if ('tagName' in node) found.push(node);
    if ('childNodes' in node) open.push(...[...node.childNodes].reverse());
  }
  return found;
}

/** Signs of HTML with their weight; two together make it. The patterns are bounded, so that none can backtrack far. */
const SIGNS: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [/<[a-z][a-z0-9-]{0,50}(?:\s[^<>]{0,2000})?\/>/i, 1],
  [/&(?:[a-z]{1,30}|#\d{1,8}|#x[\da-f]{1,8});/i, 1],
  [/<!doctype\s{1,10}html/i, 2],
  [/<!--[\s\S]{0,5000}?-->/, 1],
  [/\s[a-z-]{1,50}=\s{0,10}["'][^"']{0,2000}["']/i, 1],
  [
    /<(?:html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)\b/i,
    2,
  ],
];
const OPENING = /<[a-z][a-z0-9-]{0,50}(?:\s[^<>]{0,2000})?>/i;
const CLOSING = /<\/[a-z][a-z0-9-]{0,50}\s{0,10}>/i;

const containsHtml: AssertionKind = {
  types: ['contains-html'],
  meaning: 'There is HTML somewhere in the answer, by several signs.',
  feedbackKind: 'directional',
  value: 'none',
  judge(call) {
    const { output } = call;
    if (output.length > LONGEST) throw tooLong(call.id);
    const tags = Number(OPENING.test(output)) + Number(CLOSING.test(output));
    const signs = SIGNS.reduce((sum, [pattern, weight]) => sum + (pattern.test(output) ? weight : 0), tags);
    return binary(call, signs >= 2, {
      missed: () => [
        directional(
          call.id,
          'no-html',
          `there is no HTML in ${shown(output)}`,
          'Give the result in HTML elements.',
        ),
      ],
      avoid: () =>
        directional(
          call.id,
          'has-html',
          'there is HTML in the answer, and must not be',
          'Answer in plain text, without HTML.',
        ),
    });
  },
};

function tooLong(id: string) {
  return scorerFailed(
    id,
    `the answer is longer than ${LONGEST} characters.`,
    'Limit the length of the answers.',
  );
}

export const HTML_KINDS: readonly AssertionKind[] = [isHtml, containsHtml];
