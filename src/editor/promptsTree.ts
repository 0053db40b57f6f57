import type * as vscode from 'vscode';
import type { Problem } from '../core/prompt.js';
import { TREE_ITEMS } from '../contributions.js';
import type { IndexedPrompt, PromptIndex } from './promptIndex.js';
import type { VsCode } from './vscode.js';
import { count } from './words.js';

/** A prompt file, or a problem under it. */
export type PromptNode =
  | { readonly kind: 'prompt'; readonly prompt: IndexedPrompt; readonly uri: vscode.Uri }
  | { readonly kind: 'problem'; readonly prompt: IndexedPrompt; readonly problem: Problem };

const ICONS: Readonly<Record<string, string>> = {
  'github-models': 'github',
  'vscode-prompt': 'comment-discussion',
  'plain-text': 'file-text',
};
const PROBLEM_ICONS: Readonly<Record<Problem['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
};

/** The view Prompts: prompt files with their test sets; problems stand under the file that has them. */
export class PromptsTree implements vscode.TreeDataProvider<PromptNode> {
  readonly onDidChangeTreeData: vscode.Event<void>;

  constructor(
    private readonly api: VsCode,
    private readonly index: PromptIndex,
  ) {
    this.onDidChangeTreeData = index.onDidChange;
  }

  async getChildren(node?: PromptNode): Promise<PromptNode[]> {
    if (!node) {
      const prompts = await this.index.list();
      return prompts.map((prompt) => ({ kind: 'prompt', prompt, uri: prompt.uri }));
    }
    if (node.kind === 'problem') return [];
    return node.prompt.problems.map((problem) => ({ kind: 'problem', prompt: node.prompt, problem }));
  }

  getTreeItem(node: PromptNode): vscode.TreeItem {
    return node.kind === 'prompt'
      ? this.promptItem(node.prompt)
      : this.problemItem(node.prompt, node.problem);
  }

  private promptItem(prompt: IndexedPrompt): vscode.TreeItem {
    const { TreeItem, TreeItemCollapsibleState, ThemeIcon } = this.api;
    const hasProblems = prompt.problems.length > 0;
    const item = new TreeItem(
      prompt.path,
      hasProblems ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    const tests =
      prompt.testset === null
        ? 'no test set'
        : prompt.testset === prompt.path
          ? 'tests inside'
          : prompt.testset;
    item.id = `${prompt.root}\n${prompt.path}`;
    item.contextValue = TREE_ITEMS.prompt;
    item.description = hasProblems ? `${tests} · ${count(prompt.problems.length, 'problem')}` : tests;
    item.iconPath = new ThemeIcon(ICONS[prompt.format] ?? 'file');
    item.tooltip = [`${prompt.path} (${prompt.format})`, `Tests: ${tests}`, placeholdersLine(prompt)].join(
      '\n',
    );
    item.command = { command: 'vscode.open', title: 'Open', arguments: [prompt.uri] };
    item.accessibilityInformation = { label: `${prompt.path}, ${item.description}` };
    return item;
  }

  private problemItem(prompt: IndexedPrompt, problem: Problem): vscode.TreeItem {
    const { TreeItem, ThemeIcon, Position, Range } = this.api;
    const item = new TreeItem(problem.message);
    item.iconPath = new ThemeIcon(PROBLEM_ICONS[problem.severity]);
    item.tooltip = problem.message;
    if (problem.line !== undefined) item.description = `line ${problem.line}`;
    const at = new Position(Math.max(0, (problem.line ?? 1) - 1), 0);
    item.command = {
      command: 'vscode.open',
      title: 'Open',
      arguments: [prompt.uri, { selection: new Range(at, at) }],
    };
    return item;
  }
}

function placeholdersLine({ placeholders }: IndexedPrompt): string {
  return placeholders.length > 0
    ? `Placeholders: ${placeholders.join(', ')}`
    : 'No placeholders: each row goes as the user message.';
}
