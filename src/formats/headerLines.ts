/**
 * The keys of a header and what stands behind them, read line by line as Claude Code and Cursor do: `globs: **\/*.ts` and
 * `argument-hint: [a] [b]` are no YAML. Only keys at the left edge count; a value on lines of its own is empty.
 */
export function headerLines(header: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of header.split('\n')) {
    const { key, value = '' } = /^(?<key>[\w-]+)[ \t]*:(?=[ \t]|$)(?<value>.*)$/.exec(line)?.groups ?? {};
    if (key !== undefined) values.set(key, unquoted(value.trim()));
  }
  return values;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}
