import path from 'node:path';
import type * as vscode from 'vscode';
import type { PromptListing } from '../workspace/index.js';
import { Disposables } from './disposables.js';
import { loadEngine } from './engine.js';
import type { Notices } from './notices.js';
import { isPromptUri, mayBePrompt } from './promptFiles.js';
import { workspaceRoots } from './targets.js';
import { throttle } from './throttle.js';
import type { VsCode } from './vscode.js';

/** A prompt file of one of the open folders. */
export interface IndexedPrompt extends PromptListing {
  readonly root: string;
  readonly uri: vscode.Uri;
}

/** Prompt files of all formats and test sets. Source code is watched by what is saved in this window. */
const WATCHED =
  '**/{.cursorrules,.clinerules,*.{md,mdc,txt,yml,yaml,json,jsonl,csv,tsv,prompt,prompty,baml,j2,jinja,jinja2,mustache,hbs,handlebars,toml}}';
/** The comment that makes a string in source code a prompt. */
const CODE_MARKER = 'hone: prompt';
const SETTLE_MS = 1000;

/** The prompt files of the open folders. Read when first asked for, then again when files have come, gone or changed. */
export class PromptIndex implements vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly changed: vscode.EventEmitter<void>;
  private readonly wasRead: vscode.EventEmitter<void>;
  private reading: Promise<readonly IndexedPrompt[]> | undefined;
  private found: ReadonlySet<string> = new Set();
  private watching = false;

  constructor(
    private readonly api: VsCode,
    private readonly notices: Notices,
  ) {
    this.changed = this.disposables.add(new api.EventEmitter<void>());
    this.wasRead = this.disposables.add(new api.EventEmitter<void>());
    this.disposables.add(api.workspace.onDidChangeWorkspaceFolders(() => this.refresh()));
  }

  get onDidChange(): vscode.Event<void> {
    return this.changed.event;
  }

  /** The files have been read: `isPrompt` may say something else than before. */
  get onDidRead(): vscode.Event<void> {
    return this.wasRead.event;
  }

  list(): Promise<readonly IndexedPrompt[]> {
    this.watch();
    this.reading ??= this.read();
    return this.reading;
  }

  /**
   * Whether a file is a prompt, by its name or because the last reading found it. Of a template that nobody has looked
   * for yet, `onDidRead` tells when more is known.
   */
  isPrompt(uri: vscode.Uri): boolean {
    if (isPromptUri(this.api, uri) || this.has(uri)) return true;
    if (mayBePrompt(uri)) this.list().catch((error: unknown) => this.notices.error(error));
    return false;
  }

  private has(uri: vscode.Uri): boolean {
    return this.found.has(uri.toString());
  }

  refresh(): void {
    this.reading = undefined;
    this.changed.fire();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async read(): Promise<readonly IndexedPrompt[]> {
    const { listPrompts } = await loadEngine();
    const lists = await Promise.all(
      workspaceRoots(this.api).map(async (root) => {
        try {
          const prompts = await listPrompts(root);
          return prompts.map((prompt) => ({
            ...prompt,
            root,
            uri: this.api.Uri.file(path.join(root, prompt.path)),
          }));
        } catch (error) {
          this.notices.error(error, root);
          return [];
        }
      }),
    );
    const prompts = lists.flat();
    this.found = new Set(prompts.map(({ uri }) => uri.toString()));
    this.wasRead.fire();
    return prompts;
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const watcher = this.disposables.add(this.api.workspace.createFileSystemWatcher(WATCHED));
    const settled = this.disposables.add(throttle(() => this.refresh(), SETTLE_MS));
    const changed = (uri: vscode.Uri) => {
      if (!/\/(\.hone|\.git|node_modules)\//.test(uri.path)) settled();
    };
    for (const event of [watcher.onDidCreate, watcher.onDidDelete, watcher.onDidChange]) {
      this.disposables.add(event(changed));
    }
    this.disposables.add(
      this.api.workspace.onDidSaveTextDocument((document) => {
        if (this.has(document.uri) || document.getText().includes(CODE_MARKER)) changed(document.uri);
      }),
    );
  }
}
