import type { Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import { decodeText, equalBytes } from '../../core/prompt.js';
import path from 'node:path';
import { locatePrompt, readNamed, replaceBytes } from '../files.js';
import { withJson } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';

interface ApplyOptions extends SharedOptions {
  readonly span: string;
  readonly textFile: string;
  readonly dryRun?: boolean;
}

export function addApply(program: Command, shell: Shell): void {
  withJson(program.command('apply'))
    .description('write a text into one span of a prompt file, leaving every other byte as it is')
    .argument('<prompt>', 'the prompt file')
    .requiredOption('--span <id>', 'the span, as "hone list" names it')
    .requiredOption(
      '--text-file <file>',
      'the file that holds the new text; blank lines at its ends are left out',
    )
    .option('--dry-run', 'print the bytes that the file would hold, and write nothing')
    .addHelpText(
      'after',
      '\nExit code 1: refused, with the reason, because the text would change more than its span.',
    )
    .action((prompt: string, options: ApplyOptions) =>
      shell.run(options, () => apply(shell, prompt, options)),
    );
}

async function apply(shell: Shell, named: string, options: ApplyOptions): Promise<Outcome> {
  const prompt = await locatePrompt(shell.cwd, named);
  const { editableText, guardSpan, readPromptFile, splice } = await import('../../engine.js');
  const { document } = await readPromptFile(prompt.root, prompt.absolute, { span: options.span });
  const span = document.spans.find((each) => each.id === options.span);
  if (!span) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `${prompt.path} has no span "${options.span}".`,
      nextStep: `It has ${document.spans.map((each) => `"${each.id}"`).join(', ') || 'none that can be edited'}.`,
      place: { file: prompt.path },
    });
  }
  const text = editableText(await readText(shell.cwd, options.textFile));
  const refusals = guardSpan(document, span, text);
  if (refusals.length > 0) {
    throw new HoneError({
      reason: 'splice-refused',
      message: refusals.join(' '),
      nextStep:
        'Change the text so that it keeps the placeholders and the structure of the file; nothing was written.',
      place: { file: prompt.path, line: span.firstLine },
    });
  }
  const after = splice(document, { [span.id]: text });
  const changed = !equalBytes(after.bytes, document.bytes);
  const written = changed && !options.dryRun;
  if (written) await replaceBytes(prompt.absolute, after.bytes);
  const summary = !changed ? 'already holds this text' : `holds the new text in span "${span.id}"`;
  return {
    json: { path: prompt.path, span: span.id, changed, written, text: decodeText(after.bytes) },
    text: options.dryRun ? after.bytes : `${prompt.path} ${summary}.`,
  };
}

/** The text of a file, without a byte-order mark. @throws HoneError `bad-usage` when it is not UTF-8. */
async function readText(cwd: string, named: string): Promise<string> {
  const bytes = await readNamed(path.resolve(cwd, named), named);
  try {
    return decodeText(bytes).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `${named} is not UTF-8 text.`,
      nextStep: 'Save it as UTF-8 and try again; nothing was written.',
      place: { file: named },
      cause: error,
    });
  }
}
