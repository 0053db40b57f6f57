import { HoneError } from '../core/errors.js';
import type { ByteRange } from '../core/prompt.js';
import { promptUris } from './commands.js';
import { loadEngine } from './engine.js';
import type { StartFlow } from './startFlow.js';
import { targetOf } from './targets.js';
import type { VsCode } from './vscode.js';

/** As an editor counts: lines from 0, characters in UTF-16 units. */
interface Place {
  readonly line: number;
  readonly character: number;
}

interface PlaceRange {
  readonly start: Place;
  readonly end: Place;
}

/**
 * The span of the string literal that is selected in the active editor.
 * @returns undefined when the user does not want to save the file
 * @throws HoneError `bad-usage` without an editor; `bad-prompt-file` when no single literal is selected, or it cannot be
 * edited, with the reason
 */
export async function selectedSpan(api: VsCode, flow: StartFlow): Promise<string | undefined> {
  const [uri] = promptUris(api, undefined, undefined);
  const target = await targetOf(api, uri!);
  if (!(await flow.savedFile(target))) return undefined;
  // Saving may have formatted the file, and then it has moved the selection too.
  const { selection } = api.window.activeTextEditor!;
  const bytes = await api.workspace.fs.readFile(target.uri);
  const { readPromptFile } = await loadEngine();
  const { document } = await readPromptFile(target.root, target.uri.fsPath, {
    selection: byteRange(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), selection),
  });
  const { focus, spans, problems } = document;
  if (focus !== undefined && spans.some(({ id }) => id === focus)) return focus;
  const [problem] = problems;
  const line = problem?.line ?? selection.start.line + 1;
  const why = problem?.message ?? 'Hone finds no string there that it can edit.';
  throw new HoneError({
    reason: 'bad-prompt-file',
    message: `${target.path}:${line}: ${why}`,
    nextStep: 'Select a string literal that is a whole value, or move the text into a prompt file.',
    place: { file: target.path, line },
  });
}

/**
 * The bytes of a selection. Line ends and the byte-order mark count as the file has them: an editor shows one kind of
 * line end for all, and no mark.
 * @param text of the file as it is on disk, byte-order mark included
 */
export function byteRange(text: string, { start, end }: PlaceRange): ByteRange {
  return { start: byteOffset(text, start), end: byteOffset(text, end) };
}

function byteOffset(text: string, { line, character }: Place): number {
  const lineEnds = /\r\n?|\n/g;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let passed = 0; passed < line && lineEnds.exec(text); passed++) start = lineEnds.lastIndex;
  return Buffer.byteLength(text.slice(0, start + character));
}
