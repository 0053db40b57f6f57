import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HoneUnderTest, snapshot } from './hone.js';

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let hone: HoneUnderTest;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
}, 60_000);
afterAll(() => hone.dispose());

const PROMPT = 'prompts/reply.md';
const FILES = {
  [PROMPT]: 'Reply to {{customer}} about {{ticket}}.\n',
  'prompts/reply.csv': 'Name,Ticket,Good answer\nAda,My printer burns,Call the fire brigade\n',
};
const NEW = { ...FILES, 'hone.yaml': '' };

async function initialized(args: readonly string[], cwd: string) {
  const finished = await hone.run(['init', ...args], cwd);
  return { ...finished, text: await readFile(path.join(cwd, 'hone.yaml'), 'utf8').catch(() => undefined) };
}

describe('hone init', () => {
  it('writes a hone.yaml that changes nothing of what is found', async () => {
    const cwd = await hone.examples();
    await rm(path.join(cwd, 'hone.yaml'));
    const { code, stdout, text } = await initialized(['--json', '-', '.'], cwd);
    expect(code).toBe(0);
    const { file, prompts } = JSON.parse(stdout) as {
      file: string;
      prompts: { path: string; tests: string }[];
    };
    expect(file).toBe(path.join(cwd, 'hone.yaml'));
    expect(prompts.find((prompt) => prompt.path === 'prompts/triage.md')).toMatchObject({
      tests: 'prompts/triage.csv',
      scorers: [{ type: 'label' }],
    });
    expect(text).toContain('- path: prompts/triage.md');
    const listed = await hone.run(['list', '--json', '-'], cwd);
    const problems = (JSON.parse(listed.stdout) as { problems: unknown[] }[]).flatMap(
      (each) => each.problems,
    );
    expect(JSON.stringify(problems)).not.toContain('hone.yaml');
  });

  it('does not overwrite one, unless it is told to', async () => {
    const cwd = await hone.workspace(NEW);
    const before = await snapshot(cwd);
    const refused = await initialized([], cwd);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('is there already');
    expect(await snapshot(cwd)).toEqual(before);
    const forced = await initialized(['--force'], cwd);
    expect(forced.code).toBe(0);
    expect(forced.text).toContain(`- path: ${PROMPT}`);
    expect(forced.stdout).toContain(PROMPT);
  });
});

describe('a test set whose columns do not match', () => {
  it.each([['eval'], ['optimize']])('is shown by hone %s, with the command that maps it', async (command) => {
    const cwd = await hone.workspace(FILES);
    const { code, stderr } = await hone.run([command, PROMPT, '--task-model', 'sandbox'], cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(/\{\{customer\}\} +MISSING/);
    expect(stderr).toMatch(/\{\{ticket\}\} +Ticket +My printer burns/);
    expect(stderr).toMatch(/Good answer +- +Call the fire brigade/);
    expect(stderr).toContain(`hone map ${PROMPT} --set customer=COLUMN --expected COLUMN`);
  });

  it('is shown by hone map without a change', async () => {
    const cwd = await hone.workspace(FILES);
    const before = await snapshot(cwd);
    const { code, stdout } = await hone.run(['map', PROMPT, '--json', '-'], cwd);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      prompt: PROMPT,
      testset: 'prompts/reply.csv',
      columns: [{ name: 'Name', sample: 'Ada' }, {}, {}],
      uses: [{ kind: 'placeholder', name: 'customer' }, { column: 'Ticket' }, { kind: 'expected' }],
      saved: false,
    });
    expect(await snapshot(cwd)).toEqual(before);
  });

  it('is mapped by hone map, and can then be scored', async () => {
    const cwd = await hone.workspace({ ...FILES, 'hone.yaml': '# Ours\n' });
    const args = ['--set', 'customer=Name', 'ticket=Ticket', '--expected', 'Good answer'];
    const { code, stdout } = await hone.run(['map', PROMPT, ...args], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain('+      expected: Good answer');
    const text = await readFile(path.join(cwd, 'hone.yaml'), 'utf8');
    expect(text).toMatch(/^# Ours\nprompts:\n {2}- path: prompts\/reply\.md\n/);
    const scored = await hone.run(['eval', PROMPT, '--task-model', 'sandbox', '--json', '-'], cwd);
    expect(scored.code).toBe(0);
    expect(JSON.parse(scored.stdout)).toMatchObject({ n: 1 });
    const again = await hone.run(['map', PROMPT, '--set', 'customer=Name'], cwd);
    expect(again.stdout).toContain('hone.yaml says so already.');
  });

  it.each([
    [['--set', 'customr=Name'], 'no placeholder "customr"', '"customer"'],
    [['--set', 'customer=Nme'], 'no column "Nme"', '"Name"'],
    [['--set', 'customer'], 'placeholder=column', ''],
    [['--input', 'Name'], 'has placeholders', 'customer, ticket'],
  ])('is not mapped with %j', async (args, message, nextStep) => {
    const cwd = await hone.workspace(FILES);
    const before = await snapshot(cwd);
    const { code, stderr } = await hone.run(['map', PROMPT, ...args], cwd);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(nextStep);
    expect(await snapshot(cwd)).toEqual(before);
  });
});
