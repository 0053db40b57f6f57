export { comparePaired, differencesOf, type Pair, type PairedComparison } from './statistics/comparison.js';
export {
  noiseFloor,
  pairedMean,
  shrunkenDeltas,
  type NoiseFloor,
  type PairedMean,
} from './statistics/estimates.js';
export {
  newcombePairedInterval,
  pairedBootstrapInterval,
  wilsonInterval,
  type Interval,
} from './statistics/intervals.js';
export {
  detectableGain,
  powerOfSignTest,
  rowsToSettle,
  rowsToSettleGraded,
  rowsToSettlePairs,
  USUAL_DISAGREEMENT,
} from './statistics/power.js';
export {
  sequentialComparison,
  signEvidence,
  type SequentialComparison,
  type SequentialLevels,
} from './statistics/sequential.js';
export { lineageEstimates, lineageModel, type LineageModel, type LineageNode } from './statistics/lineage.js';
export { exactSignTest, levelOfLook, pairedPermutationTest, shareOfLevel } from './statistics/tests.js';
