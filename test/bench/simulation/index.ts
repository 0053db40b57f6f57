export { bestOf } from './bestOf.js';
export { coverage, simulatedRows, verdictShares } from './coverage.js';
export { falseClaims } from './nullRuns.js';
export { detectableGain, powerOfSignTest, rowsToSettle } from '../../../src/core/statistics.js';
