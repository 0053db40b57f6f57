interface Source {
  readonly items: Iterator<string>;
  readonly work: (item: string) => Promise<void>;
  readonly settle: (failure: Source['failure']) => void;
  /** No further item is begun. */
  isExhausted: boolean;
  underWay: number;
  failure: { readonly error: unknown } | undefined;
}

/**
 * Does the items of several lists, a bounded number at once over all of them, in turn between the lists. An item is
 * taken from its list when its turn comes, so that a long list costs nothing while it waits.
 */
export class Pool {
  /** Lists with items left; the next one to be served is the first. */
  private readonly waiting: Source[] = [];
  private underWay = 0;

  /** @param most items at once, 1 or more; may be Infinity */
  constructor(private readonly most: number) {
    if (!(most >= 1)) throw new RangeError('A pool needs room for 1 item or more.');
  }

  /**
   * Does all items of a list; resolves when the last has ended. When an item fails, no further one of its list is begun.
   * @throws what the first item to fail threw, when those that had begun have ended
   */
  async run(items: Iterable<string>, work: (item: string) => Promise<void>): Promise<void> {
    const failure = await new Promise<Source['failure']>((settle) => {
      this.waiting.push({
        items: items[Symbol.iterator](),
        work,
        settle,
        isExhausted: false,
        underWay: 0,
        failure: undefined,
      });
      this.fill();
    });
    if (failure) throw failure.error;
  }

  private fill(): void {
    while (this.underWay < this.most) {
      const source = this.waiting.shift();
      if (!source) return;
      const next = source.isExhausted ? undefined : source.items.next();
      if (!next || next.done) {
        source.isExhausted = true;
        if (source.underWay === 0) source.settle(source.failure);
        continue;
      }
      this.waiting.push(source);
      void this.begin(source, next.value);
    }
  }

  private async begin(source: Source, item: string): Promise<void> {
    this.underWay++;
    source.underWay++;
    try {
      await source.work(item);
    } catch (error) {
      source.isExhausted = true;
      source.failure ??= { error };
    }
    this.underWay--;
    source.underWay--;
    if (source.isExhausted && source.underWay === 0) source.settle(source.failure);
    this.fill();
  }
}
