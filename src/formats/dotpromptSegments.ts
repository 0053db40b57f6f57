import type { Role } from '../core/prompt.js';
import type { Segment } from './chatBody.js';
import { parseHandlebars } from './engines/handlebars.js';

/**
 * The messages of a Dotprompt template, as far as they can be told before rendering: role markers outside of blocks split
 * them, pieces without text vanish, and what stands before the first marker is the user's.
 * @param from where the template starts in the file's text
 * @throws TemplateError for a template that does not parse
 */
export function dotpromptSegments(template: string, from: number): Segment[] {
  const lineStarts = [0];
  for (let at = template.indexOf('\n'); at !== -1; at = template.indexOf('\n', at + 1))
    lineStarts.push(at + 1);
  const offset = ({ line, column }: hbs.AST.Position) => lineStarts[line - 1]! + column;
  const segments: Segment[] = [];
  let role: Role = 'user';
  let start = 0;
  const close = (end: number) => {
    if (template.slice(start, end).trim() !== '')
      segments.push({ role, start: from + start, end: from + end });
  };
  for (const statement of parseHandlebars(template).body) {
    const next = roleOf(statement);
    if (next === undefined) continue;
    close(offset(statement.loc.start));
    role = next;
    start = offset(statement.loc.end);
  }
  close(template.length);
  return segments;
}

/** The role that begins with a statement; after the history the model speaks unless another role is set. */
function roleOf(statement: hbs.AST.Statement): Role | undefined {
  if (statement.type !== 'MustacheStatement') return undefined;
  const { path, params } = statement as hbs.AST.MustacheStatement;
  const name = path.type === 'PathExpression' ? (path as hbs.AST.PathExpression).original : undefined;
  if (name === 'history') return 'assistant';
  const [param] = params;
  if (name !== 'role' || param?.type !== 'StringLiteral') return undefined;
  return chatRole((param as hbs.AST.StringLiteral).value);
}

/** Dotprompt's name of a role as chat completions have it. Answers of tools are sent as the user's. */
export function chatRole(role: string): Role {
  if (role === 'system') return 'system';
  return role === 'model' ? 'assistant' : 'user';
}
