import { at, type Graph } from './graph.js';

/** With `scheduling: 'waves'`: holds back ready tasks until every task of the waves before theirs is settled. */
export class WaveBarrier {
  readonly #graph: Graph;
  readonly #unsettled: Int32Array;
  readonly #heldBack: number[][];
  #open = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#unsettled = new Int32Array(graph.waveCount);
    this.#heldBack = Array.from({ length: graph.waveCount }, () => []);
    // Whatever comes after the last wave has no place in the array, which drops it.
    for (const wave of graph.wave) this.#unsettled[wave] = at(this.#unsettled, wave) + 1;
  }

  /** Whether the ready task may start now; otherwise it is kept until its wave opens. */
  admits(task: number): boolean {
    const wave = at(this.#graph.wave, task);
    if (wave <= this.#open) return true;
    this.#heldBack[wave]?.push(task);
    return false;
  }

  /** Takes a settled task off its wave and returns the tasks that may start because of it. */
  settle(task: number): readonly number[] {
    const wave = at(this.#graph.wave, task);
    this.#unsettled[wave] = at(this.#unsettled, wave) - 1;
    const released: number[] = [];
    while (this.#open < this.#graph.waveCount - 1 && at(this.#unsettled, this.#open) === 0) {
      this.#open++;
      for (const task of this.#heldBack[this.#open] ?? []) released.push(task);
    }
    return released;
  }
}
