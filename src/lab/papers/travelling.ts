import { seededRandom, type Random } from '../../core/hash.js';
import type { Model } from '../../models/model.js';
import { readRequest } from '../simulated/metaPrompt.js';
import { triesIn } from './history.js';
import { introducedBy } from './introduction.js';
import { guessing, type Draw, type Problem, type ProblemKind } from './problem.js';
import {
  between,
  drawCities,
  farthestInsertion,
  MOST_EXACT,
  nearestNeighbour,
  randomTour,
  shortestLength,
  tourIn,
  tourLength,
  tourText,
  type City,
  type Tour,
} from './tours.js';

const CITIES = 10;
const STARTS = 5;
const ROW = 'try';
/** Lengths that differ by less are equal. */
const SAME_LENGTH = 1e-6;
/** Highest score of a tour that is not the solution. */
const BEST_UNSOLVED = 0.999;
/** Probability that a city is lost or written twice while a tour of ten is written; in proportion for other lengths. */
const SLIP = 0.05;
/** Neighbours of a city that a writer sees as near on the list of coordinates. */
const NEAR = 3;

/** OPRO's travelling salesman: five random starts, of which the best is gone on from and the others are shown. */
export const TRAVELLING_KIND: ProblemKind = {
  id: 'tsp',
  summary: `Travelling salesman; exact optimum up to ${MOST_EXACT} cities, heuristics beside it.`,
  unit: 'length',
  lowerIsBetter: true,
  strategy: 'opro',
  steps: 50,
  feedbacks: ['none'],
  // Tours of the paper's meta-prompt: the ten best, with exact lengths.
  settings: { opro: { scores: 'exact', threshold: 0, exemplars: 1, trajectory: 10, maxCharacters: 2000 } },
  hasAgent: false,
  draw: (draw) => Promise.resolve(travellingProblem(draw)),
};

function travellingProblem({ seed, cities: count = CITIES }: Draw): Problem {
  const cities = drawCities(count, seed);
  const references = {
    ...(count <= MOST_EXACT && { optimum: shortestLength(cities) }),
    'nearest neighbour': tourLength(cities, nearestNeighbour(cities)),
    'farthest insertion': tourLength(cities, farthestInsertion(cities)),
  };
  const target = Math.min(...Object.values(references));
  const random = seededRandom(`tours ${seed}`);
  const starts = Array.from({ length: STARTS }, () => randomTour(count, random)).sort(
    (a, b) => tourLength(cities, a) - tourLength(cities, b),
  );
  const [start, ...others] = starts;
  const scoreOf = (length: number) => Math.min(BEST_UNSOLVED, target / length);
  return {
    task: {
      id: 'tsp',
      start: tourText(start!),
      cases: [{ id: ROW, vars: { input: citiesText(cities) }, guard: false, line: 2 }],
      splits: { train: [ROW], validation: [], exam: [] },
      outcome(text) {
        const tour = tourIn(text, count);
        const length = tour && tourLength(cities, tour);
        const pass = length !== undefined && length <= target + SAME_LENGTH;
        return {
          status: 'scored',
          output:
            length === undefined ? 'No round trip through every city once.' : `length = ${length.toFixed(1)}`,
          finishReason: 'stop',
          score: {
            value: pass ? 1 : length === undefined ? 0 : scoreOf(length),
            pass,
            parts: [],
            feedback: [],
          },
        };
      },
    },
    introduction: introducedBy(
      `Here a prompt is not meant for a language model: it is a round trip through ${count} cities, each once, and nothing else stands in it. The shorter it is, the higher its score. Every new prompt is another round trip in the same form.\n${citiesText(cities)}`,
      others.map((tour) => ({ text: tourText(tour), score: scoreOf(tourLength(cities, tour)) })),
    ),
    trueValue: (text) => {
      const tour = tourIn(text, count);
      return tour && tourLength(cities, tour);
    },
    references,
    simulated: tourOptimizer(cities, seed),
    guesser: guessing(seed, (each) => tourText(randomTour(count, each))),
  };
}

function citiesText(cities: readonly City[]): string {
  return `Cities: ${cities.map(([x, y], city) => `(${city}): (${x}, ${y})`).join(' ')}`;
}

/**
 * A stand-in for an optimizer model: it changes one of the better tours that it is shown, by turning a stretch around or
 * by moving a city beside one that is near, which it sees from the list of cities; now and then it loses a city.
 */
export function tourOptimizer(cities: readonly City[], seed: number): Model {
  return {
    id: 'simulated:tours',
    label: 'Simulated optimizer (tours)',
    destination: 'this machine',
    complete({ messages, temperature = 1, repeat }) {
      const content = messages.map((message) => message.content).join('\n\n');
      const random = seededRandom(`${seed} ${repeat} ${temperature} ${content}`);
      const { wanted, wantsFeedback } = readRequest(content);
      const known = triesIn(content)
        .flatMap(({ text, score = 100 }) => {
          const tour = tourIn(text, cities.length);
          return tour ? [{ tour, score }] : [];
        })
        .sort((a, b) => b.score - a.score);
      const texts = Array.from({ length: wanted }, () => {
        // The better a tour, the likelier it is the one that is changed.
        const { tour } = known[Math.floor(random() ** 2 * known.length)] ?? {
          tour: randomTour(cities.length, random),
        };
        return `<prompt>\n${tourText(slipped(changed(cities, tour, random), random))}\n</prompt>`;
      });
      const feedback = wantsFeedback
        ? ['<feedback>\nDirection: join cities that are near each other.\n</feedback>']
        : [];
      return Promise.resolve({ text: [...feedback, ...texts].join('\n\n'), finishReason: 'stop' });
    },
  };
}

function changed(cities: readonly City[], tour: Tour, random: Random): Tour {
  const [low, high] = [random(), random()]
    .map((place) => 1 + Math.floor(place * (tour.length - 1)))
    .sort((a, b) => a - b);
  if (random() < 0.5) {
    return [...tour.slice(0, low), ...tour.slice(low, high! + 1).reverse(), ...tour.slice(high! + 1)];
  }
  const city = tour[low!]!;
  const near = [...tour]
    .filter((each) => each !== city)
    .sort((a, b) => between(cities[a]!, cities[city]!) - between(cities[b]!, cities[city]!))
    .slice(0, NEAR);
  const rest = tour.filter((each) => each !== city);
  const at = rest.indexOf(near[Math.floor(random() * near.length)]!) + 1;
  return [...rest.slice(0, at), city, ...rest.slice(at)];
}

function slipped(tour: Tour, random: Random): Tour {
  if (random() >= (SLIP * tour.length) / 10) return tour;
  const at = Math.floor(random() * tour.length);
  return tour.filter((_, index) => index !== at);
}
