import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, type Workbench } from './harness.js';

const PROMPT = 'prompts/triage.md';

/** The whole path as a person walks it: each step builds on the one before. */
describe('the main job', () => {
  let workbench: Workbench;
  let before: Buffer;
  let panel: Frame;

  beforeAll(async () => {
    workbench = await openWorkbench({ viewport: { width: 1400, height: 900 } });
    before = workbench.readFile(PROMPT);
  });
  afterAll(() => workbench.close());

  /** The journal of the only run, as text. */
  const journal = () => {
    const runs = path.join(workbench.folder, '.hone', 'runs');
    if (!existsSync(runs)) return '';
    return readFileSync(path.join(runs, readdirSync(runs)[0]!, 'journal.jsonl'), 'utf8');
  };

  it('starts from the explorer, and sends nothing before the user has chosen models and confirmed', async () => {
    const { page } = workbench;
    await page.getByRole('treeitem', { name: 'prompts', exact: true }).click();
    await workbench.contextMenu('triage.md', 'Hone: Optimize');

    const models = page.locator('.quick-input-widget');
    await models.getByText('Sandbox (simulated, no LLM)').click();

    const dialog = page.getByRole('dialog');
    await dialog.getByText(/at most [\d,]+ \(task/).waitFor();
    expect(await dialog.innerText()).toContain('Sandbox (simulated, no LLM) at this machine');
    expect(journal()).toBe('');
    await dialog.getByRole('button', { name: 'Start' }).click();
  });

  it('shows candidates as they come, then a verdict with its interval', async () => {
    panel = await workbench.webviewFrame('h1');
    await panel.getByRole('heading', { level: 1 }).getByText('triage.md').waitFor();
    await panel
      .getByText(/Better/)
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await panel.getByRole('table').count()).toBeGreaterThan(0);
    expect(await panel.locator('body').innerText()).toMatch(/95%/);
    expect(journal()).toContain('"type":"verdict"');
  });

  it('writes exactly the text that was scored when the user accepts', async () => {
    await panel.getByRole('button', { name: 'Accept' }).click();
    await expect.poll(() => journal(), { timeout: 20_000 }).toContain('"type":"accepted"');
    const events = journal()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const accepted = events.find(({ type }) => type === 'accepted')!.candidateId;
    const candidates = events
      .filter(({ type }) => type === 'proposed')
      .flatMap((event) => event.candidates as { id: string; text: string }[]);
    const scored = candidates.find(({ id }) => id === accepted)!.text;
    expect(workbench.readFile(PROMPT).toString('utf8')).toBe(scored);
    expect(workbench.readFile(PROMPT).equals(before)).toBe(false);
  });

  it('takes the change back with one undo', async () => {
    const { page } = workbench;
    await page.getByRole('treeitem', { name: 'triage.md' }).dblclick();
    await page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+s');
    await expect.poll(() => workbench.readFile(PROMPT).equals(before), { timeout: 10_000 }).toBe(true);
  });
});
