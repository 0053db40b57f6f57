import { spawn } from 'node:child_process';
import { cancelled } from '../../core/errors.js';
import { scorerFailed } from '../family.js';
import type { CodeLimits } from './worker.js';

/** Variables that a Python needs to start at all; keys of models are not among them. */
const PASSED_ON = [
  'PATH',
  'PATHEXT',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'TMPDIR',
  'HOME',
  'USERPROFILE',
  'LANG',
  'LC_ALL',
  'PYENV_ROOT',
  'VIRTUAL_ENV',
];
const LONGEST_OUTPUT = 1_000_000;
const MEMORY_MB = 1024;

/**
 * Reads one call as JSON from standard input and writes the result as JSON to the real standard output; what the
 * scorer prints goes to standard error.
 */
const BOOTSTRAP = `
import importlib.util, json, math, os, sys
out = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
call = json.loads(sys.stdin.buffer.read().decode("utf-8"))
try:
    import resource
    limit = call["memory"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
except Exception:
    pass
try:
    sys.path.insert(0, os.path.dirname(call["file"]))
    spec = importlib.util.spec_from_file_location("scorer", call["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    name = call["function"]
    if name and not hasattr(module, name):
        raise AttributeError("it has no function " + name)
    if name:
        result = getattr(module, name)(*call["args"])
    elif hasattr(module, "score"):
        result = module.score(call["vars"], call["expected"], call["output"])
    elif hasattr(module, "get_assert"):
        result = module.get_assert(call["output"], {"vars": call["vars"]})
    else:
        raise AttributeError("it has no function score(vars, expected, output)")
    answer = {"result": result}
except MemoryError:
    answer = {"error": "it needs more than %d MB of memory" % call["memory"]}
except BaseException as error:
    answer = {"error": "%s: %s" % (type(error).__name__, error)}
try:
    text = json.dumps(answer, allow_nan=False, default=lambda value: value.item() if hasattr(value, "item") else vars(value))
except Exception as error:
    text = json.dumps({"error": "its result is not plain data: %s" % error})
out.write(text)
out.flush()
os._exit(0)
`;

export interface PythonCall {
  /** Absolute. */
  readonly file: string;
  /** Called with `args`; absent for the scorer's own function. */
  readonly functionName?: string | undefined;
  readonly args?: readonly unknown[];
  readonly vars: Readonly<Record<string, string>>;
  readonly expected: unknown;
  readonly output: string;
}

/**
 * Calls a Python function in a process of its own, with a limit on its time and, where the system has one, its memory.
 * Raises `scorer-failed` when there is no Python, or it throws, takes too long or returns no plain data; `cancelled`.
 */
export async function runPython(scorer: string, call: PythonCall, limits: CodeLimits): Promise<unknown> {
  const text = await output(scorer, call, limits);
  let answer: { readonly result?: unknown; readonly error?: string };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch (error) {
    throw scorerFailed(scorer, 'it ended without a result.', 'Run it by hand to see why.', error);
  }
  if (answer.error !== undefined)
    throw scorerFailed(scorer, `it failed with: ${answer.error}.`, 'Correct the scorer.');
  return answer.result ?? undefined;
}

function output(scorer: string, call: PythonCall, { timeout, signal }: CodeLimits): Promise<string> {
  const env = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const command = process.platform === 'win32' ? 'python' : 'python3';
  return new Promise((resolve, reject) => {
    const child = spawn(command, ['-c', BOOTSTRAP], {
      env: { ...env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    let text = '';
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      child.kill('SIGKILL');
      settle();
    };
    const fail = (fault: string, nextStep: string, cause?: unknown) => {
      end(() => {
        reject(scorerFailed(scorer, fault, nextStep, cause));
      });
    };
    const stop = () => {
      end(() => {
        reject(cancelled());
      });
    };
    const timer = setTimeout(() => {
      fail(`it took longer than ${timeout} s.`, 'Make it faster, or raise its "timeout" (in seconds).');
    }, timeout * 1000);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    child.on('error', (error) => {
      fail(
        `"${command}" cannot be started (${error.message}).`,
        'Install Python 3, or write the scorer in JavaScript.',
        error,
      );
    });
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.length > LONGEST_OUTPUT) fail('its result is too long.', 'Return a score and a short reason.');
    });
    child.on('close', () => {
      end(() => {
        resolve(text);
      });
    });
    // A process that ended early no longer reads; its missing result is the error that counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(
      JSON.stringify({
        file: call.file,
        function: call.functionName ?? null,
        args: call.args ?? [],
        vars: call.vars,
        expected: call.expected ?? null,
        output: call.output,
        memory: MEMORY_MB,
      }),
    );
  });
}
