import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq } from 'yaml';
import { decodeText, encodeText } from '../core/prompt.js';
import type { ColumnMapping } from '../testsets/index.js';
import { badConfig, CONFIG_FILE, parseConfig, type Config, type PromptConfig } from './config.js';
import { shownPath } from './files.js';
import { block, pairOf, YamlText, type EditValue } from './yamlEdit.js';

/**
 * Writes which columns serve a prompt into hone.yaml, under its entry, which is added when there is none; the file is
 * made when there is none. Nothing else in the file changes: comments, order and line ends stay.
 * @param promptPath relative to the root, or absolute
 * @throws HoneError `bad-config` when the file is broken, or cannot be changed without changing more; nothing is written
 */
export async function saveMapping(root: string, promptPath: string, mapping: ColumnMapping): Promise<void> {
  const absoluteRoot = path.resolve(root);
  const file = path.join(absoluteRoot, CONFIG_FILE);
  const prompt = shownPath(absoluteRoot, path.resolve(absoluteRoot, promptPath));
  const before = await currentText(file);
  const after = withMapping(before ?? '', absoluteRoot, prompt, mapping);
  if (after === before) return;
  // Written beside and moved, so that nobody reads half a file.
  const beside = `${file}.${randomUUID()}`;
  try {
    await writeFile(beside, encodeText(after));
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw badConfig(
      undefined,
      `It cannot be written: ${(error as Error).message}.`,
      'Check its permissions.',
      error,
    );
  }
}

async function currentText(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw badConfig(
      undefined,
      `It cannot be read: ${(error as Error).message}.`,
      'Make it a readable file.',
      error,
    );
  });
  if (!bytes) return undefined;
  try {
    return decodeText(bytes);
  } catch (error) {
    throw badConfig(undefined, 'It is not UTF-8 text.', 'Save it with the encoding UTF-8.', error);
  }
}

/**
 * The text of hone.yaml with a mapping put in.
 * @param prompt relative to the root, as a new entry names it
 * @throws HoneError `bad-config`
 */
export function withMapping(before: string, root: string, prompt: string, mapping: ColumnMapping): string {
  const was = parseConfig(before);
  const bom = before.startsWith('\uFEFF') ? '\uFEFF' : '';
  const isCrlf = before.includes('\r\n');
  if (/\r(?!\n)/.test(before) || (isCrlf && /(?<!\r)\n/.test(before))) {
    throw cannot('its line ends are mixed', 'Give all lines the same line ends.');
  }
  const yaml = new YamlText(before.slice(bom.length).replaceAll('\r\n', '\n'));
  const columns = withoutEmpty(mapping);
  try {
    edit(yaml, was, root, prompt, columns);
  } catch (error) {
    throw cannot('it is written in a way that Hone cannot add to', 'Write the columns there by hand.', error);
  }
  const after = bom + (isCrlf ? yaml.text.replaceAll('\n', '\r\n') : yaml.text);
  verify(was, after, root, prompt, columns);
  return after;
}

function edit(
  yaml: YamlText,
  was: Config,
  root: string,
  prompt: string,
  columns: Exclude<EditValue, string>,
): void {
  const entry = { path: prompt, columns };
  const { contents } = yaml.document;
  const index = was.prompts.findIndex((each) => samePrompt(root, each.path, prompt));
  if (index >= 0) {
    yaml.set(['prompts', index], 'columns', columns);
  } else if (contents === null) {
    yaml.insertAt(
      yaml.text === '' ? 0 : yaml.afterLine(yaml.text.length - 1),
      `prompts:\n${listItem(entry, '  ')}`,
    );
  } else if (isMap(contents) && !pairOf(contents, 'prompts')) {
    yaml.insertAt(yaml.afterLine(Math.max(contents.range[1] - 1, 0)), `prompts:\n${listItem(entry, '  ')}`);
  } else {
    const list = yaml.document.get('prompts', true);
    if (!isSeq(list) || list.items.length === 0) {
      yaml.replace(pairOf(yaml.map([]), 'prompts')!, `prompts:\n${listItem(entry, '  ')}`.trimEnd());
      return;
    }
    if (list.flow) throw new TypeError('The list of prompts is not a block.');
    const last = list.items.at(-1) as { range: [number, number, number] };
    const dash = yaml.columnOf(list.range![0]);
    const end = yaml.text.slice(0, last.range[1]).trimEnd().length;
    yaml.insertAt(yaml.afterLine(Math.max(end - 1, 0)), listItem(entry, ' '.repeat(dash)));
  }
}

function listItem(entry: Exclude<EditValue, string>, indent: string): string {
  const lines = block(entry, `${indent}  `);
  return `${indent}- ${lines.slice(indent.length + 2)}`;
}

/** Holds the new text against the old one: the mapping is there, and all else says what it said. */
function verify(was: Config, after: string, root: string, prompt: string, columns: ColumnMapping): void {
  let is: Config;
  try {
    is = parseConfig(after);
  } catch (error) {
    throw cannot('it would no longer be valid', 'Write the columns there by hand.', error);
  }
  const isOwn = (each: PromptConfig) => samePrompt(root, each.path, prompt);
  const entries = was.prompts.some(isOwn) ? was.prompts : [...was.prompts, { path: prompt, line: 0 }];
  const wanted = entries.map((each) => ({ ...each, line: 0, ...(isOwn(each) && { columns }) }));
  const found = is.prompts.map((each) => ({ ...each, line: 0 }));
  if (isDeepStrictEqual(found, wanted)) return;
  throw cannot('more than the columns would change', 'Write the columns there by hand.');
}

function samePrompt(root: string, a: string, b: string): boolean {
  return path.resolve(root, a) === path.resolve(root, b);
}

/** The mapping without the parts that say nothing. */
function withoutEmpty({ input, expected, vars, labels }: ColumnMapping): Record<string, EditValue> {
  return {
    ...(input !== undefined && { input }),
    ...(expected !== undefined && { expected }),
    ...(vars && Object.keys(vars).length > 0 && { vars: { ...vars } }),
    ...(labels && Object.keys(labels).length > 0 && { labels: { ...labels } }),
  };
}

function cannot(why: string, nextStep: string, cause?: unknown) {
  return badConfig(undefined, `The columns cannot be saved: ${why}.`, nextStep, cause);
}
