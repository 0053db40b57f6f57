import path from 'node:path';
import type * as vscode from 'vscode';
import { loadEngine } from './engine.js';
import { relativePath, type PromptTarget } from './targets.js';
import type { VsCode } from './vscode.js';

const EXCLUDED = '**/{node_modules,.git,.hone,dist,out}/**';
const MOST_FILES = 500;

/** Which test set the user picked for a prompt, where neither its name nor hone.yaml says so. */
export class TestSetPicks {
  constructor(
    private readonly api: VsCode,
    private readonly memory: vscode.Memento,
  ) {}

  /** The remembered pick, relative to the root; forgotten when the file is gone. */
  async remembered(target: PromptTarget): Promise<string | undefined> {
    const pick = this.memory.get<string>(keyOf(target));
    if (pick === undefined) return undefined;
    try {
      await this.api.workspace.fs.stat(this.api.Uri.file(path.join(target.root, pick)));
      return pick;
    } catch {
      await this.memory.update(keyOf(target), undefined);
      return undefined;
    }
  }

  /** Asks for a test set and remembers it; undefined when the user cancels. */
  async pick(target: PromptTarget): Promise<string | undefined> {
    const files = await this.candidates(target);
    const items: (vscode.QuickPickItem & { file?: string })[] = files.map((file) => ({
      label: path.posix.basename(file),
      description: path.posix.dirname(file) === '.' ? '' : path.posix.dirname(file),
      file,
    }));
    items.push({ label: '$(folder-opened) Another file…' });
    const picked = await this.api.window.showQuickPick(items, {
      title: `Test set for ${target.path}`,
      placeHolder: 'A file with one row per test case. Hone remembers your pick in this workspace.',
      matchOnDescription: true,
    });
    if (!picked) return undefined;
    const file = picked.file ?? (await this.browse(target));
    if (file !== undefined) await this.memory.update(keyOf(target), file);
    return file;
  }

  private async browse(target: PromptTarget): Promise<string | undefined> {
    const [uri] =
      (await this.api.window.showOpenDialog({
        title: `Test set for ${target.path}`,
        defaultUri: this.api.Uri.file(path.dirname(target.uri.fsPath)),
        openLabel: 'Use as Test Set',
      })) ?? [];
    return uri && relativePath(target.root, uri.fsPath);
  }

  /** Files that can hold a test set, those nearest to the prompt first. */
  private async candidates(target: PromptTarget): Promise<readonly string[]> {
    const { TEST_SET_EXTENSIONS } = await loadEngine();
    const endings = TEST_SET_EXTENSIONS.map((extension) => extension.slice(1)).join(',');
    const pattern = new this.api.RelativePattern(this.api.Uri.file(target.root), `**/*.{${endings}}`);
    const found = await this.api.workspace.findFiles(pattern, EXCLUDED, MOST_FILES);
    const folder = path.posix.dirname(target.path);
    const distance = (file: string) =>
      path.posix.relative(folder, path.posix.dirname(file)).split('/').filter(Boolean).length;
    return found
      .map((uri) => relativePath(target.root, uri.fsPath))
      .sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1));
  }
}

function keyOf({ root, path: promptPath, span }: PromptTarget): string {
  return `testset:${root}:${promptPath}${span === undefined ? '' : `#${span}`}`;
}
