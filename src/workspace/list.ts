import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { HoneError, throwIfCancelled, toHoneError } from '../core/errors.js';
import type { Problem, PromptDocument } from '../core/prompt.js';
import { readPrompt } from '../formats/index.js';
import { badConfig, readConfig, type Config, type PromptConfig } from './config.js';
import { discoverPrompts } from './discover.js';
import { insideRoot, mapBounded, shownPath } from './files.js';
import { FolderNames, pairTests } from './pair.js';

/** A prompt file of the workspace, as `hone list` and the tree show it. */
export interface PromptListing {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** `unknown` when the file could not be read. */
  readonly format: string;
  readonly spans: readonly {
    readonly id: string;
    readonly role: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly placeholders: readonly string[];
  /** Workspace-relative path of the paired test set (the prompt's own path when it is embedded); null when none. */
  readonly testset: string | null;
  readonly problems: readonly Problem[];
}

/** Files that are read at the same time. */
const CONCURRENCY = 16;

/**
 * Finds prompt files below a folder, ignore files respected, and those that hone.yaml names. What cannot be read is
 * listed with its problem; a fault in hone.yaml is a problem of every prompt, raised only when there is none to hold it.
 * @throws HoneError `not-found` for a root that is no folder, `bad-config`, `cancelled`
 */
export async function listPrompts(
  root: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<PromptListing[]> {
  const absoluteRoot = path.resolve(root);
  const { prompts, unreadable } = await discoverPrompts(absoluteRoot, options.signal);
  const { config, fault } = await readConfig(absoluteRoot).then(
    (config): { config: Config; fault?: HoneError } => ({ config }),
    (error: unknown) => ({ config: { prompts: [] }, fault: toHoneError(error) }),
  );
  if (fault && prompts.length === 0) throw fault;
  const named = config.prompts.map((entry) =>
    shownPath(absoluteRoot, path.resolve(absoluteRoot, entry.path)),
  );
  const folders = new FolderNames();
  const listings = await mapBounded(
    [...new Set([...prompts, ...named])].sort(),
    CONCURRENCY,
    async (relative) => {
      throwIfCancelled(options.signal);
      const entry = config.prompts[named.indexOf(relative)];
      const listing = await listingOf(absoluteRoot, relative, entry, folders);
      return fault ? { ...listing, problems: [...listing.problems, problemOf(fault)] } : listing;
    },
  );
  return [
    ...listings,
    ...unreadable.map(({ path: folder, message }) =>
      unread(folder, [{ severity: 'error', message } as const]),
    ),
  ];
}

async function listingOf(
  root: string,
  relative: string,
  entry: PromptConfig | undefined,
  folders: FolderNames,
): Promise<PromptListing> {
  const problems: Problem[] = [];
  const noting = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push(problemOf(toHoneError(error)));
      return undefined;
    }
  };
  const file = path.resolve(root, relative);
  const document = await noting(() => readListed(root, relative, entry));
  const pairing = await noting(() => pairTests(root, file, document, entry, folders));
  const testset = pairing === undefined ? null : shownPath(root, pairing.file);
  if (pairing && entry?.tests !== undefined) {
    const there = await folders.of(path.dirname(pairing.file));
    if (!there.has(path.basename(pairing.file))) {
      problems.push(
        problemOf(badConfig(entry.line, `There is no test set "${entry.tests}".`, 'Correct the path.')),
      );
    }
  }
  if (!document) return { ...unread(relative, problems), testset };
  return {
    path: relative,
    format: document.format,
    spans: document.spans.map(({ id, role, range }) => ({ id, role, start: range.start, end: range.end })),
    placeholders: document.placeholders,
    testset,
    problems: [...document.problems, ...problems],
  };
}

async function readListed(
  root: string,
  relative: string,
  entry: PromptConfig | undefined,
): Promise<PromptDocument> {
  const outside = () =>
    badConfig(
      entry?.line,
      `The prompt "${relative}" lies outside the workspace.`,
      'Move it into the workspace.',
    );
  const file = await insideRoot(root, relative, outside);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new HoneError({
      reason: 'bad-prompt-file',
      message: entry
        ? `hone.yaml:${entry.line}: The prompt "${relative}" cannot be read: ${(error as Error).message}.`
        : `${relative} cannot be read: ${(error as Error).message}.`,
      nextStep: 'Check the path and its permissions.',
      cause: error,
    });
  });
  return readPrompt(relative, bytes, { named: entry !== undefined });
}

function unread(relative: string, problems: readonly Problem[]): PromptListing {
  return { path: relative, format: 'unknown', spans: [], placeholders: [], testset: null, problems };
}

function problemOf(error: HoneError): Problem {
  const { line } = error.place;
  return {
    severity: 'error',
    message: `${error.message} ${error.nextStep}`,
    ...(line === undefined || error.reason === 'bad-config' ? {} : { line }),
  };
}
