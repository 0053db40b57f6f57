import { readdirSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { candidateDetail, runSnapshot, snapshots, states } from '../fixtures/snapshots/index.js';
import themes from '../fixtures/snapshots/themes.json' with { type: 'json' };
import { bundlePage, openPage, type OpenOptions, type OpenPage, type PageBundle } from './panelPage.js';

const MAX_PAGE_BYTES = 400_000;

let browser: Browser;
let bundle: PageBundle;
let current: OpenPage | undefined;

beforeAll(async () => {
  bundle = await bundlePage();
  browser = await launchChromium();
});

afterAll(() => browser.close());

afterEach(async () => {
  const complaints = current?.complaints ?? [];
  await current?.page.close();
  current = undefined;
  expect(complaints).toEqual([]);
});

async function open(options: OpenOptions = {}): Promise<OpenPage> {
  current = await openPage(browser, bundle, options);
  return current;
}

async function openWith(snapshot = snapshots.better, options: OpenOptions = {}): Promise<OpenPage> {
  const opened = await open(options);
  await opened.show(snapshot);
  return opened;
}

const row = ({ page }: OpenPage, name: string) =>
  page
    .locator('.candidates')
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name, exact: true }) });

const focusedName = ({ page }: OpenPage) =>
  page.evaluate(
    () => document.activeElement?.querySelector('th')?.textContent ?? document.activeElement?.textContent,
  );

describe('the bundle', () => {
  it('keeps to its size', () => {
    expect(bundle.script.length + bundle.style.length).toBeLessThan(MAX_PAGE_BYTES);
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
      expect(opened.complaints).toEqual([]);
      await opened.page.close();
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
    await plain.page.close();
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

describe('the candidates', () => {
  it('stand in a table with their numbers', async () => {
    const opened = await openWith();
    const cells = (name: string) => row(opened, name).getByRole('gridcell').allInnerTexts();
    expect(await cells('4')).toEqual([
      'Say that a payment page that fails is a bug, and which of two categories wins',
      '89',
      '+31',
      '+12 to +48',
      '7',
      '1',
      'Best',
    ]);
    expect((await cells('3'))[0]).toContain('The placeholder {{ticket}} is gone.');
    expect((await cells('3')).at(-1)).toBe('Rejected');
    expect((await cells('5')).at(-1)).toContain('1 error');
  });

  it('say that there are none yet', async () => {
    const { page } = await openWith(snapshots.empty);
    await page.getByText('No candidates yet.').waitFor();
    await page.getByText('The curve begins').waitFor();
  });

  it('are one stop for the Tab key, and arrows move between them', async () => {
    const opened = await openWith();
    const { page } = opened;
    expect(await page.locator('tr[tabindex="0"]').count()).toBe(1);
    await row(opened, '4').focus();
    const visited = [];
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Home', 'ArrowUp', 'End']) {
      await page.keyboard.press(key);
      visited.push(await focusedName(opened));
    }
    expect(visited).toEqual(['5', '5', '4', 'Baseline', 'Baseline', '5']);
    expect(await opened.lastRequest()).toBeUndefined();
  });

  it('shows where the focus is', async () => {
    const opened = await openWith(snapshots.better, { theme: 'light' });
    await row(opened, '4').focus();
    await opened.page.keyboard.press('ArrowDown');
    const outline = await row(opened, '5').evaluate((element) => getComputedStyle(element).outline);
    expect(outline).toContain('rgb(0, 105, 204) solid 1px');
  });

  it('go to the details with Enter and back with Escape', async () => {
    const opened = await openWith();
    const { page } = opened;
    await row(opened, '4').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'select',
      candidateId: 'c5',
      against: 'baseline',
    });
    expect(await row(opened, '5').getAttribute('aria-selected')).toBe('true');
    await opened.show({ ...snapshots.better, selected: candidateDetail({ id: 'c5' }) });
    await opened.send({ type: 'done', request: 1 });
    expect(await focusedName(opened)).toBe('Candidate 5');
    await page.keyboard.press('Escape');
    expect(await focusedName(opened)).toBe('5');
  });

  it('stay in the list with Space and with a click', async () => {
    const opened = await openWith();
    await row(opened, '1').click();
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'select',
      candidateId: 'c1',
      against: 'baseline',
    });
    await opened.page.keyboard.press('ArrowUp');
    await opened.page.keyboard.press(' ');
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'select',
      candidateId: 'baseline',
      against: 'baseline',
    });
    expect(await focusedName(opened)).toBe('Baseline');
  });

  it('go back to what is shown when a selection fails', async () => {
    const opened = await openWith();
    await row(opened, '1').click();
    expect(await row(opened, '1').getAttribute('aria-selected')).toBe('true');
    await opened.send({
      type: 'failed',
      request: 1,
      message: 'The run is gone.',
      nextStep: 'Open it again.',
    });
    expect(await row(opened, '4').getAttribute('aria-selected')).toBe('true');
    expect(await opened.page.getByRole('alert').innerText()).toContain('The run is gone. Open it again.');
  });

  it('bring the selected one into sight without moving the page', async () => {
    const last = snapshots.manyCandidates.candidates.at(-1)!;
    const opened = await openWith({
      ...snapshots.manyCandidates,
      selected: candidateDetail({ id: last.id }),
    });
    const inSight = await row(opened, last.name).evaluate((element) => {
      const room = element.closest('.scroller')!.getBoundingClientRect();
      return element.getBoundingClientRect().bottom <= room.bottom + 1;
    });
    expect(inSight).toBe(true);
    expect(await opened.page.evaluate(() => scrollY)).toBe(0);
  });
});

