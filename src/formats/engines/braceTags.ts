/** The tags of a text in double braces. */
export interface BraceTags {
  /** Each as it stands, in order. */
  readonly texts: readonly string[];
  /** Whether the text opens a tag that it does not close. What follows there is not looked at. */
  readonly unclosed: boolean;
}

/**
 * Finds tags without a parser, so that the text may be a part of a template, in one pass whatever the text holds.
 * Handlebars has raw blocks, comments in dashes, texts with braces in them, and a backslash that makes braces plain text.
 */
export function braceTags(text: string, dialect: 'mustache' | 'handlebars'): BraceTags {
  const texts: string[] = [];
  let at = text.indexOf('{{');
  while (at !== -1) {
    let end: number;
    if (dialect === 'handlebars' && isEscaped(text, at)) end = at + 2;
    else {
      end = dialect === 'handlebars' ? endOfHandlebars(text, at) : endOfMustache(text, at);
      if (end === -1) return { texts, unclosed: true };
      texts.push(text.slice(at, end));
    }
    at = text.indexOf('{{', end);
  }
  return { texts, unclosed: false };
}

/** One backslash makes the braces plain text; two stand for one before a tag. */
function isEscaped(text: string, at: number): boolean {
  return text[at - 1] === '\\' && text[at - 2] !== '\\';
}

function endOfMustache(text: string, at: number): number {
  return after(text, at + 2, text.startsWith('{{{', at) ? '}}}' : '}}');
}

function endOfHandlebars(text: string, at: number): number {
  if (text.startsWith('{{{{', at)) return after(text, at + 4, '}}}}');
  const start = text[at + 2] === '~' ? at + 3 : at + 2;
  if (text.startsWith('!--', start)) return afterComment(text, start + 3);
  if (text[start] === '!') return after(text, start, '}}');
  for (let index = start; index < text.length; index++) {
    const character = text[index]!;
    if (character === '"' || character === "'") {
      index = text.indexOf(character, index + 1);
      if (index === -1) return -1;
    } else if (text.startsWith('}}', index)) {
      const isTriple = text[start] === '{' && text[index + 2] === '}';
      return index + (isTriple ? 3 : 2);
    }
  }
  return -1;
}

function afterComment(text: string, from: number): number {
  for (let dashes = text.indexOf('--', from); dashes !== -1; dashes = text.indexOf('--', dashes + 1)) {
    const braces = text[dashes + 2] === '~' ? dashes + 3 : dashes + 2;
    if (text.startsWith('}}', braces)) return braces + 2;
  }
  return -1;
}

function after(text: string, from: number, closer: string): number {
  const found = text.indexOf(closer, from);
  return found === -1 ? -1 : found + closer.length;
}
