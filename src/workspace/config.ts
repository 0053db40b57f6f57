import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { HoneError } from '../core/errors.js';
import type { PriceTable } from '../core/run.js';
import { checkScorerConfig, type ScorerConfig } from '../scorers/index.js';
import { nearestName, type ColumnMapping } from '../testsets/index.js';
import { CONFIG_SHAPE, type Shape } from './shape.js';

/** The name of the settings file, at the root of a workspace. */
export const CONFIG_FILE = 'hone.yaml';

/** How rows are divided, as hone.yaml says it. */
export interface SplitSettings {
  readonly seed?: number;
  /** Shares in [0, 1]. */
  readonly train?: number;
  readonly validation?: number;
}

/** One entry of `prompts:`. Paths are relative to the root, as they are written. */
export interface PromptConfig {
  readonly path: string;
  /** The heading under which the text is edited. All of the prompt when absent. */
  readonly section?: string;
  readonly tests?: string;
  /** Rows of the test set that are read at the most. */
  readonly testsLimit?: number;
  /** Whether the first line of the test set names its columns. */
  readonly testsHeader?: boolean;
  readonly scorers?: readonly ScorerConfig[];
  readonly columns?: ColumnMapping;
  readonly splits?: SplitSettings;
  /** How new prompts are proposed, and the settings of that. */
  readonly strategy?: string;
  readonly settings?: Readonly<Record<string, number | string | boolean>>;
  /** See `Wishes`. */
  readonly guidance?: string;
  readonly pinned?: readonly string[];
  readonly maxWords?: number;
  /** Characters of each text of a row that the optimizer sees. */
  readonly traceCharacters?: number;
  /** 1-based line of hone.yaml on which the entry starts. */
  readonly line: number;
}

/** hone.yaml, read and checked. */
export interface Config {
  readonly prompts: readonly PromptConfig[];
  /** US dollars per million tokens by model; absent where the file says nothing. */
  readonly prices?: PriceTable;
}

/**
 * Reads hone.yaml of a root; an empty configuration when there is none.
 * @throws HoneError `bad-config` with the line of what is wrong
 */
export async function readConfig(root: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path.join(root, CONFIG_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { prompts: [] };
    throw badConfig(
      undefined,
      `It cannot be read: ${(error as Error).message}.`,
      'Make it a readable file.',
      error,
    );
  }
  return parseConfig(text);
}

/** The configuration in a text. @throws HoneError `bad-config` with the line */
export function parseConfig(text: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines, prettyErrors: false });
  const reader = new ConfigReader(document, lines);
  const [fault] = document.errors;
  if (fault) {
    const line = lines.linePos(fault.pos[0]).line;
    throw badConfig(
      line,
      `This is not valid YAML: ${fault.message.replace(/\.?$/, '.')}`,
      'Correct the line.',
      fault,
    );
  }
  if (document.contents === null) return { prompts: [] };
  reader.check(document.contents, CONFIG_SHAPE, 'hone.yaml');
  return reader.config();
}

/** The error of a fault in hone.yaml. */
export function badConfig(
  line: number | undefined,
  fault: string,
  nextStep: string,
  cause?: unknown,
): HoneError {
  const at = line === undefined ? CONFIG_FILE : `${CONFIG_FILE}:${line}`;
  return new HoneError({
    reason: 'bad-config',
    message: `${at}: ${fault}`,
    nextStep,
    place: line === undefined ? { file: CONFIG_FILE } : { file: CONFIG_FILE, line },
    ...(cause === undefined ? {} : { cause }),
  });
}

const WORDS = {
  text: 'a text',
  whole: 'a whole number',
  positive: 'a whole number above 0',
  value: 'a text, a number, or true or false',
  flag: 'true or false',
  textOr: 'a text or a mapping',
  share: 'a number between 0 and 1',
  amount: 'a number of 0 or more',
  mapOf: 'a mapping',
  textMap: 'a mapping of texts',
  scorer: 'a mapping with a "type"',
  list: 'a list',
  mapping: 'a mapping',
};

/** An entry as the file has it. */
interface RawEntry extends Omit<PromptConfig, 'line' | 'tests' | 'testsLimit' | 'testsHeader'> {
  readonly tests?: string | { readonly path: string; readonly limit?: number; readonly header?: boolean };
}

function withTests({ tests, ...entry }: RawEntry): Omit<PromptConfig, 'line'> {
  if (tests === undefined || typeof tests === 'string')
    return { ...entry, ...(tests !== undefined && { tests }) };
  return {
    ...entry,
    tests: tests.path,
    ...(tests.limit !== undefined && { testsLimit: tests.limit }),
    ...(tests.header !== undefined && { testsHeader: tests.header }),
  };
}

