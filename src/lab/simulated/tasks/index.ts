import { deceptive } from './deceptive.js';
import { demonstration } from './demonstration.js';
import { drift } from './drift.js';
import { format } from './format.js';
import { interacting } from './interacting.js';
import { labelRules } from './labelRules.js';
import { noHeadroom } from './noHeadroom.js';
import { noisyGrades } from './noisyGrades.js';
import { verbosity } from './verbosity.js';
import type { SimulatedTask } from '../task.js';

/** All simulated tasks. */
export const SIMULATED_TASKS: readonly SimulatedTask[] = [
  labelRules,
  format,
  interacting,
  deceptive,
  noisyGrades,
  noHeadroom,
  demonstration,
  verbosity,
  drift,
];
