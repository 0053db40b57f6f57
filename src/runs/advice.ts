import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { BASELINE_ID, type Advice } from '../core/candidate.js';
import { shortHash } from '../core/hash.js';
import type { AdviceStatus, KnownAdvice } from '../core/knownAdvice.js';
import type { EditableSpan } from '../core/prompt.js';
import { recordOf, type RunSetup, type RunState } from '../core/run.js';
import { rowContent } from '../core/testset.js';
import { linesConcerned } from '../optimizer/feedback/advice.js';
import { adviceOfRun } from '../optimizer/feedback/standing.js';
import { cannotStore, honePath } from './paths.js';

const ADVICE = 'advice.jsonl';

/** A line of the store: how a run left an advice. */
interface AdviceLine {
  readonly prompt: string;
  readonly span: string;
  readonly run: string;
  readonly status: AdviceStatus;
  /** Without its rows: their ids may change with the test set. */
  readonly advice: Omit<Advice, 'rows'>;
  /** Hashes of what the supporting rows say. */
  readonly rows: readonly string[];
  /** Hash of the file that the lines of the advice are about. */
  readonly text: string;
}

/** Advice with the run that gave it first and the last line about it. */
interface Remembered {
  readonly since: string;
  readonly last: AdviceLine;
}

/**
 * Advice of earlier runs on a run's prompt, tied to the rows and lines of now. Advice whose rows are all gone is left out.
 * @throws HoneError `bad-config` when the store is there and cannot be read
 */
export async function recallAdvice(
  root: string,
  setup: RunSetup,
  span: EditableSpan,
): Promise<KnownAdvice[]> {
  const ids = new Map(setup.testset.cases.map((row) => [keyOf(row), row.id]));
  const text = shortHash(setup.prompt.text);
  return [...(await remembered(root, setup)).values()].flatMap(({ since, last }) => {
    const rows = last.rows.flatMap((key) => ids.get(key) ?? []);
    if (rows.length === 0) return [];
    const { direction, text: said, lines } = last.advice;
    const now = last.text === text ? lines : linesConcerned(span, `${direction} ${said}`);
    return [{ advice: { ...last.advice, rows, lines: now }, since, status: last.status }];
  });
}

/**
 * Notes how a run leaves the advice that it gave or knew: a line for each that is new or has changed. The file
 * `.hone/advice.jsonl` is only appended to, all lines of a run in one write, so that windows do not disturb each other.
 * @throws HoneError `bad-config` when it cannot be written
 */
export async function rememberAdvice(root: string, state: RunState): Promise<void> {
  const { setup } = state;
  if (recordOf(state, BASELINE_ID).status === 'pending') return;
  const known = await remembered(root, setup);
  const keys = new Map(setup.testset.cases.map((row) => [row.id, keyOf(row)]));
  const lines = adviceOfRun(state).flatMap(({ advice: { rows, ...advice }, status }): AdviceLine[] => {
    const before = known.get(advice.id)?.last;
    const line: AdviceLine = {
      prompt: setup.prompt.path,
      span: setup.prompt.spanId,
      run: setup.runId,
      status,
      advice,
      rows: rows.flatMap((id) => keys.get(id) ?? []),
      text: shortHash(setup.prompt.text),
    };
    return before && sayingOf(before) === sayingOf(line) ? [] : [line];
  });
  if (lines.length === 0) return;
  const file = path.join(honePath(root), ADVICE);
  try {
    // A line that a crash has cut off must not swallow these.
    await appendFile(file, `\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  } catch (error) {
    throw cannotStore(file, error);
  }
}

function sayingOf({ status, advice, rows, text }: AdviceLine): string {
  return JSON.stringify([status, advice.text, advice.direction, advice.lines, rows, text]);
}

async function remembered(root: string, { prompt }: RunSetup): Promise<Map<string, Remembered>> {
  const file = path.join(honePath(root), ADVICE);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cannotStore(file, error);
  });
  const known = new Map<string, Remembered>();
  for (const line of text.split('\n')) {
    const last = readLine(line);
    if (last?.prompt !== prompt.path || last.span !== prompt.spanId) continue;
    const { id } = last.advice;
    known.set(id, { since: known.get(id)?.since ?? last.run, last });
  }
  return known;
}

/** A line that a crash has cut off says nothing. */
function readLine(line: string): AdviceLine | undefined {
  try {
    return line.trim() === '' ? undefined : (JSON.parse(line) as AdviceLine);
  } catch {
    return undefined;
  }
}

function keyOf(row: Parameters<typeof rowContent>[0]): string {
  return shortHash(rowContent(row));
}
