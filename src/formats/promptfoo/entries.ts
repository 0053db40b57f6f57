import { posix } from 'node:path';

/** What an entry of `prompts` is to promptfoo. */
export type EntryKind =
  | { readonly kind: 'text' }
  /** `path` without the scheme and the name of a function. */
  | { readonly kind: 'file'; readonly path: string }
  /** Neither text nor a file with text; `why` ends a sentence that begins with its name. */
  | { readonly kind: 'elsewhere'; readonly why: string };

const REMOTE = ['portkey://', 'langfuse://', 'helicone://'];
const FILE_ENDS = 'cjs cts j2 js json jsonl md mjs mts py ts txt yml yaml'.split(' ').map((end) => `.${end}`);
const PROGRAM = /\.(?:[cm]?[jt]s|py|go|rb|sh|bash|exe|bat|cmd|ps1|pl)$/;

/** How promptfoo takes an entry of `prompts`, by its text alone. */
export function entryKind(raw: string): EntryKind {
  if (raw.startsWith('exec:')) return { kind: 'elsewhere', why: 'runs a program, which Hone does not do' };
  if (REMOTE.some((scheme) => raw.startsWith(scheme))) {
    return { kind: 'elsewhere', why: 'is kept by another service, where Hone does not look' };
  }
  if (!isPath(raw)) return { kind: 'text' };
  const path = raw.replace(/^file:\/\//, '');
  const beforeFunction = path.slice(0, path.lastIndexOf(':'));
  return { kind: 'file', path: PROGRAM.test(beforeFunction) ? beforeFunction : path };
}

/** promptfoo's own rule: a line with a slash, or with something like an extension at its end, is a path. */
function isPath(raw: string): boolean {
  if (['\n', ...REMOTE].some((part) => raw.includes(part))) return false;
  const tokens = raw.split(':');
  return (
    raw.startsWith('file://') ||
    FILE_ENDS.some((end) => tokens.slice(-2).some((token) => token.endsWith(end))) ||
    raw.at(-3) === '.' ||
    raw.at(-4) === '.' ||
    /[*/\\]/.test(raw)
  );
}

/** Whether the text of a prompt file comes from running it. */
export function isProgram(path: string): boolean {
  return PROGRAM.test(path);
}

/** A path that a config names, as the path of the config itself is given: relative to the workspace, or absolute. */
export function besideConfig(configPath: string, named: string): string {
  const path = named.replace(/^file:\/\//, '').replaceAll('\\', '/');
  if (posix.isAbsolute(path) || /^[A-Za-z]:\//.test(path)) return posix.normalize(path);
  return posix.join(posix.dirname(configPath), path);
}
