// Opens real VS Code in headless Chromium on a copy of a folder, with this extension in development.
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errors, type Frame, type Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mjs';
import { copyOfExamples, removeFolder, root, temporaryFolder } from '../../scripts/lib/common.mjs';
import {
  installExtensions,
  startServer,
  workbenchUrl,
  writeUserSettings,
} from '../../scripts/vscode-server.mjs';

/** VS Code's theme ids, their names in the theme picker, and the class that the workbench has while one is on. */
const THEMES = {
  'Light 2026': { label: 'Light 2026', kind: 'vs' },
  'Dark 2026': { label: 'Dark 2026', kind: 'vs-dark' },
  'Default High Contrast': { label: 'Dark High Contrast', kind: 'hc-black' },
  'Default High Contrast Light': { label: 'Light High Contrast', kind: 'hc-light' },
} as const;
export type Theme = keyof typeof THEMES;
const FIRST_THEME: Theme = 'Light 2026';

export interface WorkbenchOptions {
  /** Folder to copy and open; without it, a copy of examples/. */
  workspace?: string;
  /** User settings at the start; VS Code in a browser does not notice later changes of their file. */
  settings?: Record<string, unknown>;
  viewport?: { width: number; height: number };
  /** False opens the folder in Restricted Mode. */
  trusted?: boolean;
  theme?: Theme;
  /** Pixels per CSS pixel; 2 for pictures. */
  scale?: number;
  /** Folders of extensions to install beside this one. */
  otherExtensions?: string[];
}

export interface Workbench {
  readonly page: Page;
  /** The copy that is open. */
  readonly folder: string;
  /** Runs a command through the command palette, by its full title: "Hone: Improve Prompt". */
  runCommand(title: string): Promise<void>;
  /** Chooses an entry of a tree item's context menu. */
  contextMenu(treeItem: string, entry: string | RegExp): Promise<void>;
  /** The page inside a webview: the first one in which the selector matches. */
  webviewFrame(selector?: string): Promise<Frame>;
  /** Bytes of a file in the folder, as they are on disk. */
  readFile(relativePath: string): Buffer;
  setTheme(theme: Theme): Promise<void>;
  close(): Promise<void>;
}

const STARTUP_MS = 60_000;

export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const temporary = temporaryFolder('ui');
  const folder = options.workspace
    ? path.join(temporary, path.basename(options.workspace))
    : copyOfExamples(temporary);
  if (options.workspace) cpSync(options.workspace, folder, { recursive: true });

  const { theme = FIRST_THEME } = options;
  writeUserSettings(path.join(temporary, 'user'), {
    'workbench.colorTheme': FIRST_THEME,
    ...options.settings,
  });
  installExtensions(path.join(temporary, 'extensions'), options.otherExtensions ?? []);
  const server = await startServer({ temporary, disableTrust: options.trusted ?? true });
  const browser = await launchChromium();
  const page = await browser.newPage({
    viewport: options.viewport ?? { width: 1400, height: 900 },
    deviceScaleFactor: options.scale ?? 1,
  });

  const close = async (): Promise<void> => {
    await browser.close();
    await server.stop();
    removeFolder(temporary);
  };

  try {
    await page.goto(workbenchUrl(server.url, { folder, extension: root }));
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: STARTUP_MS });
    // Chosen as a person chooses it: the setting alone does not reach a window that has no stored theme yet.
    await showsTheme(page, FIRST_THEME);
    if (theme !== FIRST_THEME) await setTheme(page, theme);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    page,
    folder,
    runCommand: (title) => runCommand(page, title),
    contextMenu: (treeItem, entry) => contextMenu(page, treeItem, entry),
    webviewFrame: (selector) => webviewFrame(page, selector),
    readFile: (relativePath) => readFileSync(path.join(folder, relativePath)),
    setTheme: (next) => setTheme(page, next),
    close,
  };
}

async function setTheme(page: Page, theme: Theme): Promise<void> {
  await until(`the theme "${theme}" in the theme picker`, async () => {
    await runCommand(page, 'Preferences: Color Theme');
    await page.getByPlaceholder('Select Color Theme').waitFor({ timeout: 5000 });
    return await pick(page, '', THEMES[theme].label);
  });
  await showsTheme(page, theme);
}

/** The second part of the selector tells the real theme from the stand-in that is shown until extensions are known. */
async function showsTheme(page: Page, theme: Theme): Promise<void> {
  const workbench = `.monaco-workbench.${THEMES[theme].kind}[class*="vscode-theme-defaults"]`;
  await page.locator(workbench).waitFor({ timeout: STARTUP_MS });
}

async function runCommand(page: Page, title: string): Promise<void> {
  await until(`the command "${title}" in the command palette`, async () => {
    await page.keyboard.press('F1');
    return await pick(page, '>', title);
  });
}

/** A menu ignores clicks for a moment after it has opened, so one click may not be enough. */
async function contextMenu(page: Page, treeItem: string, entry: string | RegExp): Promise<void> {
  const item = page.getByRole('menuitem', { name: entry });
  await page.getByRole('treeitem', { name: treeItem }).click({ button: 'right' });
  await item.waitFor();
  await until(`the menu entry ${String(entry)}`, async () => {
    await item.click({ timeout: 2000 }).catch(() => undefined);
    const isClosed = await item.waitFor({ state: 'hidden', timeout: 1000 }).then(
      () => true,
      () => undefined,
    );
    return isClosed;
  });
}

/** Chooses an entry of the quick pick that is open; closes it when there is no such entry (yet). */
async function pick(page: Page, prefix: string, label: string): Promise<true | undefined> {
  const widget = page.locator('.quick-input-widget');
  const name = page.locator('.label-name').getByText(label, { exact: true });
  const row = widget.locator('.monaco-list-row').filter({ has: name }).first();
  try {
    await widget.locator('input.input').fill(prefix + label, { timeout: 5000 });
    await row.click({ timeout: 2000 });
    return true;
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error;
    await page.keyboard.press('Escape');
    return undefined;
  }
}

async function webviewFrame(page: Page, selector = 'body > *'): Promise<Frame> {
  return await until(`a webview with ${selector}`, async () => {
    for (const frame of page.frames().filter((each) => each.url().includes('fake.html'))) {
      // A frame can be replaced while we look at it.
      const matches = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (matches > 0) return frame;
    }
    return undefined;
  });
}

async function until<T>(what: string, attempt: () => Promise<T | undefined>, limitMs = 30_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() > end) throw new Error(`Waited ${limitMs / 1000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
