import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ModelSettings, Problem, PromptDocument, PromptReference } from '../../core/prompt.js';
import type { Focus, PromptFormat } from '../format.js';
import { cutMargins } from '../margins.js';
import { SourceText } from '../source.js';
import { pairOf, YamlSource } from '../yamlSource.js';
import { yamlSpan } from '../yamlSpan.js';
import { besideConfig, entryKind } from './entries.js';
import { readTests } from './tests.js';
import {
  roleOfText,
  textUnit,
  unitDocument,
  unitMethods,
  unitOf,
  unitViolations,
  type Encoding,
  type Unit,
} from './units.js';

const FORMAT = 'promptfoo';
const SEE = 'See https://promptfoo.dev/docs/configuration/guide for the layout of the file.';

const CONFIG = /(?:^|\/)promptfooconfig[^/]*\.(?:ya?ml|json|[cm]?[jt]s|py)$/;
const PROGRAM = /\.(?:[cm]?[jt]s|py)$/;

/**
 * promptfoo configurations: `promptfooconfig*`, and any YAML file with prompts and providers, targets or tests. Texts of
 * prompts that stand in the file are edited; those in files of their own are named as references.
 */
export const promptfooConfig: PromptFormat = {
  id: FORMAT,
  matches: (path) => CONFIG.test(path) || /\.ya?ml$/.test(path),
  recognises: (path, bytes) => CONFIG.test(path) || looksLikeConfig(path, bytes),
  parse: (path, bytes, focus) => read(path, bytes, focus).document,
  ...unitMethods(readingOf),
  surroundings: (document) => readingOf(document).others,
  violations(document, span, text) {
    const reading = readingOf(document);
    const faults = unitViolations(reading, span, text);
    const margins = cutMargins(unitOf(reading, span).raw);
    const entry = entryKind(margins.before + text + margins.after);
    if (entry.kind === 'file') {
      faults.push('promptfoo would read this one line as a path; a text of several lines never is one.');
    } else if (entry.kind === 'elsewhere') {
      faults.push(`promptfoo would take the text for something that ${entry.why}.`);
    }
    return faults;
  },
};

/** Whether the content of a YAML file is that of a configuration. */
function looksLikeConfig(path: string, bytes: Uint8Array): boolean {
  if (/(?:^|\/)hone\.yaml$/.test(path)) return false;
  const text = Buffer.from(bytes).toString('latin1');
  return (
    /^["']?prompts["']?[ \t]*:/m.test(text) && /^["']?(?:providers|targets|tests)["']?[ \t]*:/m.test(text)
  );
}

interface Reading {
  readonly document: PromptDocument;
  readonly source: SourceText;
  readonly units: readonly Unit[];
  /** All values of the file but the texts of its prompts. */
  readonly others: unknown;
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes, { span: document.focus });
}

function read(path: string, bytes: Uint8Array, focus: Focus | undefined): Reading {
  const source = new SourceText(path, bytes);
  if (PROGRAM.test(path)) return readProgram(path, bytes, source);
  const yaml = new YamlSource(path, source, source.text, 0, true);
  const root = yaml.document.contents;
  if (!isMap(root)) throw yaml.refuse(root ?? 0, 'a promptfoo configuration must be a mapping.', SEE);
  const data = yaml.data(root) as Record<string, unknown>;
  const problems: Problem[] = [];
  const { units: all, references, editable } = readPrompts(path, source, yaml, root, problems);
  const embedded = readTests(yaml, root, data);
  const settings = settingsOf(data.providers ?? data.targets);
  const { document, units } = unitDocument({ path, format: FORMAT, bytes, settings }, all, focus, problems);
  const reading: Reading = {
    document: {
      ...document,
      ...(embedded && { embedded }),
      ...(references.length > 0 && { references }),
    },
    source,
    units,
    others: { ...data, prompts: withoutTexts(data.prompts, editable) },
  };
  readings.set(reading.document, reading);
  return reading;
}

function readProgram(path: string, bytes: Uint8Array, source: SourceText): Reading {
  const message = 'The configuration is what this program gives, and Hone runs no programs.';
  const problems: readonly Problem[] = [{ severity: 'info', message }];
  const made = unitDocument({ path, format: FORMAT, bytes, settings: {} }, [], undefined, problems);
  return { ...made, source, others: undefined };
}

interface Prompts {
  readonly units: readonly Unit[];
  readonly references: readonly PromptReference[];
  /** Places of the texts that are spans, -1 for one that is all of `prompts`. */
  readonly editable: ReadonlySet<number>;
}

