import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runSnapshot, snapshots, states } from '../fixtures/snapshots/index.js';
import themes from '../fixtures/snapshots/themes.json' with { type: 'json' };
import { faintTexts } from './contrast.js';
import { pageSuite } from './pageSuite.js';

const MAX_PAGE_BYTES = 400_000;

const { bundle, open, openWith } = pageSuite();

describe('the bundle', () => {
  it('keeps to its size', () => {
    expect(bundle().script.length + bundle().style.length).toBeLessThan(MAX_PAGE_BYTES);
  });

  it('uses no variable that VS Code does not have', () => {
    const known = new Set(Object.values(themes).flatMap((theme) => Object.keys(theme.variables)));
    const styles = readdirSync('webview/styles').map((file) =>
      readFileSync(`webview/styles/${file}`, 'utf8'),
    );
    const used = styles.flatMap((style) => style.match(/--vscode-[\w-]+/g) ?? []);
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((variable) => !known.has(variable))).toEqual([]);
  });
});

describe('every state', () => {
  it.each([1400, 700, 400])('fits a window of %i pixels in every theme', async (width) => {
    for (const theme of ['light', 'dark', 'highContrast'] as const) {
      const opened = await open({ width, theme });
      for (const [name, snapshot] of Object.entries(states)) {
        await opened.show(snapshot);
        expect([name, await opened.overflow()]).toEqual([name, 0]);
      }
    }
  });

  it('carries no style attribute and hides no element for want of a definition', async () => {
    const opened = await openWith();
    expect(await opened.page.locator('.page [style]').count()).toBe(0);
    expect(await opened.page.locator('.page :not(:defined)').count()).toBe(0);
  });
});

describe('the handshake', () => {
  it('says that it is ready, and what it showed before a reload', async () => {
    const plain = await open();
    expect(await plain.posted()).toEqual([{ type: 'ready' }]);
    const restored = await open({ state: { runId: 'r', candidateId: 'c4', against: 'parent' } });
    expect(await restored.posted()).toEqual([{ type: 'ready', candidateId: 'c4', against: 'parent' }]);
  });

  it('keeps what it shows', async () => {
    const opened = await openWith(snapshots.againstParent);
    expect(await opened.savedState()).toEqual({
      runId: snapshots.better.runId,
      candidateId: 'c4',
      against: 'parent',
    });
    await opened.show(snapshots.empty);
    expect(await opened.savedState()).toEqual({ runId: snapshots.empty.runId });
  });

  it('says so when nothing comes, and still shows what comes late', async () => {
    const opened = await open();
    await opened.page.getByText('Loading the run…').waitFor();
    await opened.page.getByRole('heading', { name: 'The run has not arrived' }).waitFor({ timeout: 8000 });
    await opened.show(snapshots.better);
    await opened.page.getByRole('heading', { name: 'prompts/triage.md' }).waitFor();
  });

  it('says when it cannot read a run, and ignores what is not for it', async () => {
    const opened = await openWith();
    await opened.send({ type: 'snapshot', snapshot: { runId: 7 } });
    await opened.send({ hello: 'from elsewhere' });
    const alert = opened.page.getByRole('alert');
    expect(await alert.innerText()).toContain('cannot read');
    await opened.page.getByRole('heading', { name: 'prompts/triage.md' }).waitFor();
    await opened.page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await alert.innerText()).toBe('');
  });
});

