/** The time that one call, child workflow or wait took; in milliseconds since the run's start. */
export interface SimulatedStep {
  /** Of the node; `smoke[3]` of an item, `book:compensate`, `db:destroy`; of a node of a child workflow `trip/book`. */
  readonly id: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Such a step while the simulation goes on. Absolute times. */
export interface Span {
  /** The way to its execution: '' or `trip/`. */
  readonly path: string;
  readonly unit: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** What ended when this began, and let it begin; none for what began with the run. */
  readonly after: Span | undefined;
  /** Of a child workflow: what ended last in it. */
  inner?: Span | undefined;
}

/** What determined how long the run took: each step began when the one before it ended. */
export function criticalPath(last: Span | undefined, runStartedAt: number): SimulatedStep[] {
  const steps: SimulatedStep[] = [];
  for (let span = last; span !== undefined; span = span.after) {
    const step = stepOf(span, runStartedAt);
    const next = steps.at(-1);
    // The calls of one node, and its wait, are one step to the reader.
    if (next?.id === step.id && next.startedAt === step.endedAt)
      steps[steps.length - 1] = { ...step, endedAt: next.endedAt };
    else steps.push(step);
  }
  return steps.reverse();
}

export function spanId({ path, unit }: Span): string {
  return path + unit;
}

function stepOf(span: Span, runStartedAt: number): SimulatedStep {
  const startedAt = span.startedAt - runStartedAt;
  return { id: spanId(span), startedAt, endedAt: span.endedAt === undefined ? startedAt : span.endedAt - runStartedAt };
}
