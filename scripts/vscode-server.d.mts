import type { ChildProcess } from 'node:child_process';

export interface ServerOptions {
  temporary: string;
  userDataDir?: string;
  extensionsDir?: string;
  disableTrust?: boolean;
  port?: number;
  log?: (output: string) => void;
}

export interface RunningServer {
  url: string;
  child: ChildProcess;
  stop(): Promise<void>;
}

export interface Opened {
  folder?: string;
  extension?: string;
  tests?: string;
}

export const SERVER_VERSION: string;
export function ensureServer(): Promise<string>;
export function startServer(options: ServerOptions): Promise<RunningServer>;
export function installExtensions(extensionsDir: string, folders: string[]): void;
export function workbenchUrl(serverUrl: string, opened: Opened): string;
export function writeUserSettings(userDataDir: string, settings?: Record<string, unknown>): void;
