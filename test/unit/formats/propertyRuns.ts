/**
 * How often a property is tried.
 * @param standard in the suite; the environment variable HONE_PROPERTY_RUNS goes before it
 */
export function runs(standard: number): { readonly numRuns: number } {
  const wanted = Number(process.env.HONE_PROPERTY_RUNS);
  return { numRuns: Number.isInteger(wanted) && wanted > 0 ? wanted : standard };
}
