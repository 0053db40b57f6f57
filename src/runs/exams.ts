import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Examination } from '../optimizer/exam.js';
import { cannotStore, honePath } from './paths.js';

const EXAMS = 'exams.jsonl';

/**
 * Notes that a run is about to open exam rows, and counts the comparisons that they have seen with this baseline. The file
 * `.hone/exams.jsonl` has a line for each opening and is only appended to, each line in one write, so that windows that
 * open exams at the same time agree on their order.
 * @returns the place of this comparison among the distinct ones of the same rows and baseline, from 1; a comparison that
 *   was made before has the place that it had
 * @throws HoneError `bad-config` when it cannot be noted, since then nobody could count
 */
export async function openExam(root: string, runId: string, examination: Examination): Promise<number> {
  const file = path.join(honePath(root), EXAMS);
  const { exam, candidates } = examination;
  try {
    // A line that a crash has cut off must not swallow this one.
    await appendFile(file, `\n${JSON.stringify({ exam, candidates, run: runId })}\n`);
    return placeOf(examination, await readFile(file, 'utf8'));
  } catch (error) {
    throw cannotStore(file, error);
  }
}

function placeOf({ exam, candidates }: Examination, text: string): number {
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    const opened = readLine(line);
    if (opened?.exam !== exam) continue;
    seen.add(opened.candidates);
    if (opened.candidates === candidates) break;
  }
  return Math.max(1, seen.size);
}

/** A line that a crash has cut off says nothing. */
function readLine(line: string): Examination | undefined {
  try {
    return line.trim() === '' ? undefined : (JSON.parse(line) as Examination);
  } catch {
    return undefined;
  }
}
