import type * as vscode from 'vscode';

const PREFIX = 'hone.apiKey:';
const HOSTS = 'hone.apiKeyHosts';

/** The host (with its port) of an endpoint; undefined when the text is not a web address. */
export function hostOf(baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const url = new URL(baseUrl);
  return /^https?:$/.test(url.protocol) && url.host ? url.host : undefined;
}

/**
 * API keys, one per host, in the editor's secret storage. A key goes only to the host that it was entered for:
 * a workspace that names another endpoint gets no key. Which hosts have one is remembered by name.
 */
export class ApiKeys {
  constructor(
    private readonly storage: vscode.SecretStorage,
    private readonly memory: vscode.Memento,
  ) {}

  hosts(): readonly string[] {
    return this.memory.get<string[]>(HOSTS, []);
  }

  async get(host: string): Promise<string | undefined> {
    return this.storage.get(PREFIX + host);
  }

  async set(host: string, key: string): Promise<void> {
    await this.storage.store(PREFIX + host, key);
    await this.memory.update(HOSTS, [...new Set([...this.hosts(), host])].sort());
  }

  async clear(host: string): Promise<void> {
    await this.storage.delete(PREFIX + host);
    await this.memory.update(
      HOSTS,
      this.hosts().filter((each) => each !== host),
    );
  }
}
