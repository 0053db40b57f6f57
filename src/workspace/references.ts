import { realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpan, type Problem, type PromptDocument, type PromptReference } from '../core/prompt.js';
import { isPromptFile, namesPrompts, readPrompt, sectionSpan, type ReadOptions } from '../formats/index.js';
import { discoverCandidates } from './discover.js';
import { isOutside, readBytes, shownPath } from './files.js';
import { filesLike } from './testFile.js';

/** The files that references of a prompt file name. */
export interface Named {
  /** Relative to the root, each once, in order. */
  readonly files: readonly string[];
  /** What names no file that may be read. */
  readonly problems: readonly Problem[];
}

/** Finds the files that references name, inside the root only. */
export function resolveReferences(root: string, references: readonly PromptReference[]): Named {
  const files = new Set<string>();
  const problems: Problem[] = [];
  for (const { path: named, written, line } of references) {
    const isPattern = /[*?[\]{}]/.test(named);
    const note = (message: string) => problems.push({ severity: 'warning', message, line });
    if (isOutside(path.relative(root, path.resolve(root, named)))) {
      note(`The prompt "${written}" lies outside the workspace, where Hone does not read.`);
      continue;
    }
    const found = isPattern ? filesLike(root, root, named) : [path.resolve(root, named)];
    const there = found.filter((file) => isFile(file));
    const inside = there.filter((file) => isInside(root, file));
    inside.forEach((file) => files.add(shownPath(root, file)));
    if (there.length === 0) {
      note(`promptfoo takes "${written}" for the path of a prompt, and there is no such file.`);
    } else if (inside.length < there.length) {
      note(`The prompt "${written}" leads out of the workspace, where Hone does not read.`);
    }
  }
  return { files: [...files], problems };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isInside(root: string, file: string): boolean {
  return !isOutside(path.relative(realpathSync(root), realpathSync(file)));
}

/** A prompt file as the workspace has it. */
export interface WorkspacePrompt {
  readonly document: PromptDocument;
  /** Absolute path of another file that names this one as its prompt, and has tests for it. */
  readonly namedBy?: string;
  /** A sentence for people when the file holds other prompts too, and nobody said which one is meant. */
  readonly note?: string;
}

export interface PromptFileOptions extends Pick<ReadOptions, 'span' | 'selection'> {
  /** Take one of several prompts when none is asked for: the one that an optimizer edits by default. Default false. */
  readonly orDefault?: boolean;
}

/** Files that name prompts are looked at up to this size. 500 kB. */
const MOST_BYTES = 500_000;

/**
 * Reads a prompt file that somebody named, as what the files of the workspace say it is.
 * @param root absolute
 * @param file absolute
 * @throws HoneError `not-found`, `bad-prompt-file`
 */
export async function readPromptFile(
  root: string,
  file: string,
  { orDefault = false, ...focus }: PromptFileOptions = {},
): Promise<WorkspacePrompt> {
  const name = shownPath(root, file);
  const bytes = await readBytes(file, {
    reason: 'bad-prompt-file',
    name,
    role: 'prompt file',
    nextStep: 'Name a prompt file; "hone list" shows those of a workspace.',
  });
  // A section of a file is asked for by its heading, as no other file can.
  const isSection = focus.span?.startsWith(sectionSpan('')) ?? false;
  const isInRoot = !isOutside(path.relative(root, file));
  const by = isInRoot && !isSection ? await namingFile(root, name) : undefined;
  const read = (meant: Pick<ReadOptions, 'span' | 'selection'>) =>
    readPrompt(name, bytes, { ...meant, named: true, referenced: by !== undefined });
  const namedBy = by?.embedded ? { namedBy: path.join(root, by.path) } : {};
  const document = read(focus);
  const span = defaultSpan(document);
  if (!orDefault || focus.span !== undefined || focus.selection || !span) return { document, ...namedBy };
  const one = read({ span: span.id });
  if (one.spans.length === document.spans.length) return { document, ...namedBy };
  return { document: one, ...namedBy, note: `${name} holds other prompts too; this is about ${span.id}.` };
}

/** The first file of the workspace that names another one as its prompt. */
async function namingFile(root: string, name: string): Promise<PromptDocument | undefined> {
  const { candidates } = await discoverCandidates(root);
  const files = candidates.map((each) => each.path).filter(namesPrompts);
  for (const file of files.sort()) {
    const document = file === name ? undefined : await namingDocument(root, file, path.posix.basename(name));
    if (document && resolveReferences(root, document.references ?? []).files.includes(name)) return document;
  }
  return undefined;
}

/** A file that may name another one; undefined when it cannot, or is broken. */
async function namingDocument(
  root: string,
  file: string,
  basename: string,
): Promise<PromptDocument | undefined> {
  try {
    const bytes = await readFile(path.join(root, file));
    const mayName = bytes.includes(basename) || /[*?[\]{}]/.test(bytes.toString('latin1'));
    if (bytes.length > MOST_BYTES || !mayName || !isPromptFile(file, bytes)) return undefined;
    return readPrompt(file, bytes);
  } catch {
    // Its own listing tells what is wrong with it.
    return undefined;
  }
}
