import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectNode, root, temporaryFolder } from '../../scripts/lib/common.mjs';
import type { OptimizeResult } from '../../src/runs/index.js';
import type { HostMessage } from '../../src/protocol.js';
import { openWorkbench, type Workbench } from './harness.js';

const PROMPT = 'prompts/triage.md';
const CLI = path.join(root, 'dist', 'cli.js');

async function command(args: readonly string[], cwd: string): Promise<number | null> {
  const child = spawn(projectNode, [CLI, ...args], { cwd, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** The text that the panel shows as new: every line of the diff without what is struck out. */
function shownText(panel: Frame): Promise<string> {
  return panel.locator('.diff').evaluate((diff) => {
    const lines = [...diff.querySelectorAll('.line:not(.line-removed) .line-text')];
    return lines
      .map((line) => {
        const copy = line.cloneNode(true) as Element;
        for (const hidden of copy.querySelectorAll('del, .sr')) hidden.remove();
        return copy.textContent;
      })
      .join('\n');
  });
}

/** What the host has sent to the page as the candidate's text, on the next snapshot that `action` brings about. */
async function postedText(panel: Frame, action: () => Promise<void>): Promise<string> {
  const posted = panel.evaluate(
    () =>
      new Promise<string>((resolve) => {
        addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
          if (data.type === 'snapshot') resolve(data.snapshot.selected?.text ?? '');
        });
      }),
  );
  await action();
  return posted;
}

describe('a run from the terminal over HTTP, reviewed and accepted in the editor', () => {
  let workbench: Workbench;
  let sandbox: ReturnType<typeof spawn>;
  let result: OptimizeResult;
  let panel: Frame;

  beforeAll(async () => {
    workbench = await openWorkbench();
    const folder = temporaryFolder('same-bytes');
    sandbox = spawn(projectNode, [CLI, 'sandbox', '--port', '0', '--json', '-'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    const baseUrl = await new Promise<string>((resolve) =>
      sandbox.stdout!.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const match = /"baseUrl":\s*"([^"]+)"/.exec(said);
        if (match) resolve(match[1]!);
      }),
    );
    const report = path.join(folder, 'result.json');
    const options = [
      '--base-url',
      baseUrl,
      '--task-model',
      'openai:sandbox',
      '--max-calls',
      '300',
      '--json',
      report,
    ];
    expect(await command(['optimize', PROMPT, ...options], workbench.folder)).toBe(0);
    result = JSON.parse(readFileSync(report, 'utf8')) as OptimizeResult;
  });
  afterAll(async () => {
    sandbox.kill();
    await workbench.close();
  });

  it('ends better', () => {
    expect(result.verdict).toBe('better');
    expect(result.usage.calls.task + result.usage.calls.optimizer).toBeLessThanOrEqual(300);
  });

  it('is opened from the Runs view, and the panel has exactly the text of the result', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Hone' }).first().click();
    await workbench.runCommand('Hone: Refresh');
    await page.getByRole('treeitem', { name: /triage\.md, better/ }).click();
    panel = await workbench.webviewFrame('.diff');
    expect(await shownText(panel)).toBe(result.best.text.replace(/\n$/, ''));
    const text = await postedText(panel, () => panel.getByRole('radio', { name: 'Parent' }).click());
    expect(text).toBe(result.best.text);
  });

  it('leaves exactly that text in the file when it is accepted', async () => {
    const written = Buffer.from(result.best.text);
    expect(workbench.readFile(PROMPT).equals(written)).toBe(false);
    await panel.getByRole('button', { name: 'Accept' }).click();
    // The editor empties the file before it writes, and both can be seen.
    await expect.poll(() => workbench.readFile(PROMPT).equals(written), { timeout: 15_000 }).toBe(true);
  });
});
