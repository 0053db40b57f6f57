import { seededRandom, shuffled } from '../../core/hash.js';

export type City = readonly [x: number, y: number];
/** The cities in the order of a round trip, each once. */
export type Tour = readonly number[];

/** Cities up to which the best tour is found exactly: time and memory grow with n² · 2ⁿ. */
export const MOST_EXACT = 13;
const REACH = 100;

/** Cities with whole coordinates from -100 to 100, as OPRO draws them (arXiv 2309.03409, section 3.2). */
export function drawCities(count: number, seed: number): City[] {
  const random = seededRandom(`cities ${seed}`);
  const coordinate = () => Math.floor(random() * (2 * REACH + 1)) - REACH;
  return Array.from({ length: count }, () => [coordinate(), coordinate()]);
}

/** A tour from city 0 through the others in random order. */
export function randomTour(count: number, random: () => number): Tour {
  return [
    0,
    ...shuffled(
      Array.from({ length: count - 1 }, (_, index) => index + 1),
      random,
    ),
  ];
}

export function between([x, y]: City, [u, v]: City): number {
  return Math.hypot(x - u, y - v);
}

/** Length of the round trip. */
export function tourLength(cities: readonly City[], tour: Tour): number {
  return tour.reduce(
    (sum, city, at) => sum + between(cities[city]!, cities[tour[(at + 1) % tour.length]!]!),
    0,
  );
}

/** Length of the best tour, by dynamic programming (Held and Karp). @param cities 2 to `MOST_EXACT` */
export function shortestLength(cities: readonly City[]): number {
  const rest = cities.length - 1;
  const full = (1 << rest) - 1;
  // At subset * rest + last: the shortest way from city 0 through the subset to its last city.
  const best = new Float64Array((full + 1) * rest).fill(Infinity);
  for (let last = 0; last < rest; last++)
    best[(1 << last) * rest + last] = between(cities[0]!, cities[last + 1]!);
  for (let subset = 1; subset <= full; subset++) {
    for (let last = 0; last < rest; last++) {
      const here = best[subset * rest + last]!;
      if (here === Infinity) continue;
      for (let next = 0; next < rest; next++) {
        if (subset & (1 << next)) continue;
        const at = (subset | (1 << next)) * rest + next;
        best[at] = Math.min(best[at]!, here + between(cities[last + 1]!, cities[next + 1]!));
      }
    }
  }
  let shortest = Infinity;
  for (let last = 0; last < rest; last++) {
    shortest = Math.min(shortest, best[full * rest + last]! + between(cities[last + 1]!, cities[0]!));
  }
  return shortest;
}

/** From city 0 always to the nearest city that is left. */
export function nearestNeighbour(cities: readonly City[]): Tour {
  const tour = [0];
  const left = new Set(cities.keys());
  left.delete(0);
  while (left.size > 0) {
    const here = cities[tour.at(-1)!]!;
    const next = [...left].reduce((a, b) => (between(here, cities[b]!) < between(here, cities[a]!) ? b : a));
    tour.push(next);
    left.delete(next);
  }
  return tour;
}

/** The city that is farthest from the tour is put where it makes the tour least longer, until all are in. */
export function farthestInsertion(cities: readonly City[]): Tour {
  let tour = [0];
  const left = new Set(cities.keys());
  left.delete(0);
  while (left.size > 0) {
    const away = (city: number) => Math.min(...tour.map((each) => between(cities[each]!, cities[city]!)));
    const next = [...left].reduce((a, b) => (away(b) > away(a) ? b : a));
    tour = bestInsertion(cities, tour, next);
    left.delete(next);
  }
  return tour;
}

/** A tour with one more city, put where it adds least. */
export function bestInsertion(cities: readonly City[], tour: readonly number[], city: number): number[] {
  const places = tour.map((_, at) => [...tour.slice(0, at + 1), city, ...tour.slice(at + 1)]);
  return places.reduce((a, b) => (tourLength(cities, b) < tourLength(cities, a) ? b : a));
}

/** How a tour is written: `tour = 0, 2, 1`. */
export function tourText(tour: Tour): string {
  return `tour = ${tour.join(', ')}`;
}

/** The tour in a text; undefined unless it has every city once. */
export function tourIn(text: string, count: number): Tour | undefined {
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  const isWhole = numbers.length === count && new Set(numbers).size === count;
  return isWhole && numbers.every((city) => city < count) ? numbers : undefined;
}
