import type { ChildProcess } from 'node:child_process';

export interface ServerOptions {
  port?: number;
  extensionsDir: string;
  serverDataDir: string;
  userDataDir?: string;
  disableTrust?: boolean;
  env?: Record<string, string>;
  log?: (output: string) => void;
}

export interface RunningServer {
  url: string;
  child: ChildProcess;
  stop(): Promise<void>;
}

export interface Opened {
  folder?: string;
  extensions?: string[];
  tests?: string;
}

export const SERVER_VERSION: string;
export function ensureServer(): Promise<string>;
export function startServer(options: ServerOptions): Promise<RunningServer>;
export function workbenchUrl(serverUrl: string, opened: Opened): string;
export function writeUserSettings(userDataDir: string, settings?: Record<string, unknown>): void;
