import type { CodeString } from './scan.js';

/** How far before a literal its name may begin. */
const REACH = 300;

const MODIFIERS =
  '(?:(?:export|default|const|let|var|public|private|protected|static|readonly|override|declare)\\s+)*';
const NAME = String.raw`(?:[\p{L}_$][\p{L}\p{N}_$.]*\[)?(?:(?<name>[\p{L}_$#][\p{L}\p{N}_$.#]*)|["'](?<key>[^"'\n]{1,100})["'])\]?\??`;
const TARGET = String.raw`${NAME}\s*(?::[^=\n"';]{1,200}=|[=:])\s*(?<open>\(?)\s*$`;
const WHOLE = new RegExp(String.raw`^\s*${MODIFIERS}${TARGET}`, 'u');
const TAIL = new RegExp(String.raw`(?<![\p{L}\p{N}_$.#"'])${TARGET}`, 'u');

/** What a literal is assigned to. */
export interface Target {
  /** The variable, property or key. */
  readonly name: string;
  /** Whether the literal stands in parentheses of its own. */
  readonly inParentheses: boolean;
}

/** What the literal at an offset is assigned to; undefined when it is not assigned as it stands. */
export function targetOf(text: string, start: number): Target | undefined {
  if (!/[=:(]\s*$/.test(text.slice(Math.max(0, start - 20), start))) return undefined;
  return asTarget(TAIL.exec(text.slice(Math.max(0, start - REACH), start)));
}

/** As `targetOf`, where the assignment has to begin at an offset. */
export function targetBetween(text: string, from: number, start: number): Target | undefined {
  return start - from > REACH ? undefined : asTarget(WHOLE.exec(text.slice(from, start)));
}

function asTarget(match: RegExpExecArray | null): Target | undefined {
  const name = match?.groups?.name ?? match?.groups?.key;
  return name === undefined ? undefined : { name, inParentheses: match!.groups!.open !== '' };
}

/** What follows a literal. */
export interface Following {
  /** Why the literal is not all of the value, as a clause. */
  readonly fault?: string;
  /** Whether it is filled on the spot by `.format(`. */
  readonly isFormatted: boolean;
}

const LONGER = 'it is part of a longer expression';
const JOINED = 'it is joined from several literals';
const BLANKS = {
  python: { line: /(?:[ \t\f]+|\\\n|#[^\n]*)*/y, lines: /(?:\s+|\\\n|#[^\n]*)*/y },
  script: { line: /[ \t]*/y, lines: /(?:\s+|\/\/[^\n]*|\/\*(?:[^*]+|\*(?!\/))*\*\/)*/y },
};

/**
 * Whether a literal is all of a value, and how it goes on.
 * @param inParentheses whether parentheses stand around the literal alone
 */
export function following(text: string, string: CodeString, inParentheses: boolean): Following {
  const { language } = string.kind;
  const skip = (from: number, acrossLines: boolean) => {
    const pattern = BLANKS[language][acrossLines ? 'lines' : 'line'];
    pattern.lastIndex = from;
    return from + pattern.exec(text)![0].length;
  };
  const isPython = language === 'python';
  let depth = string.depth;
  let at = skip(string.end, !isPython || depth > 0);
  if (inParentheses && text[at] === ')') {
    depth--;
    at = skip(at + 1, !isPython || depth > 0);
  }
  const rest = text.slice(at, at + 20);
  if (isPython && rest.startsWith('.format(')) return { isFormatted: true };
  const result = (fault?: string): Following => ({ isFormatted: false, ...(fault && { fault }) });
  if (/^(?:[rbuft]{0,2}["']|`)/i.test(rest)) {
    const sameStatement = isPython || !text.slice(string.end, at).includes('\n');
    return result(sameStatement ? JOINED : undefined);
  }
  if (/^(?:$|[,;)\]}])/.test(rest)) return result();
  if (isPython) return result(depth <= 0 && rest.startsWith('\n') ? undefined : LONGER);
  if (/^(?:as|satisfies)\b/.test(rest)) return result();
  const isNewStatement = text.slice(string.end, at).includes('\n') && /^[\p{L}_$@#{]/u.test(rest);
  return result(isNewStatement ? undefined : LONGER);
}

const RESHAPES = /\b(?:dedent|cleandoc|stripIndents?|outdent)\s*\(\s*$/;

/** Why a literal that the user selected is not all of a value, by what stands before it. */
export function faultBefore(
  text: string,
  string: CodeString,
  previous: CodeString | undefined,
): string | undefined {
  const before = text.slice(Math.max(0, string.start - 100), string.start).trimEnd();
  if (RESHAPES.test(before)) return 'a function changes its indentation';
  const isJoined =
    string.kind.language === 'python' && previous && text.slice(previous.end, string.start).trim() === '';
  const isNextLine = text.slice(previous?.end, string.start).includes('\n') && string.depth === 0;
  if (isJoined && !isNextLine) return JOINED;
  return /(?:[+%*/&|?<>-]|==)$/.test(before) ? LONGER : undefined;
}
