/** What a file says of the types of its variables; those that it does not name are texts. */
export type DeclaredTypes = ReadonlyMap<string, 'boolean' | 'number' | 'structure'>;

/**
 * Values for a template engine. Rows give texts; where a template looks into a value, or goes through it, a text that is
 * a JSON list or object is handed over as such. Printed as a whole it is still the text of the row.
 * @param structured names of the variables that the template looks into
 */
export function engineValues(
  vars: Readonly<Record<string, string>>,
  structured: ReadonlySet<string>,
  types: DeclaredTypes = new Map(),
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(vars).map(([name, text]) => {
      const type = types.get(name);
      if (type === 'boolean' && /^(?:true|false)$/i.test(text)) return [name, text.toLowerCase() === 'true'];
      if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text)))
        return [name, Number(text)];
      return [name, type === 'structure' || structured.has(name) ? parseStructure(text) : text];
    }),
  );
}

function parseStructure(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    const value = JSON.parse(text) as object;
    Object.defineProperty(value, 'toString', { value: () => text });
    return value;
  } catch {
    return text;
  }
}

/** Values of a file as texts, the form in which rows give theirs. */
export function engineText(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value ?? ''),
    ]),
  );
}
