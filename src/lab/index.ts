/** The lab: strategies compared on tasks whose truth is known, and the papers' own tasks. */
export { compare, type ComparedRun, type ComparisonPlan } from './compare.js';
export { planComparison, type ComparisonChoice } from './plan.js';
export { labTaskOf, type LabRequest, type LabTask } from './registry.js';
export { reportOf, reportText, type ComparisonReport } from './report.js';
