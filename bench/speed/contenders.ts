/** Who runs the workloads. The letters are those of the criteria. */
export interface Contender {
  readonly letter: 'a' | 'b' | 'c' | 'd' | 'e';
  readonly title: string;
  /** Its own, with a worker of its own. */
  readonly taskQueue: string;
  readonly written:
    | { readonly by: 'hand'; readonly workflowType: 'byHand' | 'byHandInWaves' | 'byHandLocally' }
    | { readonly by: 'pawl'; readonly placement: 'activity' | 'local' };
}

/** As most of its users run it. */
export const PAWL = contender('b', 'Pawl', { by: 'pawl', placement: 'activity' });

export const CONTENDERS: readonly Contender[] = [
  contender('a', 'by hand', { by: 'hand', workflowType: 'byHand' }),
  PAWL,
  contender('c', 'Pawl, local', { by: 'pawl', placement: 'local' }),
  contender('d', 'by hand in waves', { by: 'hand', workflowType: 'byHandInWaves' }),
  contender('e', 'by hand, local', { by: 'hand', workflowType: 'byHandLocally' }),
];

function contender(letter: Contender['letter'], title: string, written: Contender['written']): Contender {
  return { letter, title, taskQueue: `bench-${letter}`, written };
}
