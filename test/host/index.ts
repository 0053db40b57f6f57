// What VS Code loads and runs: every *.test.ts of this folder, under mocha.
import { writeFileSync } from 'node:fs';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const grep = process.env.HONE_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: process.env.FORCE_COLOR === '1',
    ...(grep && { fgrep: grep }),
  });
  // Test files are part of this bundle: mocha's globals have to be there before the first of them is evaluated.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('glob:./**/*.test.ts');
  const { passes, failures, pending } = await new Promise<Mocha.Stats>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats!));
  });
  const counts = process.env.HONE_TEST_COUNTS;
  if (counts) writeFileSync(counts, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
  if (failures > 0) throw new Error(`${failures} host tests failed`);
}