describe('the head', () => {
  it('names the run and what it has spent', async () => {
    const { page } = await openWith(snapshots.running);
    const head = await page.locator('header').innerText();
    for (const text of [
      'prompts/triage.csv (60 rows: 24 train, 18 validation, 18 exam)',
      'gpt-4.1-mini',
      '111 of 300 calls',
      '12 cached',
      '40.4k tokens',
      'cost unknown',
      '1 min 30 s',
    ]) {
      expect(head.replaceAll(/\s+/g, ' ')).toContain(text);
    }
  });

  it('folds out what each model used, and says which price is unknown', async () => {
    const { page } = await openWith(states.unknownPrice);
    const table = page.locator('.ledger table');
    expect(await table.isVisible()).toBe(false);
    await page.getByText('Spending by model').click();
    expect(await table.getByRole('row').allInnerTexts()).toEqual([
      'Model\tCalls\tCached\tTokens\tCost',
      'Answers rows (gpt-4.1-mini)\t1,723\t1,012\t4.9M\t$2.22',
      'Proposes prompts (a-model-of-mine)\t41\t0\t171k\tunknown',
      'Judges answers (a-model-of-mine)\t168\t0\t136k\tunknown',
    ]);
  });

  it('says what the user asked for', async () => {
    const { page } = await openWith(states.unknownPrice);
    const head = await page.locator('header').innerText();
    for (const text of [
      'Keep it formal, and never promise a refund.',
      '# Support triage · {{ticket}}',
      '120 words',
    ]) {
      expect(head).toContain(text);
    }
  });

  it('warns of a simulated model', async () => {
    const { page } = await openWith(snapshots.undecided);
    expect(await page.locator('.notice').innerText()).toContain('Sandbox (simulated, no LLM)');
  });

  it('offers Stop while the run goes on, and Resume when it can go on', async () => {
    const opened = await openWith(snapshots.running);
    const stop = opened.page.getByRole('button', { name: 'Stop' });
    await stop.click();
    expect(await opened.lastRequest()).toEqual({ type: 'request', request: 1, body: { kind: 'stop' } });
    expect(await stop.isDisabled()).toBe(true);
    await opened.show(snapshots.modelFailed);
    await opened.send({ type: 'done', request: 1 });
    expect(await stop.count()).toBe(0);
    await opened.page.getByRole('button', { name: 'Resume' }).click();
    expect(await opened.lastRequest()).toEqual({ type: 'request', request: 2, body: { kind: 'resume' } });
    await opened.show(snapshots.better);
    expect(await opened.page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
  });
});

describe('the verdict', () => {
  it.each([
    [
      'better',
      'Better',
      [
        '+31 points',
        '95%: +12 to +48',
        'n = 18 exam rows',
        'p = 0.004',
        'breaks one',
        'add rows to look further',
      ],
    ],
    ['worse', 'Worse', ['−28 points', '95%: −50 to −5', 'p = 0.031']],
    ['undecided', 'Undecided', ['+8 points', 'About 60 rows would settle']],
    ['alreadyGood', 'Already good', ['100 points', 'Nothing to do.']],
    ['modelFailed', 'The model failed', ['refused the key', '89 points, best so far']],
    ['running', 'Running', ['Step 3: scoring candidate 6', 'the baseline has 56']],
    ['waiting', 'Waiting', ['going on in 40 s']],
    ['batchWaiting', 'Waiting', ['has done 12 of 36 requests and may take up to 24 hours']],
    ['crossFitted', 'Better', ['n = 24 rows, half and half', 'not of this candidate alone']],
    ['secondLook', 'Undecided', ['It is comparison 2', '74 to 131 words, +77%', 'gains below 12% are noise']],
    [
      'severalTargets',
      'Undecided',
      ['a-small-model undecided: 61 to 67 (+6', 'a-model-that-is-gone could not be scored'],
    ],
  ])('of %s reads %s', async (name, word, texts) => {
    const { page } = await openWith(states[name]);
    const verdict = page.getByRole('region', { name: `Verdict: ${word}` });
    const text = (await verdict.innerText()).replaceAll(/\s+/g, ' ');
    for (const expected of texts) expect(text).toContain(expected);
    // The kind must not hang on colour alone.
    expect(await verdict.locator('h2 svg, h2 vscode-progress-ring').count()).toBeGreaterThan(0);
  });

  it('is spoken at once, progress only now and then', async () => {
    const opened = await openWith(snapshots.running);
    const status = opened.page.getByRole('status');
    expect(await status.innerText()).toContain('111 of 300 calls');
    await opened.show({ ...snapshots.running, usage: { ...snapshots.running.usage, calls: 112 } });
    expect(await status.innerText()).toContain('111 of 300 calls');
    await opened.show(snapshots.better);
    expect(await status.innerText()).toContain('Candidate 4 is better');
  });
});

describe('the curve', () => {
  it('draws every scored candidate, names it, and has its numbers in a table', async () => {
    const opened = await openWith();
    const { page } = opened;
    expect(await page.locator('.chart .dot').count()).toBe(snapshots.better.curve.length);
    expect(await page.locator('.chart .selected').count()).toBe(1);
    await page.getByRole('img', { name: 'Candidate 5: 83 points after 104 calls' }).waitFor();
    const cells = await page
      .getByRole('table', { name: 'Score by calls' })
      .getByRole('row')
      .nth(3)
      .allTextContents();
    expect(cells).toEqual(['4848989']);
  });

  it('selects the candidate of a dot', async () => {
    const opened = await openWith();
    await opened.page.getByRole('img', { name: /^Candidate 5/ }).click();
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'select',
      candidateId: 'c5',
      against: 'baseline',
    });
  });

  it('fills the room that it has', async () => {
    const opened = await openWith();
    const width = () =>
      opened.page.locator('.chart').evaluate((chart) => chart.getBoundingClientRect().width);
    const wide = await width();
    await opened.page.setViewportSize({ width: 400, height: 900 });
    await expect.poll(width).toBeLessThan(wide);
  });
});

describe('people who need it', () => {
  it('get no motion when they ask for none', async () => {
    const opened = await openWith(snapshots.running, { bodyClass: 'vscode-reduce-motion' });
    const mark = opened.page.locator('.verdict .activity-mark');
    expect(await mark.locator('vscode-progress-ring').isVisible()).toBe(false);
    expect(await mark.locator('svg.icon').isVisible()).toBe(true);
  });

  it.each(['light', 'dark', 'highContrast', 'highContrastLight', 'lightModern', 'darkModern'] as const)(
    'can read every text in %s',
    async (theme) => {
      const opened = await open({ theme });
      for (const name of ['undecided', 'secondLook', 'unknownPrice', 'severalTargets', 'closedAdvice']) {
        await opened.show(states[name]!);
        expect([name, await faintTexts(opened)]).toEqual([name, []]);
      }
    },
  );

  it('find landmarks, one first heading, and a name on every button', async () => {
    const { page } = await openWith(snapshots.running);
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    const names = await page
      .locator('button, vscode-button')
      .filter({ visible: true })
      .evaluateAll((buttons) =>
        buttons
          .filter((button) => button.getRootNode() === document)
          .map((button) => button.getAttribute('aria-label') ?? button.textContent),
      );
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !name.trim())).toEqual([]);
  });

  it('see an empty run as plainly as a full one', async () => {
    const opened = await openWith(
      runSnapshot({
        phase: 'stopped',
        stop: { reason: 'cancelled', nextStep: 'Start again.', resumable: false },
      }),
    );
    expect(await opened.page.getByRole('region', { name: 'Verdict: Stopped' }).innerText()).toContain(
      'Start again.',
    );
  });
});
