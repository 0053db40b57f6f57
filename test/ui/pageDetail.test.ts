import { describe, expect, it, vi } from 'vitest';
import { candidateDetail, snapshots, states } from '../fixtures/snapshots/index.js';
import { pageSuite } from './pageSuite.js';
import type { OpenPage } from './panelPage.js';

const { openWith } = pageSuite();

const row = ({ page }: OpenPage, name: string) =>
  page
    .locator('.candidates')
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name, exact: true }) });

const focusedName = ({ page }: OpenPage) =>
  page.evaluate(
    () => document.activeElement?.querySelector('th')?.textContent ?? document.activeElement?.textContent,
  );

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

  it('do not call a candidate better than it is', async () => {
    const status = async (name: string) => {
      const opened = await openWith(states[name]);
      return row(opened, '4').getByRole('gridcell').last().innerText();
    };
    expect(await status('running')).toBe('Best so far');
    expect(await status('undecided')).toBe('Best found');
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
    await vi.waitFor(async () => expect(await button('Accept').isDisabled()).toBe(true));
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
  it('says whether it still stands, since when, and how it did on rows that it was not drawn from', async () => {
    const { page } = await openWith(states.closedAdvice);
    const items = page.getByRole('region', { name: 'Advice' }).locator(':scope > ul > li');
    const texts = (await items.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
    expect(texts).toHaveLength(4);
    expect(texts[0]).toMatch(/Followed Open Fixes 5 of 7 rows it was not drawn from/);
    expect(texts[1]).toMatch(/Not followed Open, known before/);
    expect(texts[3]).toMatch(/Not followed Closed, known before$/);
  });

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
