/** A request that is under way, as the window saw it when it was sent. */
export interface Place {
  /** Milliseconds, by the window's clock. */
  readonly sentAt: number;
  /** Requests in flight when it was sent, itself included. */
  readonly level: number;
  /** Cuts of the window before it was sent. */
  readonly cuts: number;
}

/**
 * How a request ended, for the window: `answered`; `refused` for lack of capacity, or not served in time; `failed` for
 * reasons that say nothing about capacity.
 */
export type Ending = 'answered' | 'refused' | 'failed';

export interface WindowOptions {
  /** Requests in flight at once, at the very most. A whole number of at least 1. */
  readonly most: number;
  /** Requests in flight at once to begin with. Default `most`. */
  readonly start?: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Refusals among recent answers below which nothing is concluded, and the share of them that means overload. */
const FEWEST_REFUSALS = 4;
const OVERLOAD_SHARE = 0.25;
/** Overload has to stand out from the share that is refused whatever the load, by this factor, up to this share. */
const OVER_NOISE = 3;
const SURE_OVERLOAD_SHARE = 0.6;
const RECENT = 32;
/** Answers over which the usual share of refusals is averaged. */
const NOISE_MEMORY = 200;
/** A level that was too much is tried again after this time, which doubles each time it still is. */
const FIRST_LID_MS = 1000;
const LONGEST_LID_MS = 30_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** A measurement of throughput takes so many answers, or one for each request in flight if that is more. */
const ROUND = 20;
const MORE_THROUGHPUT = 1.05;
const HIGHER_LEVEL = 1.25;
const FAR_ABOVE = 2;
const LATENCIES = 256;
const FEWEST_LATENCIES = 20;
/** A straggler has taken so many times the p99 latency, and at least this much more. */
const STRAGGLER_FACTOR = 3;
const STRAGGLER_MS = 100;

interface Outcome {
  readonly level: number;
  readonly refused: boolean;
  readonly retryAfterMs: number;
}

interface Round {
  readonly since: number;
  /** Answers that make it up. */
  readonly of: number;
  readonly latencies: number[];
  levels: number;
}

interface Best {
  /** Answers per millisecond. */
  readonly throughput: number;
  readonly p99: number;
  readonly level: number;
}

/**
 * How many requests may be in flight at one model of one endpoint. The window doubles with each round of answers until the
 * first sign of overload, is halved then, climbs back to the level that worked and tries one more from time to time
 * (additive increase, multiplicative decrease, after Chiu and Jain 1989; slow start after Jacobson 1988). A refusal now
 * and then, whatever the load, is noise: overload is a share of refusals at the present level that stands out from the
 * usual. Where answers only come later, not faster, the window stops growing as well. No timers: the clock is passed in.
 */
export class ConcurrencyWindow {
  readonly most: number;
  private readonly now: () => number;
  private size: number;
  private running = 0;
  private cuts = 0;
  /** Below this the window doubles. */
  private slowStartTo = Infinity;
  /** What worked when one more did not, and until when it is kept to. */
  private lid = { level: Infinity, until: 0, ms: FIRST_LID_MS };
  private heldTo = 0;
  private pauseMs = FIRST_PAUSE_MS;
  /** Requests sent since the last cut. */
  private recent: Outcome[] = [];
  private answeredSinceCut = 0;
  private noise = { share: 0, seen: 0 };
  private round: Round | undefined;
  private best: Best | undefined;
  private readonly latencies: number[] = [];
  private latencyCount = 0;
  private p99 = { value: 0, renewAt: 0 };

  constructor({ most, start = most, now }: WindowOptions) {
    if (!Number.isInteger(most) || most < 1) throw new RangeError('A limiter needs a limit of 1 or more.');
    this.most = most;
    this.now = now;
    this.size = Math.max(1, Math.min(most, start));
  }

  /** Requests that may be in flight at once now. */
  get limit(): number {
    return Math.floor(this.size);
  }

  get inFlight(): number {
    return this.running;
  }

  /** Until when no request may be sent at all, by the window's clock. In the past when there is no such hold. */
  get heldUntil(): number {
    return this.heldTo;
  }

  get hasRoom(): boolean {
    return this.running < this.limit && this.now() >= this.heldTo;
  }

  /** The time after which an unanswered request is a straggler, in ms; undefined before enough answers were seen. */
  get stragglerAfterMs(): number | undefined {
    if (this.latencyCount < FEWEST_LATENCIES) return undefined;
    if (this.latencyCount >= this.p99.renewAt) {
      this.p99 = {
        value: percentile(this.latencies, 0.99),
        renewAt: this.latencyCount + FEWEST_LATENCIES,
      };
    }
    return Math.max(this.p99.value * STRAGGLER_FACTOR, this.p99.value + STRAGGLER_MS);
  }

  /** A request is sent. */
  open(): Place {
    return { sentAt: this.now(), level: ++this.running, cuts: this.cuts };
  }

