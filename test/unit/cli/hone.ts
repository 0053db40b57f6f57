import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const EXAMPLES = path.join(REPOSITORY, 'examples');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Server {
  /** What `--base-url` takes. */
  readonly baseUrl: string;
  stats(): Promise<Record<string, unknown>>;
  stop(): Promise<Finished>;
}

/** The built command line in a folder of its own, run as a child process. */
export class HoneUnderTest {
  private readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly folder: string,
    private readonly bundle: string,
  ) {}

  static async build(): Promise<HoneUnderTest> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'hone-cli-')));
    const bundle = path.join(folder, 'dist', 'cli.js');
    await build({
      entryPoints: [path.join(REPOSITORY, 'src/cli/main.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
    });
    await symlink(EXAMPLES, path.join(folder, 'examples'));
    return new HoneUnderTest(folder, bundle);
  }

  async dispose(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** A copy of the examples that a test may change. */
  async examples(): Promise<string> {
    const folder = await this.emptyFolder();
    await cp(EXAMPLES, folder, { recursive: true });
    return folder;
  }

  /** A workspace with these files. */
  async workspace(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await this.emptyFolder();
    await writeFile(path.join(folder, 'hone.yaml'), files['hone.yaml'] ?? 'prompts: []\n');
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    return folder;
  }

  private async emptyFolder(): Promise<string> {
    const folder = await mkdtemp(path.join(this.folder, 'workspace-'));
    return folder;
  }

  start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [this.bundle, ...args], {
      cwd,
      env: { PATH: process.env.PATH, HOME: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.add(child);
    return new Running(child, () => this.children.delete(child));
  }

  run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(args, cwd, env).finished;
  }

  /** Starts `hone sandbox` on a free port. */
  async serve(...args: string[]): Promise<Server> {
    const running = this.start(['sandbox', '--port', '0', ...args], this.folder);
    const baseUrl = (await running.until(/http:\/\/[\d.:]+\/v1/))[0];
    const stats = new URL('/stats', baseUrl);
    return {
      baseUrl,
      stats: async () => (await (await fetch(stats)).json()) as Record<string, unknown>,
      stop: () => {
        running.kill('SIGTERM');
        return running.finished;
      },
    };
  }
}

export class Running {
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly child: ChildProcess,
    onEnd: () => void,
  ) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.look();
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.look();
    });
    this.finished = new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => {
        onEnd();
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until either stream holds a match. Fails when the process ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (!match) return;
        this.watchers.delete(look);
        resolve(match);
      };
      this.watchers.add(look);
      look();
      void this.finished.then(({ code, stderr }) =>
        reject(new Error(`It ended with ${code} first: ${stderr}`)),
      );
    });
  }

  private look(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

/** Every file of a workspace with its bytes, Hone's own folder left out. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('.hone'))
    .sort();
  const contents = await Promise.all(
    files.map(async (name) => [name, (await readFile(path.join(folder, name))).toString('base64')] as const),
  );
  return Object.fromEntries(contents);
}
