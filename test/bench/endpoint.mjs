// A fast mock of an OpenAI-compatible endpoint: latency, faults, limits, and honest counts. It runs as a process of its
// own, so that its work is not charged to the client that is measured.
//
//   node test/bench/endpoint.mjs --latency 50 --max 8 --rate429 0.05
//
// GET /stats tells what came; POST /reset clears it and may change the options (a JSON object).
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * What the endpoint does. `latency` in ms; `seed` changes which requests go wrong; `max` requests at once, above which it answers 429; `rate429`, `rate500`,
 * `resets` and `hangs` are shares of requests in [0, 1]; `retryAfter` in whole seconds, sent with each 429 that the
 * `rate429` share made and, when `hint` is true, with those above `max`; `perSecond` requests per second, told in
 * x-ratelimit headers, above which it answers 429.
 */
const DEFAULTS = {
  latency: 0,
  max: 0,
  rate429: 0,
  rate500: 0,
  resets: 0,
  hangs: 0,
  retryAfter: 1,
  hint: false,
  perSecond: 0,
  seed: 0,
};

const emptyStats = () => ({
  requests: 0,
  answered: 0,
  distinct: 0,
  /** The most that were open at once, refused ones included. */
  most: 0,
  /** Requests that came while as many as allowed were open. */
  refused: 0,
  connections: 0,
  rate429: 0,
  rate500: 0,
  resets: 0,
  hangs: 0,
});

function serve(given) {
  let options = { ...DEFAULTS, ...given };
  let stats = emptyStats();
  let open = 0;
  let tries = new Map();
  let answered = new Set();
  let second = { from: 0, taken: 0 };

  const server = createServer((request, response) => {
    if (request.url.endsWith('/stats')) return void response.end(JSON.stringify(stats));
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    if (request.url.endsWith('/reset')) {
      return void request.on('end', () => {
        options = { ...DEFAULTS, ...JSON.parse(String(chunks[0] ?? '{}')) };
        stats = emptyStats();
        tries = new Map();
        answered = new Set();
        second = { from: 0, taken: 0 };
        response.end('{}');
      });
    }
    stats.requests++;
    open++;
    stats.most = Math.max(stats.most, open);
    let isOpen = true;
    const leave = () => {
      if (isOpen) open--;
      isOpen = false;
    };
    response.once('close', leave);
    const over = options.max > 0 && open > options.max;
    if (over) stats.refused++;
    request.on('end', () => answer(Buffer.concat(chunks).toString(), response, over, leave));
  });
  server.on('connection', (socket) => {
    stats.connections++;
    socket.setNoDelay(true);
  });
  server.keepAliveTimeout = 60_000;

  function answer(body, response, over, leave) {
    const refuse = (status, headers) => {
      leave();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(`{"error":{"message":"Refused.","type":"mock","code":"mock","param":null}}`);
    };
    const hint = { 'retry-after': String(options.retryAfter) };
    if (over) return refuse(429, options.hint ? hint : {});
    const limits = rateLimits();
    if (limits && limits.left < 0) return refuse(429, limits.headers);
    const fault = faultFor(body);
    if (fault) stats[fault]++;
    if (fault === 'hangs') return undefined;
    if (fault === 'rate429') return refuse(429, hint);
    if (fault === 'rate500') return refuse(500, {});
    return setTimeout(() => {
      if (response.destroyed) return;
      leave();
      if (fault === 'resets') return void response.destroy();
      stats.answered++;
      answered.add(body);
      stats.distinct = answered.size;
      response.writeHead(200, { 'content-type': 'application/json', ...limits?.headers });
      response.end(COMPLETION);
    }, options.latency);
  }

  /** Follows from the request and how often it came, so that every client meets the same faults. */
  function faultFor(body) {
    if (options.rate429 + options.rate500 + options.resets + options.hangs === 0) return undefined;
    const attempt = (tries.get(body) ?? 0) + 1;
    tries.set(body, attempt);
    let place = fraction(`${options.seed} ${attempt} ${body}`);
    for (const kind of ['rate429', 'rate500', 'resets', 'hangs']) {
      if (place < options[kind]) return kind;
      place -= options[kind];
    }
    return undefined;
  }

  function rateLimits() {
    if (options.perSecond === 0) return undefined;
    const now = Date.now();
    if (now >= second.from + 1000) second = { from: now, taken: 0 };
    const left = options.perSecond - ++second.taken;
    const resetMs = second.from + 1000 - now;
    return {
      left,
      headers: {
        'x-ratelimit-limit-requests': String(options.perSecond),
        'x-ratelimit-remaining-requests': String(Math.max(0, left)),
        'x-ratelimit-reset-requests': `${resetMs}ms`,
      },
    };
  }

  return server;
}

const COMPLETION = JSON.stringify({
  id: 'chatcmpl-mock',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'mock',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
});
/** FNV-1a and the last steps of MurmurHash3, over [0, 1). */
function fraction(text) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Starts the endpoint in a process of its own. */
export async function startEndpoint(options = {}) {
  const child = fork(fileURLToPath(import.meta.url), ['--options', JSON.stringify(options)]);
  const url = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The endpoint ended with ${code}.`)));
  });
  const call = async (path, init) => (await fetch(`${url}${path}`, init)).json();
  return {
    url,
    stats: () => call('/stats'),
    /** Clears the counts; `changed` are the new options. */
    reset: (changed = options) => call('/reset', { method: 'POST', body: JSON.stringify(changed) }),
    close: () => void child.kill(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      options: { type: 'string', default: '{}' },
      port: { type: 'string', default: '0' },
      hint: { type: 'boolean', default: false },
      ...Object.fromEntries(
        ['latency', 'max', 'rate429', 'rate500', 'resets', 'hangs', 'retryAfter', 'perSecond', 'seed'].map(
          (name) => [name, { type: 'string' }],
        ),
      ),
    },
  });
  const { options, port, ...named } = values;
  const numbers = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name, typeof value === 'string' ? Number(value) : value]),
  );
  const server = serve({ ...numbers, ...JSON.parse(options) });
  server.listen(Number(port), '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}/v1`;
    if (process.send) process.send(url);
    else console.log(url);
  });
  process.once('disconnect', () => process.exit());
}
