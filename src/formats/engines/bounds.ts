import { createContext, Script } from 'node:vm';

/** Most characters that a template may produce: as many as a prompt file may have bytes. */
export const MAX_OUTPUT = 5_000_000;

/** Most items in a list that a template builds. */
export const MAX_ITEMS = 100_000;

/** Most look-ups, calls and rounds of loops in one rendering. */
const MAX_STEPS = 1_000_000;

/** Longest time for reading or rendering one template, in milliseconds. */
const MAX_TIME = 2_000;

/** A template that cannot be read or rendered. The message is a clause without a full stop. */
export class TemplateError extends Error {
  /**
   * @param line 1-based line of the template, where it is known
   */
  constructor(
    message: string,
    readonly line?: number,
  ) {
    super(message);
    this.name = 'TemplateError';
  }
}

/** Counts what one rendering does, so that a template that multiplies itself ends early and always at the same place. */
export class Budget {
  #steps = 0;

  /** @throws TemplateError when the rendering has done too much */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw tooMuch('takes too many steps');
  }
}

/** A value as it is, when it is of a bearable size. @throws TemplateError */
export function bounded<T>(value: T): T {
  if (typeof value === 'string' && value.length > MAX_OUTPUT) throw tooMuch('produces too much text');
  if (typeof value === 'number' && Math.abs(value) === Infinity) throw tooMuch('counts to infinity');
  if (Array.isArray(value) && value.length > MAX_ITEMS) throw tooMuch('builds a list that is too long');
  return value;
}

/**
 * The text of a value, which for lists within lists can be far larger than the value itself.
 * @throws TemplateError before a text is made that is too large
 */
export function boundedText(value: unknown): string {
  if (Array.isArray(value)) measure(value, 0);
  return bounded(String(value));
}

function measure(list: readonly unknown[], sum: number): number {
  let total = sum + list.length;
  for (const item of list) {
    if (total > MAX_OUTPUT) throw tooMuch('produces too much text');
    total = Array.isArray(item) ? measure(item, total) : total + (typeof item === 'string' ? item.length : 1);
  }
  return total;
}

function tooMuch(what: string): TemplateError {
  return new TemplateError(`the template ${what}`);
}

const sandbox: { work: (() => void) | undefined } = { work: undefined };
const realm = createContext(sandbox);
const script = new Script('work()');

/**
 * Runs work that blocks, and ends it when it takes too long: also where it hangs in a regular expression.
 * @throws TemplateError when time or stack run out; what the work raises
 */
export function timeLimited<T>(work: () => T): T {
  let result: { readonly value: T } | undefined;
  const outer = sandbox.work;
  sandbox.work = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(realm, { timeout: MAX_TIME });
  } catch (error) {
    if (error instanceof RangeError)
      throw new TemplateError('the template is nested too deeply or too large');
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw tooMuch('takes too long');
    throw error;
  } finally {
    sandbox.work = outer;
  }
  return result!.value;
}
