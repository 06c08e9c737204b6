import { type TaskHandle, workflow } from 'pawl';
import { LARGE_OUTPUT, READERS, STORED_OUTPUT, STORED_OUTPUTS } from './data-size.js';
import { largeText } from './large-text.js';

/** A large output that many tasks read, each of which gives its length. */
export const manyReaders = workflow('many-readers', {}, ({ task }) => {
  const large = task('large', { run: () => largeText(LARGE_OUTPUT) });
  const readers = Array.from({ length: READERS }, (_, n) =>
    task(`reader-${n}`, { needs: { large }, run: (needs) => needs.large.length }),
  );
  const total = task('total', {
    needs: Object.fromEntries(readers.map((reader) => [reader.id, reader])),
    run: (lengths: Readonly<Record<string, number>>) => Object.values(lengths).reduce((sum, length) => sum + length, 0),
  });
  return { total };
});

/** Many outputs that are stored, none of which is read. */
export const manyOutputs = workflow('many-outputs', {}, ({ task }) => {
  const stored: TaskHandle<string, string, undefined>[] = Array.from({ length: STORED_OUTPUTS }, (_, n) =>
    task(`stored-${n}`, { run: () => largeText(STORED_OUTPUT) }),
  );
  const after = Object.fromEntries(stored.slice(0, 1).map((first) => [first.id, first]));
  const length = task('length', { needs: after, run: (texts) => Object.values(texts)[0]?.length ?? 0 });
  return { length };
});
