import { appendFile, mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openExam } from '../../../src/runs/exams.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hone-exams-'));
  await mkdir(path.join(root, '.hone'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = (candidates: string, exam = 'e1', run = 'run-1') => openExam(root, run, { exam, candidates });

describe('openExam', () => {
  it('counts distinct comparisons of the same rows and baseline, and a repeated one not again', async () => {
    expect(await open('a')).toBe(1);
    expect(await open('b')).toBe(2);
    expect(await open('a', 'e1', 'run-2')).toBe(1);
    expect(await open('b')).toBe(2);
    expect(await open('c')).toBe(3);
    expect(await open('a', 'e2')).toBe(1);
  });

  it('gives each of many windows its own place', async () => {
    const places = await Promise.all(Array.from({ length: 30 }, (_, index) => open(`c${index}`)));
    expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(await Promise.all(Array.from({ length: 30 }, (_, index) => open(`c${index}`)))).toEqual(places);
  });

  it('goes on after a line that a crash has cut off', async () => {
    await open('a');
    await appendFile(path.join(root, '.hone', 'exams.jsonl'), '{"exam":"e1","cand');
    expect(await open('b')).toBe(2);
    expect(await open('b')).toBe(2);
  });

  it('says where openings cannot be noted', async () => {
    await rm(path.join(root, '.hone'), { recursive: true });
    await expect(open('a')).rejects.toMatchObject({ reason: 'bad-config' });
  });
});
