import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectNode, root } from '../../scripts/lib/common.mjs';

it('npm run editor starts VS Code with the examples', () => {
  const script = path.join(root, 'scripts', 'editor.mjs');
  const output = execFileSync(projectNode, [script, '--check'], { encoding: 'utf8', timeout: 100_000 });
  expect(output).toContain('VS Code answers.');
});
