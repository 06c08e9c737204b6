import { setTimeout as delay } from 'node:timers/promises';
import { outputOf } from './graph.js';

export interface Activities {
  step(node: number, needs: readonly number[]): Promise<number>;
  /** @param taskTime milliseconds that it takes */
  slowStep(node: number, needs: readonly number[], taskTime: number): Promise<number>;
}

export const activities: Activities = {
  step: async (node, needs) => outputOf(node, needs),
  slowStep: async (node, needs, taskTime) => {
    await delay(taskTime);
    return outputOf(node, needs);
  },
};