describe('the actions', () => {
  it('ask the host, once, until it has answered', async () => {
    const opened = await openWith(snapshots.againstParent);
    const button = (name: string) => opened.page.getByRole('button', { name, exact: true });
    await button('Accept').click();
    expect(await opened.lastRequest()).toEqual({
      type: 'request',
      request: 1,
      body: { kind: 'accept', candidateId: 'c4' },
    });
    expect(await button('Accept').isDisabled()).toBe(true);
    await button('Open diff').click();
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'openDiff',
      candidateId: 'c4',
      against: 'parent',
    });
    await button('Copy').click();
    expect((await opened.lastRequest())?.body).toEqual({ kind: 'copy', candidateId: 'c4' });
    await opened.send({ type: 'done', request: 99, message: 'of somebody else' });
    expect(await button('Copy').isDisabled()).toBe(true);
    await opened.send({ type: 'done', request: 3, message: 'Copied.' });
    expect(await button('Copy').isEnabled()).toBe(true);
    expect(await opened.page.getByRole('status').innerText()).toBe('Copied.');
    await opened.page.getByRole('region', { name: 'Candidate 4' }).getByText('Copied.').waitFor();
    await opened.send({
      type: 'failed',
      request: 1,
      message: 'The file has changed.',
      nextStep: 'Run again.',
    });
    expect(await opened.page.getByRole('alert').innerText()).toContain('The file has changed. Run again.');
    expect(await button('Accept').isEnabled()).toBe(true);
    await button('Dismiss').press('Enter');
    expect(await opened.page.getByRole('alert').innerText()).toBe('');
  });

  it('say why Accept is not possible', async () => {
    const opened = await openWith(snapshots.running);
    const accept = opened.page.getByRole('button', { name: 'Accept', exact: true });
    expect(await accept.isDisabled()).toBe(true);
    await opened.page.getByText('The run is still going on. Stop it, or wait for its end.').waitFor();
    await accept.click({ force: true });
    expect(await opened.lastRequest()).toBeUndefined();
  });

  it('say that a candidate was accepted', async () => {
    const { page } = await openWith(snapshots.accepted);
    await page.getByText('Accepted: this text was written to the file.').waitFor();
    expect(await page.getByRole('button', { name: 'Accept', exact: true }).count()).toBe(0);
  });
});

describe('the diff', () => {
  it('marks words for eyes and ears', async () => {
    const { page } = await openWith(snapshots.againstParent);
    const diff = page.getByRole('region', { name: 'Changes' });
    expect(await diff.getByRole('deletion').first().textContent()).toBe(
      'removed: Be friendly and helpful.; ',
    );
    expect(await diff.getByRole('insertion').first().textContent()).toContain('added: A payment page');
    expect(await diff.locator('.line-added .line-number').allInnerTexts()).toEqual(['14', '15']);
  });

  it('shows white space where nothing else changed', async () => {
    const { page } = await openWith(snapshots.whitespaceOnly);
    const changes = await page.getByRole('region', { name: 'Changes' }).locator('ins, del').allTextContents();
    expect(changes).toEqual([
      'removed: ·space; ',
      'added: ··2 spaces; ',
      'removed: ↵line end; ',
      'added: CR↵Windows line end; ',
      'removed: ↵line end; ',
    ]);
  });

  it('folds what is unchanged, and opens it again', async () => {
    const { page } = await openWith(snapshots.againstParent);
    const fold = page.getByRole('button', { name: '… 11 unchanged lines' });
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
    const lines = page.locator('.diff .line');
    const before = await lines.count();
    await fold.click();
    expect(await lines.count()).toBe(before + 11);
    await page.getByRole('button', { name: 'Hide 11 unchanged lines' }).click();
    expect(await lines.count()).toBe(before);
  });

  it('switches to the parent and back', async () => {
    const opened = await openWith();
    const choice = opened.page.getByRole('radiogroup', { name: 'Compare with' });
    await choice.getByRole('radio', { name: 'Parent (1)' }).click();
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'select',
      candidateId: 'c4',
      against: 'parent',
    });
    await opened.show(snapshots.againstParent);
    await opened.send({ type: 'done', request: 1 });
    expect(await opened.posted()).toHaveLength(2);
    await choice.getByRole('radio', { name: 'Parent (1)' }).press('ArrowLeft');
    expect((await opened.lastRequest())?.body).toEqual({
      kind: 'select',
      candidateId: 'c4',
      against: 'baseline',
    });
  });

  it('has no switch where the parent is the baseline', async () => {
    const { page } = await openWith({ ...snapshots.better, selected: candidateDetail({ id: 'c1' }) });
    await page.getByRole('heading', { name: 'Candidate 1' }).waitFor();
    expect(await page.getByRole('radiogroup').count()).toBe(0);
  });
});

