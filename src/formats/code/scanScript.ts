import jsTokens from 'js-tokens';
import type { LiteralKind } from './literal.js';
import type { CodeComment, CodeString, ScannedCode } from './scan.js';

interface OpenTemplate {
  readonly start: number;
  readonly isTagged: boolean;
  substitutions: number;
}

/** After these words a template literal has no tag. */
const KEYWORD =
  /^(?:return|case|typeof|instanceof|in|of|new|void|delete|throw|yield|await|else|do|default|extends|as|satisfies)$/;

/** The strings and comments of a JavaScript or TypeScript program. */
export function scanScript(text: string): ScannedCode {
  const strings: CodeString[] = [];
  const comments: CodeComment[] = [];
  const open: OpenTemplate[] = [];
  let at = 0;
  let before = '';
  for (const token of jsTokens(text)) {
    const start = at;
    const end = (at += token.value.length);
    switch (token.type) {
      case 'WhiteSpace':
      case 'LineTerminatorSequence':
        continue;
      case 'SingleLineComment':
      case 'MultiLineComment':
        comments.push({ start, end });
        continue;
      case 'StringLiteral':
        strings.push(stringOf(start, end, token.value[0]!, 0, token.closed ? undefined : 'it has no end'));
        break;
      case 'NoSubstitutionTemplate':
        strings.push(templateOf({ start, isTagged: isTag(before), substitutions: 0 }, end, token.closed));
        break;
      case 'TemplateHead':
        open.push({ start, isTagged: isTag(before), substitutions: 1 });
        break;
      case 'TemplateMiddle':
        if (open.length > 0) open.at(-1)!.substitutions++;
        break;
      case 'TemplateTail': {
        const template = open.pop();
        if (template) strings.push(templateOf(template, end, token.closed));
        break;
      }
    }
    before = token.value;
  }
  return { strings: strings.sort((a, b) => a.start - b.start), comments };
}

function isTag(before: string): boolean {
  return /[\p{L}\p{N}_$)\]]$/u.test(before) && !KEYWORD.test(before);
}

function templateOf(
  { start, isTagged, substitutions }: OpenTemplate,
  end: number,
  closed: boolean,
): CodeString {
  const fault = !closed ? 'it has no end' : isTagged ? 'it is a tagged template' : undefined;
  return stringOf(start, end, '`', substitutions, fault);
}

function stringOf(
  start: number,
  end: number,
  quote: string,
  substitutions: number,
  fault: string | undefined,
): CodeString {
  const kind: LiteralKind = {
    language: 'script',
    quote,
    raw: false,
    fields: quote === '`' ? 'template' : 'none',
  };
  const isClosed = fault !== 'it has no end';
  return {
    start,
    end,
    contentStart: start + 1,
    contentEnd: isClosed ? end - 1 : end,
    kind,
    depth: 0,
    substitutions,
    ...(fault !== undefined && { fault }),
  };
}
