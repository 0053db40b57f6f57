import path from 'node:path';
import type * as vscode from 'vscode';
import type { Problem } from '../core/prompt.js';
import { Disposables } from './disposables.js';
import { loadEngine } from './engine.js';
import type { PromptIndex } from './promptIndex.js';
import { relativePath } from './targets.js';
import type { VsCode } from './vscode.js';

/** Known here without the engine, which is not loaded for files that are none of Hone's. */
const CONFIG_FILE = 'hone.yaml';

/** Problems of hone.yaml and of prompt files, as VS Code shows those of code. Looked for on open and on save. */
export class Diagnostics implements vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly collection: vscode.DiagnosticCollection;

  constructor(
    private readonly api: VsCode,
    private readonly index: PromptIndex,
    private readonly onError: (error: unknown) => void,
  ) {
    const own = <T extends vscode.Disposable>(item: T) => this.disposables.add(item);
    this.collection = own(api.languages.createDiagnosticCollection('hone'));
    const check = (document: vscode.TextDocument) => void this.check(document).catch(this.onError);
    own(api.workspace.onDidOpenTextDocument(check));
    own(api.workspace.onDidSaveTextDocument(check));
    own(api.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)));
    own(
      index.onDidRead(() =>
        api.workspace.textDocuments.filter(({ uri }) => !this.collection.has(uri)).forEach(check),
      ),
    );
    api.workspace.textDocuments.forEach(check);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const folder = this.api.workspace.getWorkspaceFolder(document.uri);
    if (document.uri.scheme !== 'file' || !folder) return;
    const root = folder.uri.fsPath;
    const isConfig = document.uri.fsPath === path.join(root, CONFIG_FILE);
    if (!isConfig && !this.index.isPrompt(document.uri)) return;
    const { problemsOfFile } = await loadEngine();
    const problems = await problemsOfFile(root, relativePath(root, document.uri.fsPath));
    if (document.isClosed) return;
    this.collection.set(
      document.uri,
      problems.map((problem) => this.diagnostic(document, problem)),
    );
  }

  private diagnostic(document: vscode.TextDocument, { severity, message, line = 1 }: Problem) {
    const { Diagnostic, DiagnosticSeverity, Range } = this.api;
    const severities = {
      error: DiagnosticSeverity.Error,
      warning: DiagnosticSeverity.Warning,
      info: DiagnosticSeverity.Information,
    };
    const at = document.lineAt(Math.min(Math.max(line, 1), document.lineCount) - 1);
    const start = at.range.start.with(undefined, at.firstNonWhitespaceCharacterIndex);
    const diagnostic = new Diagnostic(new Range(start, at.range.end), message, severities[severity]);
    diagnostic.source = 'Hone';
    return diagnostic;
  }
}
