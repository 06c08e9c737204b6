import { LARGE_OUTPUT } from './data-size.js';
import { largeText } from './large-text.js';

export interface DataActivities {
  large(): Promise<string>;
  reader(text: string): Promise<number>;
}

export const dataActivities: DataActivities = {
  large: async () => largeText(LARGE_OUTPUT),
  reader: async (text) => text.length,
};
