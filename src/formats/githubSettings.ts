import { isMap, type YAMLMap } from 'yaml';
import type { ModelSettings, Problem } from '../core/prompt.js';
import { pairOf, valueOf, type YamlSource } from './yamlSource.js';

const FORMATS = ['text', 'json_object', 'json_schema'] as const;

/**
 * `model`, `modelParameters`, `responseFormat` and `jsonSchema` of a GitHub Models prompt file. A parameter of the wrong
 * kind is left out and named in `problems`.
 * @throws HoneError `bad-prompt-file` where the response format is not one that the hosts take
 */
export function readModelSettings(yaml: YamlSource, root: YAMLMap, problems: Problem[]): ModelSettings {
  const parameters = yaml.resolve(valueOf(root, 'modelParameters'));
  if (parameters && !isMap(parameters)) {
    throw yaml.refuse(
      parameters,
      'modelParameters must be a mapping.',
      'Write for example "temperature: 0" below it.',
    );
  }
  const number = (...keys: string[]) => {
    for (const key of keys) {
      const node = yaml.resolve(valueOf(parameters, key));
      const value = yaml.data(node);
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      if (node)
        problems.push(
          warning(`modelParameters.${key} is not a number, so it is left out.`, yaml.lineOf(node)),
        );
    }
    return undefined;
  };
  const modelNode = yaml.resolve(valueOf(root, 'model'));
  const model = yaml.data(modelNode);
  if (modelNode && typeof model !== 'string') {
    problems.push(warning('model is not a text, so it is left out.', yaml.lineOf(modelNode)));
  }
  const temperature = number('temperature');
  const topP = number('topP');
  const maxTokens = number('maxTokens', 'maxCompletionTokens');
  const responseFormat = readResponseFormat(yaml, root, problems);
  return {
    ...(typeof model === 'string' && { model }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(responseFormat !== undefined && { responseFormat }),
  };
}

/** As the chat completion protocol has it; undefined for free text, which is the default there. */
function readResponseFormat(yaml: YamlSource, root: YAMLMap, problems: Problem[]): unknown {
  const node = yaml.resolve(valueOf(root, 'responseFormat'));
  const kind = node === undefined ? 'text' : FORMATS.find((each) => each === yaml.data(node));
  if (!kind) {
    throw yaml.refuse(
      node,
      `responseFormat "${String(yaml.data(node))}" is unknown.`,
      `Use ${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}.`,
    );
  }
  const schemaPair = pairOf(root, 'jsonSchema');
  if (kind === 'json_schema') {
    if (schemaPair) return { type: kind, json_schema: readJsonSchema(yaml, root) };
    throw yaml.refuse(node, 'responseFormat json_schema needs the key jsonSchema.', SCHEMA_STEP);
  }
  if (schemaPair) {
    const message = 'jsonSchema has no effect without "responseFormat: json_schema".';
    problems.push(warning(message, yaml.lineOf(schemaPair.key)));
  }
  return kind === 'text' ? undefined : { type: kind };
}

const SCHEMA_STEP =
  'Write it as "jsonSchema: |-" with a JSON document below that has the keys name and schema.';

/** GitHub Models takes the schema as a JSON document in a YAML text, never as YAML. */
function readJsonSchema(yaml: YamlSource, root: YAMLMap): unknown {
  const node = yaml.resolve(valueOf(root, 'jsonSchema'));
  const text = yaml.data(node);
  if (typeof text !== 'string')
    throw yaml.refuse(node, 'jsonSchema must be JSON written as a text.', SCHEMA_STEP);
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, ' ') : String(cause);
    throw yaml.refuse(node, `jsonSchema is not valid JSON: ${why}.`, SCHEMA_STEP);
  }
  const isComplete = typeof schema === 'object' && schema !== null && 'name' in schema && 'schema' in schema;
  if (!isComplete) throw yaml.refuse(node, 'jsonSchema lacks the keys name and schema.', SCHEMA_STEP);
  return schema;
}

function warning(message: string, line: number): Problem {
  return { severity: 'warning', message, line };
}
