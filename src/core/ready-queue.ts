/** Tasks that may be dispatched, first in, first out; amortised O(1), which `Array.shift` is not. */
export class ReadyQueue {
  #items: number[] = [];
  #head = 0;

  push(task: number): void {
    this.#items.push(task);
  }

  shift(): number | undefined {
    const task = this.#items[this.#head];
    if (task === undefined) return undefined;
    this.#head++;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }
}
