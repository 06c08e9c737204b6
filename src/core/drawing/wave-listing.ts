import { wrapWords } from './text-lines.js';

/**
 * Lists a graph by wave: every node once, those with the same needs together, the needs after `←`. The form for graphs
 * whose lines nobody could follow; as exact as a drawing.
 */
export function listWaves(
  labels: readonly string[],
  needsOf: readonly (readonly number[])[],
  waveOf: readonly number[],
  maxWidth: number,
): string {
  const waveCount = 1 + Math.max(-1, ...waveOf);
  const waves: Map<string, number[]>[] = Array.from({ length: waveCount }, () => new Map());
  needsOf.forEach((needs, node) => {
    const groups = waves[waveOf[node] ?? 0];
    const key = needs.join();
    groups?.set(key, [...(groups.get(key) ?? []), node]);
  });

  const titleWidth = `wave ${waveCount}`.length;
  return waves
    .flatMap((groups, wave) => {
      const lines = [...groups.values()].flatMap((nodes) => {
        const needs = needsOf[nodes[0] ?? 0] ?? [];
        const words = [
          ...commaSeparated(nodes, labels),
          ...(needs.length > 0 ? ['←', ...commaSeparated(needs, labels)] : []),
        ];
        return wrapWords(words, maxWidth - titleWidth - SEPARATOR.length, '    ');
      });
      return lines.map((line, i) => (i === 0 ? `wave ${wave + 1}` : '').padEnd(titleWidth) + SEPARATOR + line);
    })
    .join('\n');
}

const SEPARATOR = ' │ ';

/** Labels as words that may be wrapped between, but not within. */
function commaSeparated(nodes: readonly number[], labels: readonly string[]): string[] {
  return nodes.map((node, i) => (labels[node] ?? '') + (i < nodes.length - 1 ? ',' : ''));
}
