import { isSeq, type YAMLMap } from 'yaml';
import type { EmbeddedTests } from '../../core/prompt.js';
import { valueOf, type YamlSource } from '../yamlSource.js';

/**
 * The tests of a promptfoo configuration; undefined when it has none.
 * @param data the configuration as plain data
 */
export function readTests(
  yaml: YamlSource,
  root: YAMLMap,
  data: Readonly<Record<string, unknown>>,
): EmbeddedTests | undefined {
  if (isEmpty(data.tests) && isEmpty(data.scenarios)) return undefined;
  const list = yaml.resolve(valueOf(root, 'tests'));
  const rows: Readonly<Record<string, unknown>>[] = [];
  const lines: number[] = [];
  if (isSeq(list) && Array.isArray(data.tests)) {
    data.tests.forEach((test: unknown, index) => {
      if (!isRecord(test)) return;
      rows.push(test);
      lines.push(yaml.lineOf(yaml.resolve(list.items[index])));
    });
  }
  const { assert } = isRecord(data.defaultTest) ? data.defaultTest : {};
  return { kind: 'promptfoo', rows, lines, evaluators: Array.isArray(assert) ? (assert as unknown[]) : [] };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
