import { AnswerStore } from '../../../src/models/cache.js';

/** Run as a process of its own: stores answers and prints the key of each once it is stored. */
const [folder, name, count] = process.argv.slice(2);
const store = await AnswerStore.open(folder!, { name: name! });
for (let index = 0; index < Number(count); index++) {
  const key = `${process.pid}-${index}`;
  await store.put({
    key,
    role: 'task',
    answer: { text: `answer to ${key}`, finishReason: 'stop' },
  });
  process.stdout.write(`${key}\n`);
}
await store.close();
