import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/contributions.js';
import { extension } from './support.js';

const folder = () => vscode.extensions.getExtension('hone.hone-prompts')!.extensionPath;

describe('activation', () => {
  it('is synchronous and short', async () => {
    const { activationMs } = await extension();
    console.log(`Activation took ${activationMs.toFixed(1)} ms.`);
    const { activate } = createRequire(__filename)(path.join(folder(), 'dist', 'extension.js')) as {
      activate: () => unknown;
    };
    assert.equal(activate.constructor.name, 'Function');
    assert.ok(activationMs < 50, `${activationMs} ms`);
  });

  it('loads a small main bundle', () => {
    const { size } = statSync(path.join(folder(), 'dist', 'extension.js'));
    console.log(`dist/extension.js has ${(size / 1000).toFixed(1)} kB.`);
    assert.ok(size <= 150_000, `${size} bytes`);
  });

  it('registers every declared command', async () => {
    await extension();
    const registered = await vscode.commands.getCommands(true);
    const declared = Object.values(COMMANDS).map(({ id }) => id as string);
    assert.deepEqual(
      declared.filter((id) => !registered.includes(id)),
      [],
    );
    assert.deepEqual(
      registered.filter((id) => /^hone\.(?!prompts|runs|run\b)\w+$/.test(id)).sort(),
      declared.sort(),
    );
  });
});