describe('the advice', () => {
  it('leads to lines and rows', async () => {
    const opened = await openWith();
    const advice = opened.page.getByRole('region', { name: 'Advice' });
    const [first, , third] = await advice.getByRole('listitem').all();
    expect((await first!.innerText()).replaceAll(/\s+/g, ' ')).toContain(
      'Ask for the label alone, in lower case',
    );
    expect(await first!.innerText()).toContain('Followed');
    expect(await third!.innerText()).toContain('Not followed');
    await first!.getByRole('button', { name: 'Show line 3 of the prompt' }).click();
    expect((await opened.lastRequest())?.body).toEqual({ kind: 'revealLine', line: 3 });
    await first!.getByRole('button', { name: 'Show the row on line 9 of the test set' }).click();
    expect((await opened.lastRequest())?.body).toEqual({ kind: 'revealRow', caseId: 'row-9' });
    await third!.getByRole('button', { name: '3 more' }).click();
    await third!.getByRole('button', { name: 'Show the row on line 57 of the test set' }).waitFor();
  });
});

describe('the rows', () => {
  const table = (opened: OpenPage) => opened.page.getByRole('table', { name: /^Rows of the test set/ });

  it('come with both answers and the feedback', async () => {
    const opened = await openWith();
    const text = (await table(opened).getByRole('row').nth(1).innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('Broken 27 exam');
    expect(text).toContain('Passed: billing Failed: bug Said “bug” where “billing” was expected.');
    await table(opened).getByRole('button', { name: 'Show the row on line 27 of the test set' }).click();
    expect((await opened.lastRequest())?.body).toEqual({ kind: 'revealRow', caseId: 'row-27' });
  });

  it('open to the full text', async () => {
    const opened = await openWith();
    const input = table(opened).locator('.r-input details').first();
    expect(await input.innerText()).not.toContain('before then');
    await input.locator('summary').press('Enter');
    expect(await input.innerText()).toContain('we would be glad of an answer before then.');
  });

  it('can be narrowed to those that changed', async () => {
    const opened = await openWith();
    await opened.page.getByRole('checkbox', { name: 'Changed only' }).click();
    expect(await table(opened).getByRole('rowheader').allInnerTexts()).toEqual(['Broken', 'Fixed', 'Fixed']);
    await opened.show(snapshots.baselineSelected);
    expect(await opened.page.getByRole('checkbox').count()).toBe(0);
    expect(await table(opened).getByRole('rowheader').count()).toBe(8);
  });

  it('of a long test set are drawn on request', async () => {
    const opened = await openWith(snapshots.manyRows);
    expect(await table(opened).getByRole('rowheader').count()).toBe(50);
    await opened.page.getByRole('button', { name: 'Show all 300 rows' }).click();
    expect(await table(opened).getByRole('rowheader').count()).toBe(300);
  });

  it('keep the filter and the place while snapshots arrive', async () => {
    const opened = await openWith(snapshots.running);
    await opened.page.getByRole('checkbox', { name: 'Changed only' }).click();
    await opened.page.mouse.wheel(0, 600);
    await expect.poll(() => opened.page.evaluate(() => scrollY)).toBeGreaterThan(300);
    const before = await opened.page.evaluate(() => scrollY);
    await opened.show({ ...snapshots.running, activity: 'Step 3: scoring candidate 6, 8 answers so far' });
    expect(await table(opened).getByRole('rowheader').count()).toBe(3);
    expect(await opened.page.evaluate(() => scrollY)).toBe(before);
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
      const opened = await openWith(snapshots.undecided, { theme });
      expect(await faintTexts(opened)).toEqual([]);
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

/** Texts with less contrast than WCAG's AA asks of their size. */
function faintTexts({ page }: OpenPage): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number];
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const parse = (css: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      return [red!, green!, blue!, alpha! / 255];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (at: 0 | 1 | 2) => top[at] * top[3] + below[at] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const backgroundOf = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1];
      const own = parse(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, backgroundOf(element.parentElement));
    };
    const luminance = (colour: Colour) => {
      const part = (value: number) =>
        value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2]);
    };
    const faint: string[] = [];
    for (const element of document.querySelectorAll('.page *')) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent)
        .join('')
        .trim();
      if (!text || element.closest('svg, .sr, vscode-button') || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const background = backgroundOf(element);
      const [light, dark] = [luminance(over(parse(style.color), background)), luminance(background)].sort(
        (a, b) => b - a,
      );
      const ratio = (light! + 0.05) / (dark! + 0.05);
      const isLarge =
        Number.parseFloat(style.fontSize) >= 24 ||
        (Number.parseFloat(style.fontSize) >= 18.6 && Number(style.fontWeight) >= 600);
      if (ratio < (isLarge ? 3 : 4.5))
        faint.push(`${ratio.toFixed(2)} ${element.className} ${text.slice(0, 40)}`);
    }
    return faint;
  });
}
