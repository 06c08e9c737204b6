/** What is to happen at some time, earliest first; of what happens at the same time, what was added first. A binary heap. */
export class EventHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #added = 0;

  /** When the earliest is due. */
  get next(): number | undefined {
    return this.#entries[0]?.at;
  }

  get first(): T | undefined {
    return this.#entries[0]?.value;
  }

  push(at: number, value: T): void {
    const entry = { at, order: this.#added++, value };
    let index = this.#entries.length;
    for (let parent = this.#entryAbove(index); parent !== undefined && isBefore(entry, parent); ) {
      this.#entries[index] = parent;
      index = (index - 1) >> 1;
      parent = this.#entryAbove(index);
    }
    this.#entries[index] = entry;
  }

  pop(): { readonly at: number; readonly value: T } | undefined {
    const [first] = this.#entries;
    const last = this.#entries.pop();
    if (last === undefined || first === last) return last;
    let index = 0;
    for (let child = this.#earlierBelow(index); child !== undefined; child = this.#earlierBelow(index)) {
      const entry = this.#entries[child];
      if (entry === undefined || isBefore(last, entry)) break;
      this.#entries[index] = entry;
      index = child;
    }
    this.#entries[index] = last;
    return first;
  }

  #entryAbove(index: number): Entry<T> | undefined {
    return index === 0 ? undefined : this.#entries[(index - 1) >> 1];
  }

  #earlierBelow(index: number): number | undefined {
    const [left, right] = [this.#entries[2 * index + 1], this.#entries[2 * index + 2]];
    if (left === undefined) return undefined;
    return right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
  }
}

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly value: T;
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}
