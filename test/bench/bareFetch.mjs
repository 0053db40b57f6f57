// Sends the requests of an evaluation with nothing but `fetch`, so many at once: what the endpoint and Node cost alone.
// Usage: node test/bench/bareFetch.mjs BASE_URL ROWS CONCURRENCY
const [baseUrl, rows, concurrency] = process.argv.slice(2);
let next = 0;
let right = 0;

async function worker() {
  while (next < Number(rows)) {
    const row = next++;
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: JSON.stringify({
        model: 'bench',
        messages: [{ role: 'user', content: `Answer with ok. Question ${row}: what is ${row} times two?` }],
        temperature: 0,
      }),
    });
    const answer = await response.json();
    if (answer.choices[0].message.content === 'ok') right++;
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, worker));
if (right !== Number(rows)) throw new Error(`${right} of ${rows} rows were answered.`);
