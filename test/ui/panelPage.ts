import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import themes from '../fixtures/snapshots/themes.json' with { type: 'json' };
import type { HostMessage, PageMessage, PageRequest, PageState, RunSnapshot } from '../../src/protocol.js';

export type ThemeName = keyof typeof themes;

/** The page as it is shipped: script and style sheet, minified. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/** Bundles the page as the project's build does. */
export async function bundlePage(): Promise<PageBundle> {
  const { outputFiles } = await build({
    entryPoints: { webview: 'webview/main.tsx' },
    outdir: 'dist',
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome132',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** What the page kept before a reload. */
  readonly state?: PageState;
  /** Further classes that VS Code gives to the body. */
  readonly bodyClass?: string;
}

/** The page in a browser, seen from the host's side. */
export interface OpenPage {
  readonly page: Page;
  send(message: HostMessage | Record<string, unknown>): Promise<void>;
  show(snapshot: RunSnapshot): Promise<void>;
  /** Everything that the page has posted. */
  posted(): Promise<PageMessage[]>;
  /** The last request, with its number. */
  lastRequest(): Promise<{ readonly request: number; readonly body: PageRequest } | undefined>;
  savedState(): Promise<PageState | undefined>;
  /** What the content security policy has blocked, and errors on the page. */
  readonly complaints: readonly string[];
  /** Pixels by which the page is wider than its window. */
  overflow(): Promise<number>;
}

/** A minute and a half after the example runs start. */
const NOW = Date.UTC(2026, 0, 14, 9, 31, 42);
const ORIGIN = 'https://panel.invalid';
const NONCE = 'c29tZS1ub25jZQ';

/** What VS Code puts into every webview before the page's own styles. */
const HOST_STYLE = `
  body { background-color: transparent; color: var(--vscode-editor-foreground); margin: 0; padding: 0 20px;
    font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); }
  a { color: var(--vscode-textLink-foreground); }
  code { color: var(--vscode-textPreformat-foreground); }
`;

interface Theme {
  readonly kind: string;
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

function html({ kind, name, variables }: Theme, bodyClass: string): string {
  const colours = Object.entries(variables).map(([variable, value]) => `${variable}: ${value};`);
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${NONCE}'`,
    `style-src ${ORIGIN} 'nonce-${NONCE}'`,
    `img-src ${ORIGIN}`,
    `font-src ${ORIGIN}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta property="csp-nonce" content="${NONCE}">
    <style nonce="${NONCE}">:root { ${colours.join(' ')} } ${HOST_STYLE}</style>
    <link rel="stylesheet" href="${ORIGIN}/webview.css">
    <title>Hone</title>
  </head>
  <body class="${kind} ${bodyClass}" data-vscode-theme-kind="${kind}" data-vscode-theme-name="${name}">
    <script nonce="${NONCE}" src="${ORIGIN}/webview.js"></script>
  </body>
</html>`;
}

interface Recorder {
  posted: PageMessage[];
  saved: PageState | undefined;
  complaints: string[];
}

/** Opens the page under VS Code's policy, with a stand-in for its API and the variables of a real theme. */
export async function openPage(
  browser: Browser,
  bundle: PageBundle,
  options: OpenOptions = {},
): Promise<OpenPage> {
  const { theme = 'dark', width = 1400, height = 1000, state, bodyClass = '' } = options;
  const page = await browser.newPage({ viewport: { width, height } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.route('**/*', (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === '/webview.js') return route.fulfill({ contentType: 'text/javascript', body: bundle.script });
    if (path === '/webview.css') return route.fulfill({ contentType: 'text/css', body: bundle.style });
    if (path === '/')
      return route.fulfill({ contentType: 'text/html', body: html(themes[theme], bodyClass) });
    return route.fulfill({ status: 404 });
  });
  await page.addInitScript((saved) => {
    const recorder: Recorder = { posted: [], saved, complaints: [] };
    document.addEventListener('securitypolicyviolation', (event) => {
      recorder.complaints.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
    Object.assign(window, {
      recorder,
      acquireVsCodeApi: () => ({
        postMessage: (message: PageMessage) => recorder.posted.push(message),
        getState: () => recorder.saved,
        setState: (next: PageState) => (recorder.saved = next),
      }),
    });
  }, state);
  // Elapsed time must not depend on the day.
  await page.clock.setFixedTime(NOW);
  await page.goto(`${ORIGIN}/`);
  const recorder = () => page.evaluate(() => (window as unknown as { recorder: Recorder }).recorder);
  const opened: OpenPage = {
    page,
    complaints,
    async send(message) {
      await page.evaluate((data) => window.postMessage(data, '*'), message);
      // Messages and renders are queued: two frames later both are through.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      const { complaints: blocked } = await recorder();
      complaints.push(...blocked.filter((complaint) => !complaints.includes(complaint)));
    },
    show: (snapshot) => opened.send({ type: 'snapshot', snapshot }),
    posted: async () => (await recorder()).posted,
    lastRequest: async () => (await recorder()).posted.findLast((message) => message.type === 'request'),
    savedState: async () => (await recorder()).saved,
    overflow: () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  };
  return opened;
}
