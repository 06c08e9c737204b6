import { type TaskHandle, workflow } from 'pawl';

/** Tasks of a layer. */
const WIDTH = 100;
/** Outputs stay small, however deep the graph is. */
const MODULUS = 1_000_003;

type Handle = TaskHandle<number, number, undefined>;

/** Which tasks of the layer before a task needs: two or three of them. */
function needsOf(index: number): number[] {
  if (index < WIDTH) return [];
  const [layer, place] = [Math.floor(index / WIDTH), index % WIDTH];
  const distances = index % 2 === 0 ? [0, 1] : [0, 7, 31];
  return distances.map((distance) => (layer - 1) * WIDTH + ((place + distance) % WIDTH));
}

function outputOf(index: number, needs: readonly number[]): number {
  return needs.reduce((sum, need) => sum + need, index) % MODULUS;
}

/** A graph in layers of 100 trivial tasks. */
export function layers(tasks: number) {
  return workflow(`layers-${tasks}`, {}, ({ task }) => {
    const handles: Handle[] = [];
    for (let index = 0; index < tasks; index++) {
      const needs = needsOf(index).map((need) => [`t${need}`, handles[need] as Handle] as const); // an earlier task's
      const run = (values: Readonly<Record<string, number>>) => outputOf(index, Object.values(values));
      handles.push(task(`t${index}`, { needs: Object.fromEntries(needs), run }));
    }
    return Object.fromEntries(handles.map((handle) => [handle.id, handle]));
  });
}

/** What a run of {@link layers} must return. */
export function layersOutputs(tasks: number): Record<string, number> {
  const outputs: number[] = [];
  for (let index = 0; index < tasks; index++)
    outputs.push(
      outputOf(
        index,
        needsOf(index).map((need) => outputs[need] ?? Number.NaN),
      ),
    );
  return Object.fromEntries(outputs.map((output, index) => [`t${index}`, output]));
}

/** A map of trivial items. */
export function items(count: number) {
  return workflow(`items-${count}`, {}, ({ map }) => {
    const squares = map('squares', { over: () => Array.from({ length: count }, (_, item) => item), run: squareOf });
    return { squares };
  });
}

/** What a run of {@link items} must return. */
export function itemsOutputs(count: number): { squares: number[] } {
  return { squares: Array.from({ length: count }, (_, item) => squareOf(item)) };
}

function squareOf(item: number): number {
  return (item * item) % MODULUS;
}
