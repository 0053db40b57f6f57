import type { Strategy } from '../strategy.js';
import { apoSettings, configureApo } from './apo.js';

/**
 * APO-Sum, as the study of Ma et al. (arXiv 2402.02101) has it: APO, with the critiques of a prompt merged by one more
 * request, and one edit against the summary.
 */
export const apoSum: Strategy = {
  id: 'apo-sum',
  summary: 'As apo, with all critiques of a prompt summed up in one that drives the edit.',
  source: 'arXiv 2402.02101',
  settings: apoSettings(),
  configure: (values) => configureApo(values, 'apo-sum'),
};
