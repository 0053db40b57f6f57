/** What an answer that should be JSON turned out to be. */
export type JsonReading =
  | { readonly kind: 'json'; readonly value: unknown }
  /** The JSON stands in a Markdown code fence. */
  | { readonly kind: 'fenced'; readonly value: unknown }
  /** Other words stand around the JSON. */
  | { readonly kind: 'wrapped'; readonly value: unknown }
  | { readonly kind: 'cut-off' }
  | { readonly kind: 'not-json'; readonly detail: string };

/** Reads an answer as JSON, strictly first, then inside a code fence or other words. */
export function readJson(output: string): JsonReading {
  const whole = attempt(output);
  if ('value' in whole) return { kind: 'json', value: whole.value };
  const fence = /```[^\n`]*\n([\s\S]*?)```/.exec(output)?.[1];
  if (fence !== undefined) {
    const inside = attempt(fence);
    if ('value' in inside) return { kind: 'fenced', value: inside.value };
  }
  const start = output.search(/[{[]/);
  if (start < 0) return { kind: 'not-json', detail: whole.fault };
  const end = Math.max(output.lastIndexOf('}'), output.lastIndexOf(']'));
  const inside = attempt(output.slice(start, end + 1));
  if ('value' in inside) return { kind: 'wrapped', value: inside.value };
  return isUnclosed(output.slice(start)) ? { kind: 'cut-off' } : { kind: 'not-json', detail: whole.fault };
}

/** A text as an object or a list, when it is JSON for one. */
export function structuredJson(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const parsed = attempt(text);
  return 'value' in parsed && typeof parsed.value === 'object' && parsed.value !== null
    ? parsed.value
    : undefined;
}

function attempt(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether a text ends before the brackets that it opens are closed. */
function isUnclosed(text: string): boolean {
  const outsideStrings = text.replace(/"(?:[^"\\]|\\.)*("|$)/g, '');
  const count = (brackets: RegExp) => outsideStrings.match(brackets)?.length ?? 0;
  return count(/[{[]/g) > count(/[}\]]/g);
}

/** Whether a value is a mapping: an object that is neither null nor a list. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
