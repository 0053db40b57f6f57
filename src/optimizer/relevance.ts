import MiniSearch from 'minisearch';

/**
 * Texts by how much they have to do with a query, the closest first: the words they share, rare words counting more
 * (BM25+). It stands in for the cosine of embeddings, for which most endpoints of chat models have no model.
 * @returns indices into `texts`, all of them; texts that share no word come last, in the order given
 */
export function byRelevance(query: string, texts: readonly string[]): number[] {
  const index = new MiniSearch<{ id: number; text: string }>({ fields: ['text'] });
  index.addAll(texts.map((text, id) => ({ id, text })));
  const found = index.search(query, { combineWith: 'OR' }).map(({ id }) => id as number);
  const rest = texts.map((_, id) => id).filter((id) => !found.includes(id));
  return [...found, ...rest];
}
