import type * as vscode from 'vscode';
import { describe, expect, it } from 'vitest';
import { ApiKeys, hostOf } from '../../../src/editor/secrets.js';

function storage() {
  const values = new Map<string, string>();
  const secrets = {
    get: (key: string) => Promise.resolve(values.get(key)),
    store: (key: string, value: string) => Promise.resolve(values.set(key, value)),
    delete: (key: string) => Promise.resolve(values.delete(key)),
  } as unknown as vscode.SecretStorage;
  const remembered = new Map<string, unknown>();
  const memory = {
    get: (key: string, fallback: unknown) => remembered.get(key) ?? fallback,
    update: (key: string, value: unknown) => Promise.resolve(remembered.set(key, value)),
  } as unknown as vscode.Memento;
  return { secrets, memory, remembered };
}

describe('hostOf', () => {
  it.each([
    ['https://api.example.com/v1', 'api.example.com'],
    ['http://127.0.0.1:8080/v1', '127.0.0.1:8080'],
    ['file:///etc/passwd', undefined],
    ['api.example.com', undefined],
  ])('%s', (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});

describe('ApiKeys', () => {
  it('gives a key only to the host that it was entered for', async () => {
    const { secrets, memory, remembered } = storage();
    const keys = new ApiKeys(secrets, memory);
    await keys.set('api.example.com', 'k-1');
    expect(await keys.get('api.example.com')).toBe('k-1');
    expect(await keys.get('api.example.com.evil.test')).toBeUndefined();
    expect(await keys.get('api.example.com:8443')).toBeUndefined();
    expect(keys.hosts()).toEqual(['api.example.com']);
    expect(JSON.stringify([...remembered])).not.toContain('k-1');
    await keys.clear('api.example.com');
    expect(await keys.get('api.example.com')).toBeUndefined();
    expect(keys.hosts()).toEqual([]);
  });
});
