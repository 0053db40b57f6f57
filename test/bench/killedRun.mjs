// A run of `hone optimize` that is killed again and again, beside one that is left alone. Used by the bench and by a test.
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 2;
/** A kill falls up to so long after the request at which it was due, so that it also hits what is done between requests. */
const JITTER_MS = 30;
/** Of the requests of an undisturbed run; what is asked for afterwards may be over before a kill. */
const LAST_KILL = 0.95;

/**
 * @param start starts the command line with these arguments: `{ kill(signal), finished: Promise<{code, stdout, stderr}> }`
 * @param stats what the endpoint has counted
 * @param optimize arguments of the run
 * @param each further arguments, of the run and of each resumption
 * @param kills after so many requests each, ascending: see `killsOf`
 * @param random numbers in [0, 1)
 * @returns the result, as JSON text, and how many kills found the run alive
 */
export async function killedRun({ start, stats, optimize, each, kills, random }) {
  let running = start([...optimize, ...each]);
  let hit = 0;
  for (const due of kills) {
    const over = running.finished.then(() => true);
    const isOver = () => Promise.race([over, wait(LOOK_EVERY_MS).then(() => false)]);
    while (Number((await stats()).requests) < due && !(await isOver()));
    await wait(random() * JITTER_MS);
    if (await isOver()) break;
    running.kill('SIGKILL');
    hit++;
    await running.finished;
    const { stdout } = await start(['runs', '--json', '-']).finished;
    running = start(['resume', JSON.parse(stdout)[0].runId, '--json', '-', ...each]);
  }
  const { code, stdout, stderr } = await running.finished;
  if (code !== 0) throw new Error(`The run ended with ${code}: ${stderr}`);
  return { stdout, hit };
}

/** Moments for kills, as numbers of requests, ascending. */
export function killsOf(count, requests, random) {
  const moments = Array.from({ length: count }, () => 1 + Math.floor(random() * (LAST_KILL * requests - 1)));
  return moments.sort((a, b) => a - b);
}

/** A result without what differs between any two runs, the id, and what the kills themselves change: the usage. */
export function outcomeOf(stdout) {
  const { runId } = JSON.parse(stdout);
  return { ...JSON.parse(stdout.replaceAll(runId, 'this run')), usage: undefined };
}

/** Mulberry32: the same numbers for the same seed. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
