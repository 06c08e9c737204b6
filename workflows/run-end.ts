import type { Report } from '../src/core/event.js';
import type { DispatchRef } from '../src/core/unit-ref.js';

/** Where what runs for a run reports to. */
export interface RunEnd {
  report(report: Report): void;
  /** Something is wrong with this code: it fails the workflow task, which a better worker may take up. */
  broken(error: unknown): void;
  /** A dispatch failed for good, with the error as Temporal made it. */
  failed(ref: DispatchRef, error: Error): void;
}
