import { readdir, readFile, writeFile } from 'node:fs/promises';
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

const TRIAGE = 'prompts/triage.md';
const PLAIN = { 'prompts/sort.md': 'Sort this ticket: {{ticket}}\n' };

function json(text: string): unknown {
  return JSON.parse(text) as unknown;
}

interface ErrorOutput {
  error: { reason: string; message: string; nextStep: string; place: Record<string, unknown> };
}

describe('usage', () => {
  it('prints help for every command, with exit code 0', async () => {
    const cwd = await hone.workspace({});
    const { code, stdout } = await hone.run(['--help'], cwd);
    expect(code).toBe(0);
    const commands = [
      'list',
      'init',
      'map',
      'render',
      'apply',
      'eval',
      'optimize',
      'runs',
      'show',
      'resume',
      'accept',
      'demo',
      'sandbox',
    ];
    const help = await Promise.all(commands.map((command) => hone.run([command, '--help'], cwd)));
    for (const [index, command] of commands.entries()) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
      expect(help[index]!.code).toBe(0);
      expect(help[index]!.stdout).toContain('--json');
    }
  });

  it.each([
    [['wrong']],
    [[]],
    [['render']],
    [['optimize', 'a.md', '--effort', 'huge']],
    [['optimize', 'a.md', '--max-calls', '0']],
    [['eval', 'a.md', '--timeout', 'soon']],
    [['list', '--unknown']],
  ])('ends with 2 for %j', async (args) => {
    const { code, stdout, stderr } = await hone.run(args, await hone.workspace({}));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it('gives usage errors as JSON too', async () => {
    const { code, stdout } = await hone.run(['optimize', '--json', '-'], await hone.workspace({}));
    expect(code).toBe(2);
    expect((json(stdout) as ErrorOutput).error).toMatchObject({ reason: 'bad-usage', place: {} });
  });

  it('writes the result to the file of --json, and refuses a folder that is not there before working', async () => {
    const cwd = await hone.workspace(PLAIN);
    const done = await hone.run(['list', '--json', 'out.json'], cwd);
    expect(done.code).toBe(0);
    expect(json(await readFile(path.join(cwd, 'out.json'), 'utf8'))).toBeInstanceOf(Array);
    expect(done.stdout).toContain('prompts/sort.md');
    const refused = await hone.run(['list', '--json', 'missing/out.json'], cwd);
    expect(refused.code).toBe(2);
  });

  it('uses no colours where there is no terminal', async () => {
    const { stdout } = await hone.run(['list'], await hone.workspace(PLAIN));
    expect(stdout).not.toContain('\u001b');
  });
});

describe('list', () => {
  it('prints the array of the contract with byte offsets', async () => {
    const cwd = await hone.workspace({ 'prompts/sort.md': 'Größe: {{ticket}}\n' });
    const { code, stdout } = await hone.run(['list', '--json', '-'], cwd);
    expect(code).toBe(0);
    const [listing] = json(stdout) as {
      path: string;
      spans: { id: string; role: string; start: number; end: number }[];
    }[];
    expect(listing).toEqual({
      path: 'prompts/sort.md',
      format: expect.any(String) as string,
      spans: [
        {
          id: expect.any(String) as string,
          role: expect.any(String) as string,
          start: 0,
          end: expect.any(Number) as number,
        },
      ],
      placeholders: ['ticket'],
      testset: null,
      problems: [],
    });
    const bytes = await readFile(path.join(cwd, 'prompts/sort.md'));
    expect(bytes.subarray(0, listing!.spans[0]!.end).toString('utf8')).toMatch(/^Größe: \{\{ticket\}\}\n?$/);
  });

  it('lists the examples, each with its test set', async () => {
    const { stdout } = await hone.run(
      ['list', await hone.examples(), '--json', '-'],
      await hone.workspace({}),
    );
    const listings = json(stdout) as {
      path: string;
      testset: string | null;
      problems: { severity: string }[];
    }[];
    expect(listings.map(({ path: each }) => each)).toContain(TRIAGE);
    expect(listings.filter(({ testset }) => testset === null)).toEqual([]);
    expect(
      listings.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error'),
    ).toEqual([]);
  });

  it('ends with 2 for a folder that is not there', async () => {
    const { code, stderr } = await hone.run(['list', 'nowhere'], await hone.workspace({}));
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere');
  });
});

describe('render', () => {
  it('prints the messages', async () => {
    const cwd = await hone.workspace(PLAIN);
    const args = [
      'render',
      'prompts/sort.md',
      '--vars',
      '{"ticket": "My card\\nwas charged"}',
      '--json',
      '-',
    ];
    const { code, stdout } = await hone.run(args, cwd);
    expect(code).toBe(0);
    const { messages } = json(stdout) as { messages: { role: string; content: string }[] };
    expect(messages).toHaveLength(1);
    expect(messages[0]!.content.trimEnd()).toBe('Sort this ticket: My card\nwas charged');
  });

  it('sends the input as the user’s message when the prompt has no placeholder', async () => {
    const cwd = await hone.workspace({ 'prompts/sort.md': 'Sort the ticket.\n' });
    const { stdout } = await hone.run(
      ['render', 'prompts/sort.md', '--vars', '{"input":"It broke"}', '--json', '-'],
      cwd,
    );
    const { messages } = json(stdout) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(messages[1]!.content).toBe('It broke');
  });

  it('takes a named file that no format claims as plain text', async () => {
    const cwd = await hone.workspace({ 'notes/draft.text': 'Say {{word}}.' });
    const { code, stdout } = await hone.run(
      ['render', 'notes/draft.text', '--vars', '{"word":"hi"}', '--json', '-'],
      cwd,
    );
    expect(code).toBe(0);
    expect((json(stdout) as { messages: { content: string }[] }).messages[0]!.content).toBe('Say hi.');
  });

  it('names the placeholders that have no value', async () => {
    const cwd = await hone.workspace(PLAIN);
    const { code, stdout, stderr } = await hone.run(
      ['render', 'prompts/sort.md', '--vars', '{}', '--json', '-'],
      cwd,
    );
    expect(code).toBe(2);
    expect((json(stdout) as ErrorOutput).error).toMatchObject({
      reason: 'unfilled-placeholder',
      place: { file: 'prompts/sort.md' },
    });
    expect(stderr).toContain('"ticket"');
  });

  it.each(['{', '[1]', '"text"'])('ends with 2 for --vars %s', async (vars) => {
    const { code, stderr } = await hone.run(
      ['render', 'prompts/sort.md', '--vars', vars],
      await hone.workspace(PLAIN),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('--vars');
  });
});

describe('apply', () => {
  const FILE = '\uFEFFSort this:\r\n{{ticket}}\r\n';

  async function spanOf(cwd: string): Promise<string> {
    const { stdout } = await hone.run(['list', '--json', '-'], cwd);
    return (json(stdout) as { spans: { id: string }[] }[])[0]!.spans[0]!.id;
  }

  it('writes the text and nothing else, and prints with --dry-run the very bytes it would write', async () => {
    const cwd = await hone.workspace({ 'prompts/sort.md': FILE, 'new.txt': 'Now sort:\n{{ticket}}\n' });
    const args = ['apply', 'prompts/sort.md', '--span', await spanOf(cwd), '--text-file', 'new.txt'];
    const before = await snapshot(cwd);
    const dry = await hone.run([...args, '--dry-run'], cwd);
    expect(dry.code).toBe(0);
    expect(await snapshot(cwd)).toEqual(before);
    const wet = await hone.run([...args, '--json', '-'], cwd);
    expect(wet.code).toBe(0);
    expect(json(wet.stdout)).toMatchObject({ path: 'prompts/sort.md', changed: true, written: true });
    const written = await readFile(path.join(cwd, 'prompts/sort.md'), 'utf8');
    expect(written).toBe(dry.stdout);
    expect(written).toMatch(/^\uFEFFNow sort:\r\n\{\{ticket\}\}\r\n/);
  });

  it('refuses, with the reason and exit code 1, a text that loses a placeholder', async () => {
    const cwd = await hone.workspace({ 'prompts/sort.md': FILE, 'new.txt': 'Now sort.' });
    const before = await snapshot(cwd);
    const { code, stderr } = await hone.run(
      ['apply', 'prompts/sort.md', '--span', await spanOf(cwd), '--text-file', 'new.txt'],
      cwd,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('ticket');
    expect(await snapshot(cwd)).toEqual(before);
  });

  it.each([
    ['a span that is not there', ['--span', 'nowhere', '--text-file', 'new.txt'], 'nowhere'],
    ['a text file that is not there', ['--span', 'body', '--text-file', 'missing.txt'], 'missing.txt'],
  ])('ends with 2 for %s', async (_what, options, named) => {
    const cwd = await hone.workspace({ 'prompts/sort.md': FILE, 'new.txt': 'x' });
    const { code, stderr } = await hone.run(['apply', 'prompts/sort.md', ...options], cwd);
    expect(code).toBe(2);
    expect(stderr).toContain(named);
  });
});

describe('eval', () => {
  it('gives the result of the contract, the same each time', async () => {
    const cwd = await hone.examples();
    const args = ['eval', TRIAGE, '--task-model', 'sandbox', '--json', '-'];
    const { code, stdout } = await hone.run(args, cwd);
    expect(code).toBe(0);
    const result = json(stdout) as { n: number; score: number; cases: Record<string, unknown>[] } & Record<
      string,
      unknown
    >;
    expect(Object.keys(result).sort()).toEqual([
      'cases',
      'errors',
      'interval',
      'n',
      'prompt',
      'score',
      'usage',
    ]);
    expect(result).toMatchObject({ prompt: TRIAGE, errors: 0 });
    expect(result.n).toBe(result.cases.length);
    expect(result.score).toBeGreaterThanOrEqual(0);
    expect(result.score).toBeLessThan(1);
    expect(result.cases[0]).toEqual({
      id: expect.any(String) as string,
      score: expect.any(Number) as number,
      pass: expect.any(Boolean) as boolean,
      output: expect.any(String) as string,
      feedback: expect.any(Array) as unknown[],
    });
    const failing = result.cases.find(({ pass }) => pass === false) as {
      feedback: Record<string, unknown>[];
    };
    expect(Object.keys(failing.feedback[0]!).sort()).toEqual(['kind', 'scorer', 'text']);
    const again = await hone.run(args, cwd);
    expect((json(again.stdout) as typeof result).cases).toEqual(result.cases);
    expect((json(again.stdout) as { usage: unknown }).usage).toMatchObject({
      calls: { task: 0 },
      cached: result.n,
    });
  });

  it('draws every repeat, also at temperature 0, and says whether they agree', async () => {
    const cwd = await hone.examples();
    const args = ['eval', TRIAGE, '--task-model', 'sandbox', '--no-cache'];
    const out = path.join(cwd, 'out.json');
    const { stdout } = await hone.run([...args, '--repeat', '3', '--json', out], cwd);
    const { n, usage } = json(await readFile(out, 'utf8')) as { n: number; usage: object };
    expect(usage).toMatchObject({ calls: { task: 3 * n }, cached: 0 });
    expect(stdout).toMatch(/^Repeats (agree on all|disagree on \d+ of) /m);
    const once = await hone.run(args, cwd);
    expect(once.stdout).not.toContain('Repeats');
  });

  it('shows the first of many failing rows, says how many more there are, and writes them all', async () => {
    const rows = Array.from({ length: 70 }, (_, row) => `Ticket ${row} that nobody can sort.,never\n`);
    const cwd = await hone.workspace({
      'sort.md': 'Sort the ticket: {{ticket}}',
      'sort.csv': `ticket,expected\n${rows.join('')}`,
    });
    const args = ['eval', 'sort.md', '--task-model', 'sandbox', '--json', 'out.json'];
    const { stdout } = await hone.run(args, cwd);
    expect(stdout).toContain('30 more rows failed: --json FILE writes them all.');
    expect(stdout.match(/ {2}0\.000$/gm)).toHaveLength(40);
    const { cases } = json(await readFile(path.join(cwd, 'out.json'), 'utf8')) as {
      cases: { pass: boolean; feedback: unknown[] }[];
    };
    expect(cases.filter(({ pass, feedback }) => !pass && feedback.length > 0)).toHaveLength(70);
    expect((await readdir(path.join(cwd, '.hone'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('bad input', () => {
  const MODEL = ['--task-model', 'sandbox'];
  const CSV = 'ticket,expected\nIt broke,bug\nWhere is my invoice?,billing\n';

  it.each([
    [
      'a broken header',
      { 'prompts/sort.prompt.md': '---\nmodel: [x\n---\nSort {{ticket}}\n', 'prompts/sort.csv': CSV },
      'prompts/sort.prompt.md',
      /sort\.prompt\.md.*\b2\b|sort\.prompt\.md.*\b3\b/,
      'bad-prompt-file',
    ],
    [
      'a test file with the wrong columns',
      { 'prompts/sort.md': 'Sort the ticket.\n', 'prompts/sort.csv': 'foo,bar\n1,2\n3,4\n' },
      'prompts/sort.md',
      /sort\.csv/,
      'bad-test-set',
    ],
    [
      'an empty test set',
      { ...PLAIN, 'prompts/sort.csv': 'ticket,expected\n' },
      'prompts/sort.md',
      /sort\.csv/,
      'empty-test-set',
    ],
    [
      'a placeholder that no column fills',
      { 'prompts/sort.md': 'Sort {{ticket}} for {{customer}}\n', 'prompts/sort.csv': CSV },
      'prompts/sort.md',
      /customer/,
      'unfilled-placeholder',
    ],
    ['a prompt without tests', PLAIN, 'prompts/sort.md', /sort\.md/, undefined],
    ['a prompt that is not there', {}, 'prompts/none.md', /none\.md/, 'not-found'],
  ])('is explained before any call: %s', async (_what, files, prompt, sentence, reason) => {
    const cwd = await hone.workspace(files);
    const before = await snapshot(cwd);
    for (const command of ['eval', 'optimize']) {
      const { code, stdout, stderr } = await hone.run([command, prompt, ...MODEL, '--json', '-'], cwd);
      expect({ code, stderr }).toMatchObject({ code: 2 });
      const { error } = json(stdout) as ErrorOutput;
      expect(error.message).toMatch(sentence);
      expect(error.nextStep).not.toBe('');
      if (reason !== undefined) expect(error.reason).toBe(reason);
      expect(stderr).toContain(error.message);
      expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    }
    expect(await snapshot(cwd)).toEqual(before);
  });

  it('never picks a model by itself', async () => {
    const cwd = await hone.workspace({ ...PLAIN, 'prompts/sort.csv': CSV });
    const { code, stderr } = await hone.run(['optimize', 'prompts/sort.md'], cwd);
    expect(code).toBe(2);
    expect(stderr).toContain('No model is configured');
    const keyed = await hone.run(['optimize', 'prompts/sort.md'], cwd, { OPENAI_API_KEY: 'sk-secret' });
    expect(keyed.code).toBe(2);
    expect(keyed.stderr).toContain('openai:NAME');
    expect(keyed.stderr).not.toContain('sk-secret');
  });

  it('is told of an endpoint that is not there: the host, exit code 3, nothing written', async () => {
    const cwd = await hone.examples();
    const before = await snapshot(cwd);
    const args = [TRIAGE, '--task-model', 'openai:any', '--base-url', 'http://127.0.0.1:9/v1', '--json', '-'];
    for (const command of ['eval', 'optimize']) {
      const { code, stdout, stderr } = await hone.run([command, ...args], cwd);
      expect({ code, stderr }).toMatchObject({ code: 3 });
      expect(stderr).toContain('127.0.0.1:9');
      expect(stdout).toContain('127.0.0.1:9');
    }
    expect(await snapshot(cwd)).toEqual(before);
  });
});

describe('stored runs', () => {
  it('are none at first, and unknown ones end with 2', async () => {
    const cwd = await hone.workspace({});
    const none = await hone.run(['runs', '--json', '-'], cwd);
    expect(none).toMatchObject({ code: 0, stdout: '[]\n' });
    for (const command of ['show', 'accept']) {
      const { code, stderr } = await hone.run([command, 'no-such-run'], cwd);
      expect(code).toBe(2);
      expect(stderr).toContain('no-such-run');
    }
  });

  it('that cannot be read are named, not hidden', async () => {
    const cwd = await hone.workspace({ '.hone/runs/broken/journal.jsonl': 'no json\n' });
    const { code, stderr } = await hone.run(['runs'], cwd);
    expect(code).toBe(0);
    expect(stderr).toContain('broken');
  });
});

describe('a file that changed', () => {
  it('is not overwritten by accept', async () => {
    const cwd = await hone.examples();
    const args = [
      'optimize',
      TRIAGE,
      '--task-model',
      'sandbox',
      '--effort',
      'quick',
      '--max-calls',
      '300',
      '--json',
      '-',
    ];
    const run = json((await hone.run(args, cwd)).stdout) as { runId: string };
    const file = path.join(cwd, TRIAGE);
    await writeFile(file, `${await readFile(file, 'utf8')}One more line.\n`);
    const before = await snapshot(cwd);
    const { code, stdout } = await hone.run(['accept', run.runId, '--json', '-'], cwd);
    expect(code).toBe(1);
    expect((json(stdout) as ErrorOutput).error).toMatchObject({
      reason: 'stale-file',
      place: { file: TRIAGE },
    });
    expect(await snapshot(cwd)).toEqual(before);
  });
});

describe('sandbox', () => {
  it('serves until it is stopped, and says when its port is taken', async () => {
    const server = await hone.serve('--json', '-');
    expect(await server.stats()).toMatchObject({ requests: 0, duplicates: 0 });
    const { port } = new URL(server.baseUrl);
    const second = await hone.run(['sandbox', '--port', port], await hone.workspace({}));
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`Port ${port}`);
    const { code, stdout } = await server.stop();
    expect(code).toBe(0);
    expect(json(stdout)).toEqual({ baseUrl: server.baseUrl, port: Number(port) });
    await expect(fetch(server.baseUrl)).rejects.toThrow();
  });
});
