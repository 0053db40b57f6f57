/** Two-sided 95% of the standard normal distribution. */
export const Z95 = 1.959963984540054;
/** One-sided 80% of the standard normal distribution. */
export const Z80 = 0.8416212335729143;

/** The 97.5% point of Student's t distribution, by the expansion of Cornish and Fisher; for few degrees a table. */
export function studentQuantile(degrees: number): number {
  const exact = [12.706, 4.303, 3.182, 2.776][degrees - 1];
  if (exact !== undefined) return exact;
  const z = Z95;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

/** P(Z > z) for a standard normal Z and z above 0 (Abramowitz and Stegun 26.2.17; error below 1e-7). */
export function upperTailOfNormal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Probabilities of 0, 1, ..., n successes in n trials of probability p, by logarithms, so that no term overflows. */
export function binomialMasses(n: number, p: number): number[] {
  if (p <= 0 || p >= 1) return Array.from({ length: n + 1 }, (_, k) => (k === (p <= 0 ? 0 : n) ? 1 : 0));
  const odds = Math.log(p) - Math.log1p(-p);
  let logMass = n * Math.log1p(-p);
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) logMass += Math.log(n - k + 1) - Math.log(k) + odds;
    return Math.exp(logMass);
  });
}

/** Arithmetic mean; 0 for no values. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}
