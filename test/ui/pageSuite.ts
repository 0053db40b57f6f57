import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import type { RunSnapshot } from '../../src/protocol.js';
import { snapshots } from '../fixtures/snapshots/index.js';
import { bundlePage, openPage, type OpenOptions, type OpenPage, type PageBundle } from './panelPage.js';

/** One browser for a test file; every page is closed after its test, and must have had no complaint. */
export function pageSuite() {
  let browser: Browser;
  let bundle: PageBundle;
  const opened: OpenPage[] = [];

  beforeAll(async () => {
    bundle = await bundlePage();
    browser = await launchChromium();
  });

  afterAll(() => browser.close());

  afterEach(async () => {
    const pages = opened.splice(0);
    await Promise.all(pages.map(({ page }) => page.close()));
    expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  const open = async (options: OpenOptions = {}): Promise<OpenPage> => {
    const page = await openPage(browser, bundle, options);
    opened.push(page);
    return page;
  };
  return {
    bundle: () => bundle,
    open,
    openWith: async (
      snapshot: RunSnapshot = snapshots.better,
      options: OpenOptions = {},
    ): Promise<OpenPage> => {
      const page = await open(options);
      await page.show(snapshot);
      return page;
    },
  };
}
