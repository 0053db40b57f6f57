#!/usr/bin/env node
// npm run pictures: takes the screenshots of docs/pictures from real VS Code, after a run on the example workspace.
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { build, ensureDependencies, fail, projectNode, root, run, say } from './lib/common.mjs';

const THEMES = {
  light: 'Light 2026',
  dark: 'Dark 2026',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};
const WIDTHS = [1400, 700];
const HEIGHT = 1000;
const PROMPT = 'triage.md';

const folder = path.join(root, 'docs', 'pictures');

/** The run of the pictures, started as a person starts it. */
async function optimize({ page, webviewFrame, contextMenu }) {
  await page.getByRole('treeitem', { name: 'prompts', exact: true }).click();
  await contextMenu(PROMPT, 'Hone: Optimize');
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  const panel = await webviewFrame('h1');
  await panel
    .getByText(/^Better/)
    .first()
    .waitFor({ timeout: 60_000 });
  return panel;
}

/** The panel alone, as wide as the window: side bar hidden, other editors closed. */
async function panelAlone({ page, runCommand }) {
  await runCommand('View: Close Other Editors in Group');
  await runCommand('View: Toggle Primary Side Bar Visibility');
  await page.mouse.move(WIDTHS[0] / 2, HEIGHT - 8);
}

async function takePictures(openWorkbench, [name, theme]) {
  const workbench = await openWorkbench({
    viewport: { width: WIDTHS[0], height: HEIGHT },
    settings: { 'hone.taskModel': 'sandbox', 'workbench.tips.enabled': false },
  });
  try {
    const shoot = async (picture) => {
      await workbench.page.waitForTimeout(800);
      await workbench.page.screenshot({ path: path.join(folder, `${picture}.png`) });
      say(`docs/pictures/${picture}.png`);
    };
    await optimize(workbench);
    // After the run: choosing a theme makes VS Code in a browser forget the settings that it was started with.
    await workbench.setTheme(theme);
    await workbench.page.getByRole('tab', { name: 'Hone' }).first().click();
    await shoot(`editor-${name}`);
    await panelAlone(workbench);
    for (const width of WIDTHS) {
      await workbench.page.setViewportSize({ width, height: HEIGHT });
      await shoot(`panel-${name}-${width}`);
    }
    await workbench.page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
    const panel = await workbench.webviewFrame('h1');
    await panel.getByRole('button', { name: 'Accept' }).evaluate((button) => button.scrollIntoView());
    await shoot(`detail-${name}-${WIDTHS[0]}`);
  } finally {
    await workbench.close();
  }
}

/** Links may lead to it: two names of one program must not start each other for ever. */
function isProjectNode() {
  return existsSync(projectNode) && realpathSync(process.execPath) === realpathSync(projectNode);
}

async function main() {
  // The harness is TypeScript, which only the project's own Node reads as it is.
  if (!isProjectNode()) {
    await ensureDependencies();
    return (await run(projectNode, [process.argv[1], ...process.argv.slice(2)])).code;
  }
  await build();
  mkdirSync(folder, { recursive: true });
  const { openWorkbench } = await import('../test/ui/harness.ts');
  const wanted = process.argv.slice(2);
  const themes = Object.entries(THEMES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  for (const theme of themes) await takePictures(openWorkbench, theme);
  return 0;
}

await main().then((code) => process.exit(code), fail);
