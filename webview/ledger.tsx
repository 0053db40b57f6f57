import type { LedgerEntry } from '../src/protocol.js';
import { compact, costText, count } from './format.js';

const JOBS: Readonly<Record<LedgerEntry['role'], string>> = {
  task: 'Answers rows',
  optimizer: 'Proposes prompts',
  judge: 'Judges answers',
};

interface LedgerProps {
  readonly entries: readonly LedgerEntry[];
  /** US dollars that cached answers would have cost. */
  readonly saved: number | undefined;
}

/** What each model of the run used, folded in until somebody wants to know. */
export function Ledger({ entries, saved }: LedgerProps) {
  if (entries.length === 0) return null;
  return (
    <details class="ledger">
      <summary>Spending by model</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Calls</th>
            <th scope="col">Cached</th>
            <th scope="col">Tokens</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ role, label, calls, cached, tokens, cost }) => (
            <tr key={role}>
              <th scope="row">
                {JOBS[role]} <span class="muted">({label})</span>
              </th>
              <td>{calls.toLocaleString('en-US')}</td>
              <td>{cached.toLocaleString('en-US')}</td>
              <td title={count(tokens, 'token')}>{compact(tokens)}</td>
              <td>{cost === undefined ? 'unknown' : costText(cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {saved !== undefined && saved > 0 && <p class="muted">Cached answers saved {costText(saved)}.</p>}
    </details>
  );
}