function readPrompts(
  path: string,
  source: SourceText,
  yaml: YamlSource,
  root: YAMLMap,
  problems: Problem[],
): Prompts {
  const units: Unit[] = [];
  const references: PromptReference[] = [];
  const editable = new Set<number>();
  const pair = pairOf(root, 'prompts');
  const prompts = yaml.resolve(pair?.value);
  if (!pair || !prompts) {
    const message = 'The configuration has no prompts, so promptfoo sends the variable prompt alone.';
    problems.push({ severity: 'warning', message, line: yaml.lineOf(pair?.key ?? root) });
    return { units, references, editable };
  }

  /** @param indent column of the mapping or list that holds the text; undefined where it cannot be edited */
  const add = (index: number, node: Node | undefined, indent: number | undefined, why: string) => {
    const id = `prompts[${Math.max(index, 0)}]`;
    const line = yaml.lineOf(node ?? pair.key);
    if (!isScalar(node) || typeof node.value !== 'string') {
      problems.push({ severity: 'warning', message: `${id} has no text, so it is left out.`, line });
      return;
    }
    const raw = node.value;
    const entry = entryKind(raw);
    if (entry.kind === 'file') {
      references.push({ path: besideConfig(path, entry.path), written: raw, line });
    } else if (entry.kind === 'elsewhere') {
      problems.push({ severity: 'info', message: `${id} ${entry.why}.`, line });
    } else if (indent === undefined) {
      const message = `${id} ${why}, so Hone does not edit it.`;
      problems.push({ severity: 'info', message, line });
      units.push({ raw, messages: [{ role: roleOfText(raw, line), text: raw }], spans: [], firstLine: line });
    } else {
      editable.add(index);
      const span = yamlSpan(source, yaml, node, id, 'user');
      const encoding: Encoding = path.endsWith('.json')
        ? { kind: 'json' }
        : { kind: 'yaml', text: { scalar: node, indent } };
      units.push(textUnit(raw, span, encoding));
    }
  };
  const columnOf = (key: Node) => source.columnAt(yaml.offsets(key)[0]);

  if (isScalar(prompts)) {
    add(-1, prompts, isAlias(pair.value) ? undefined : columnOf(pair.key), 'is an alias');
  } else if (isMap(prompts)) {
    prompts.items.forEach((item, index) =>
      add(index, yaml.resolve(item.key), undefined, 'is the key of a mapping'),
    );
  } else if (isSeq(prompts)) {
    const isShared = isAlias(pair.value);
    prompts.items.forEach((item, index) => {
      const node = yaml.resolve(item);
      if (!isMap(node)) {
        add(index, node, isShared || isAlias(item) ? undefined : indentOf(prompts), 'is an alias');
        return;
      }
      const raw = pairOf(node, 'raw') ?? pairOf(node, 'id');
      const isAliased = isShared || isAlias(item) || isAlias(raw?.value);
      const isEditable = raw && !isAliased && raw.key === pairOf(node, 'raw')?.key;
      const why = isAliased ? 'is an alias' : 'stands for a name as well';
      add(index, yaml.resolve(raw?.value), isEditable ? columnOf(raw.key) : undefined, why);
    });
  }
  return { units, references, editable };
}

/** Column of the dashes of a block list; of a list in brackets, where the text cannot become a block, none is needed. */
function indentOf(list: YAMLSeq): number {
  const token = list.srcToken;
  return token?.type === 'block-seq' ? token.indent : 0;
}

/** `prompts` with the texts left out that are spans. Copies, so that an alias to a text shows that it changed. */
function withoutTexts(prompts: unknown, editable: ReadonlySet<number>): unknown {
  if (editable.has(-1)) return null;
  if (!Array.isArray(prompts)) return prompts;
  return prompts.map((prompt: unknown, index) => {
    if (!editable.has(index)) return prompt;
    return typeof prompt === 'object' ? { ...prompt, raw: null } : null;
  });
}

/** The model and its parameters as the first provider has them. */
function settingsOf(providers: unknown): ModelSettings {
  const first: unknown = Array.isArray(providers) ? providers[0] : providers;
  const { id, config } = isRecord(first) ? first : { id: first, config: undefined };
  const values = isRecord(config) ? config : {};
  const number = (key: string) => (typeof values[key] === 'number' ? values[key] : undefined);
  const model = typeof id === 'string' ? MODEL.exec(id)?.[1] : undefined;
  const temperature = number('temperature');
  const topP = number('top_p');
  const maxTokens = number('max_tokens') ?? number('max_completion_tokens');
  return {
    ...(model !== undefined && { model }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(isRecord(values.response_format) && { responseFormat: values.response_format }),
  };
}

/** `provider:model`, `provider:kind:model`. Programs, files and addresses name no model. */
const MODEL =
  /^(?!file:|https?:|wss?:|exec:|python:|package:|webhook:)[\w-]+:(?:(?:chat|completion|messages|responses):)?([^:/\s][^\s]*)$/;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
