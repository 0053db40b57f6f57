import type { Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import type { ChatMessage, PromptDocument } from '../../core/prompt.js';
import { locatePrompt } from '../files.js';
import { withJson } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';
import type { Paint } from '../terminal.js';

interface RenderOptions extends SharedOptions {
  readonly vars?: string;
  readonly span?: string;
}

export function addRender(program: Command, shell: Shell): void {
  withJson(program.command('render'))
    .description('show the messages that would be sent')
    .argument('<prompt>', 'the prompt file')
    .option(
      '--vars <json>',
      'values for the placeholders, as a JSON object; for a prompt without placeholders, "input" is the user message',
    )
    .option('--span <id>', 'of a file with several prompts, a span of the one that is meant')
    .action((prompt: string, options: RenderOptions) =>
      shell.run(options, () => render(shell, prompt, options)),
    );
}

async function render(shell: Shell, named: string, options: RenderOptions): Promise<Outcome> {
  const vars = parseVars(options.vars ?? '{}');
  const { root, absolute } = await locatePrompt(shell.cwd, named);
  const { readPromptFile, renderMessages } = await import('../../engine.js');
  const { document } = await readPromptFile(root, absolute, { span: options.span });
  const input = requireValues(document, vars);
  const messages = await renderMessages(document, vars, input);
  const unused = Object.keys(vars).filter((name) => !document.placeholders.includes(name));
  if (document.placeholders.length > 0 && unused.length > 0) {
    shell.note(`The prompt has no placeholder for ${unused.map((name) => `"${name}"`).join(', ')}.`);
  }
  return { json: { messages }, text: messagesText(messages, shell.paint) };
}

/** The values of `--vars` as texts; structured values keep their JSON. @throws HoneError `bad-usage`. */
export function parseVars(json: string): Record<string, string> {
  const parsed = parseJson(json);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw badVars('is not a JSON object');
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw badVars(`is not JSON (${(error as Error).message})`);
  }
}

function badVars(fault: string): HoneError {
  return new HoneError({
    reason: 'bad-usage',
    message: `--vars ${fault}.`,
    nextStep: `Give an object with a text per placeholder, for example --vars '{"ticket": "My card was charged twice"}'.`,
  });
}

/** The user's message of a prompt without placeholders. @throws HoneError `unfilled-placeholder`. */
function requireValues(document: PromptDocument, vars: Readonly<Record<string, string>>): string | undefined {
  if (document.placeholders.length === 0) {
    const values = Object.values(vars);
    return vars.input ?? (values.length === 1 ? values[0] : undefined);
  }
  const missing = document.placeholders.filter((name) => !Object.hasOwn(vars, name));
  if (missing.length === 0) return undefined;
  const names = missing.map((name) => `"${name}"`).join(', ');
  throw new HoneError({
    reason: 'unfilled-placeholder',
    message: `${document.path} has ${missing.length === 1 ? 'a placeholder' : 'placeholders'} without a value: ${names}.`,
    nextStep: `Add ${missing.length === 1 ? 'it' : 'them'} to --vars, for example --vars '{"${missing[0]}": "…"}'.`,
    place: { file: document.path },
  });
}

function messagesText(messages: readonly ChatMessage[], paint: Paint): string {
  return messages.map(({ role, content }) => `${paint('cyan', `--- ${role}`)}\n${content}`).join('\n');
}
