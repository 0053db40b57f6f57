import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePageMessage, parsePageState } from '../../../src/editor/messages.js';
import type { PageRequest } from '../../../src/protocol.js';

const REQUESTS: readonly PageRequest[] = [
  { kind: 'select', candidateId: 'c1', against: 'parent' },
  { kind: 'accept', candidateId: 'c1' },
  { kind: 'openDiff', candidateId: 'c1', against: 'baseline' },
  { kind: 'copy', candidateId: 'c1' },
  { kind: 'stop' },
  { kind: 'resume' },
  { kind: 'revealLine', line: 3 },
  { kind: 'revealRow', caseId: 'r1' },
];

describe('parsePageMessage', () => {
  it.each(REQUESTS)('takes $kind', (body) => {
    expect(parsePageMessage({ type: 'request', request: 7, body })).toEqual({
      type: 'request',
      request: 7,
      body,
    });
  });

  it('takes ready with and without a selection', () => {
    expect(parsePageMessage({ type: 'ready' })).toEqual({ type: 'ready' });
    expect(parsePageMessage({ type: 'ready', candidateId: 'c1', against: 'sideways' })).toEqual({
      type: 'ready',
      candidateId: 'c1',
    });
  });

  it('passes on no field that it does not know', () => {
    const body = { kind: 'stop', command: 'workbench.action.quit' };
    expect(parsePageMessage({ type: 'request', request: 1, body, command: 'x' })).toEqual({
      type: 'request',
      request: 1,
      body: { kind: 'stop' },
    });
  });

  it.each([
    { type: 'request', body: { kind: 'stop' } },
    { type: 'request', request: 1.5, body: { kind: 'stop' } },
    { type: 'request', request: 1, body: { kind: 'execute', command: 'hone.stop' } },
    { type: 'request', request: 1, body: { kind: 'accept' } },
    { type: 'request', request: 1, body: { kind: 'accept', candidateId: { toString: 'x' } } },
    { type: 'request', request: 1, body: { kind: 'openDiff', candidateId: 'c', against: 'child' } },
    { type: 'request', request: 1, body: { kind: 'revealLine', line: 0 } },
    { type: 'request', request: 1, body: null },
  ])('refuses %j', (message) => {
    expect(parsePageMessage(message)).toBeUndefined();
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const message = parsePageMessage(value);
        expect(message === undefined || ['ready', 'request'].includes(message.type)).toBe(true);
      }),
    );
  });
});

describe('parsePageState', () => {
  it('takes a run with its selection', () => {
    const state = { runId: 'r', candidateId: 'c', against: 'parent' };
    expect(parsePageState(state)).toEqual(state);
  });

  it.each([undefined, null, 'r', {}, { runId: 4 }])('refuses %j', (value) => {
    expect(parsePageState(value)).toBeUndefined();
  });
});