  /**
   * A request has ended.
   * @param retryAfterMs what a refusal asked to wait
   */
  close(place: Place, ending: Ending, retryAfterMs = 0): void {
    const inFlight = this.running--;
    if (ending === 'failed') return;
    if (ending === 'answered') this.noteLatency(this.now() - place.sentAt);
    // What was sent before the window was cut tells of the load before.
    if (place.cuts !== this.cuts) return;
    this.remember({ level: place.level, refused: ending === 'refused', retryAfterMs });
    if (ending === 'refused') {
      if (this.isOverloaded()) this.cut();
      return;
    }
    this.answeredSinceCut++;
    this.pauseMs = FIRST_PAUSE_MS;
    // A window that nobody fills has not been tried out.
    if (inFlight < this.limit) return;
    this.grow();
    this.measure(this.now() - place.sentAt, inFlight);
  }

  /** Sends nothing for a time, because the endpoint said that nothing is left before. */
  hold(milliseconds: number): void {
    this.heldTo = Math.max(this.heldTo, this.now() + Math.min(milliseconds, LONGEST_PAUSE_MS));
  }

  private remember(outcome: Outcome): void {
    this.recent.push(outcome);
    if (this.recent.length <= Math.max(RECENT, 2 * this.limit)) return;
    // It has not led to a cut, so it belongs to what is usual.
    const { noise } = this;
    noise.seen = Math.min(NOISE_MEMORY, noise.seen + 1);
    noise.share += ((this.recent.shift()!.refused ? 1 : 0) - noise.share) / noise.seen;
  }

  private isOverloaded(): boolean {
    const unusual = Math.max(OVERLOAD_SHARE, Math.min(SURE_OVERLOAD_SHARE, OVER_NOISE * this.noise.share));
    const atThisLevel = this.recent.filter(({ level }) => level >= this.limit);
    return hasShare(atThisLevel, unusual) || hasShare(this.recent, SURE_OVERLOAD_SHARE);
  }

  private cut(): void {
    const refused = this.recent.filter((each) => each.refused);
    // Refusals at lower levels were noise, or are left from requests that the endpoint had not yet seen end.
    const tooMuch = percentile(
      refused.map(({ level }) => level),
      0.2,
    );
    // Fewer requests did not help either: the endpoint does not want to be asked at all for now.
    if (this.cuts > 0 && this.answeredSinceCut === 0) {
      const asked = Math.max(...refused.map(({ retryAfterMs }) => retryAfterMs));
      this.hold(asked > 0 ? asked : this.pauseMs);
      this.pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * this.pauseMs);
    }
    // Where even a single request is refused, the number was not what was wrong.
    this.keepUnder(tooMuch > 1 ? tooMuch - 1 : Math.max(1, Math.floor(this.size / 2)));
    this.size = Math.max(1, Math.min(this.size, this.lid.level) / 2);
    this.cuts++;
    this.answeredSinceCut = 0;
    this.recent = [];
    this.round = undefined;
  }

  /** Stays at a level for a while, longer each time that it proves to be the limit. */
  private keepUnder(level: number): void {
    const isSame = Math.abs(level - this.lid.level) <= 1;
    const ms = isSame ? Math.min(LONGEST_LID_MS, 2 * this.lid.ms) : FIRST_LID_MS;
    this.lid = { level, until: this.now() + ms, ms };
    this.slowStartTo = level;
  }

  private grow(): void {
    const lid = this.now() < this.lid.until ? this.lid.level : Infinity;
    const grown = this.size < this.slowStartTo ? this.size + 1 : this.size + 1 / this.size;
    if (this.size < lid) this.size = Math.min(grown, lid, this.most);
  }

  /** Compares what came through in a round of answers, and how late, with the best round at a lower level. */
  private measure(latency: number, level: number): void {
    const now = this.now();
    this.round ??= { since: now, of: Math.max(ROUND, this.limit), latencies: [], levels: 0 };
    const { since, of, latencies } = this.round;
    latencies.push(latency);
    this.round.levels += level;
    if (latencies.length < of) return;
    const round: Best = {
      throughput: latencies.length / Math.max(1, now - since),
      p99: percentile(latencies, 0.99),
      level: this.round.levels / latencies.length,
    };
    this.round = undefined;
    const { best } = this;
    if (!best || round.throughput > best.throughput * MORE_THROUGHPUT) {
      this.best = round;
    } else if (round.level >= best.level * HIGHER_LEVEL && round.p99 >= best.p99 * FAR_ABOVE) {
      this.keepUnder(Math.max(1, Math.round(best.level)));
      this.size = Math.min(this.size, this.lid.level);
    }
  }

  private noteLatency(milliseconds: number): void {
    this.latencies[this.latencyCount++ % LATENCIES] = milliseconds;
  }
}

function hasShare(outcomes: readonly Outcome[], share: number): boolean {
  const refusals = outcomes.filter(({ refused }) => refused).length;
  return refusals >= FEWEST_REFUSALS && refusals >= share * outcomes.length;
}

/** The value that a share of all lies at or below (nearest rank). */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