/** Holds the parsed file against the shape, with the line of each node at hand. */
class ConfigReader {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  check(raw: unknown, shape: Shape, name: string): void {
    const node = this.#resolve(raw);
    const refuse = () => this.#refuse(node ?? raw, `"${name}" must be ${WORDS[shape.kind]}.`, shape.meaning);
    switch (shape.kind) {
      case 'text':
        if (!isScalar(node) || typeof node.value !== 'string' || node.value.trim() === '') throw refuse();
        return;
      case 'whole':
        if (!isScalar(node) || !Number.isSafeInteger(node.value)) throw refuse();
        return;
      case 'positive':
        if (!isScalar(node) || !Number.isSafeInteger(node.value) || !(Number(node.value) > 0)) throw refuse();
        return;
      case 'flag':
        if (!isScalar(node) || typeof node.value !== 'boolean') throw refuse();
        return;
      case 'value':
        if (!isScalar(node) || !['string', 'number', 'boolean'].includes(typeof node.value)) throw refuse();
        return;
      case 'textOr':
        if (isMap(node)) this.check(node, shape.long, name);
        else if (isScalar(node)) this.check(node, { kind: 'text', meaning: shape.meaning }, name);
        else throw refuse();
        return;
      case 'share':
        if (!isScalar(node) || typeof node.value !== 'number' || !(node.value >= 0 && node.value <= 1))
          throw refuse();
        return;
      case 'amount':
        if (!isScalar(node) || typeof node.value !== 'number' || !(node.value >= 0 && node.value < Infinity))
          throw refuse();
        return;
      case 'mapOf':
        if (!isMap(node)) throw refuse();
        for (const pair of node.items)
          this.check(pair.value ?? pair.key, shape.of, `${name}.${this.#key(pair.key).key}`);
        return;
      case 'textMap':
        if (!isMap(node)) throw refuse();
        for (const pair of node.items) {
          const { key } = this.#key(pair.key);
          this.check(pair.value ?? pair.key, { kind: 'text', meaning: shape.meaning }, `${name}.${key}`);
        }
        return;
      case 'scorer':
        if (!isMap(node)) throw refuse();
        this.#checkScorer(node);
        return;
      case 'list':
        if (!isSeq(node)) throw refuse();
        node.items.forEach((item, index) => {
          this.check(item, shape.of, `${name}[${index}]`);
        });
        return;
      case 'mapping':
        if (!isMap(node)) throw refuse();
        this.#checkMapping(node, shape.keys, name);
    }
  }

  /** The checked document as data, with the line of each entry. */
  config(): Config {
    const data = this.#document.toJS() as Omit<Config, 'prompts'> & {
      readonly prompts?: readonly RawEntry[];
    };
    const list = this.#resolve(this.#document.get('prompts', true));
    const items = isSeq(list) ? list.items : [];
    const prompts = (data.prompts ?? []).map((entry, index) => ({
      ...withTests(entry),
      line: this.#lineOf(items[index]) ?? 1,
    }));
    for (const { splits, line } of prompts) {
      if ((splits?.train ?? 0.4) + (splits?.validation ?? 0.3) < 1) continue;
      throw badConfig(
        line,
        'The shares "train" and "validation" leave no rows for the exam.',
        'Make them less than 1 together; they are 0.4 and 0.3 by default.',
      );
    }
    const twice = prompts.find(
      (entry, index) => prompts.findIndex(({ path: other }) => other === entry.path) < index,
    );
    if (twice) throw badConfig(twice.line, `"${twice.path}" has an entry already.`, 'Merge the two entries.');
    return { prompts, ...(data.prices && { prices: data.prices }) };
  }

  #checkMapping(
    node: Node & { items: { key: unknown; value: unknown }[] },
    keys: Readonly<Record<string, Shape>>,
    name: string,
  ) {
    const present = new Set<string>();
    for (const pair of node.items) {
      const { key, node: keyNode } = this.#key(pair.key);
      const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (!shape) {
        const nearest = nearestName(key, Object.keys(keys));
        throw this.#refuse(
          keyNode,
          `"${key}" is not a key of ${name === 'hone.yaml' ? name : `"${name}"`}.`,
          `Use one of: ${Object.keys(keys).join(', ')}${nearest === undefined ? '' : ` (the nearest is "${nearest}")`}.`,
        );
      }
      present.add(key);
      this.check(pair.value ?? pair.key, shape, key);
    }
    const missing = Object.entries(keys).find(([key, shape]) => shape.required === true && !present.has(key));
    if (missing) throw this.#refuse(node, `The key "${missing[0]}" is missing.`, missing[1].meaning);
  }

  #checkScorer(node: Node & { items: { key: unknown; value: unknown }[] }): void {
    const config = node.toJS(this.#document) as Record<string, unknown>;
    const [fault] = checkScorerConfig(config);
    if (!fault) return;
    const at = node.items.find((pair) => this.#key(pair.key).key === fault.key)?.key ?? node;
    const type = typeof config.type === 'string' ? ` "${config.type}"` : '';
    throw this.#refuse(at, `The scorer${type} cannot be used: ${fault.fault}`, fault.nextStep);
  }

  #key(raw: unknown): { readonly key: string; readonly node: unknown } {
    const node = this.#resolve(raw);
    return { key: isScalar(node) ? String(node.value) : JSON.stringify(raw), node: node ?? raw };
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #lineOf(node: unknown): number | undefined {
    const start = (node as Partial<Node> | null | undefined)?.range?.[0];
    return start === undefined ? undefined : this.#lines.linePos(start).line;
  }

  #refuse(node: unknown, fault: string, nextStep: string): HoneError {
    return badConfig(this.#lineOf(node), fault, nextStep);
  }
}
