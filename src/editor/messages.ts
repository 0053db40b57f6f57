import type { PageMessage, PageRequest, PageState } from '../protocol.js';

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 200;
const isSide = (value: unknown): value is 'baseline' | 'parent' => value === 'baseline' || value === 'parent';
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);

/** A message of the page, checked field by field; undefined for anything else. Pages are not trusted. */
export function parsePageMessage(value: unknown): PageMessage | undefined {
  if (!isRecord(value)) return undefined;
  if (value.type === 'ready') return { type: 'ready', ...selectionOf(value) };
  if (value.type !== 'request' || !isNumber(value.request)) return undefined;
  const body = isRecord(value.body) ? parseRequest(value.body) : undefined;
  return body && { type: 'request', request: value.request, body };
}

function parseRequest(body: Fields): PageRequest | undefined {
  const { kind, candidateId, against, line, caseId } = body;
  switch (kind) {
    case 'select':
    case 'openDiff':
      return isText(candidateId) && isSide(against) ? { kind, candidateId, against } : undefined;
    case 'accept':
    case 'copy':
      return isText(candidateId) ? { kind, candidateId } : undefined;
    case 'stop':
    case 'resume':
      return { kind };
    case 'revealLine':
      return isNumber(line) && line > 0 ? { kind, line } : undefined;
    case 'revealRow':
      return isText(caseId) ? { kind, caseId } : undefined;
    default:
      return undefined;
  }
}

/** What the editor kept of a panel; undefined when it is not a panel's state. */
export function parsePageState(value: unknown): PageState | undefined {
  if (!isRecord(value) || !isText(value.runId)) return undefined;
  return { runId: value.runId, ...selectionOf(value) };
}

function selectionOf({ candidateId, against }: Fields) {
  return { ...(isText(candidateId) && { candidateId }), ...(isSide(against) && { against }) };
}
