import type { Group } from './groups.js';

/** A spot in a layer of the drawing: a node, a line on its way to a later layer, or where the drawing is cut. */
export interface Place {
  readonly kind: 'node' | 'pass' | 'cut';
  readonly label: string;
  /** Places of different components are not connected; the drawing keeps them apart. */
  readonly component: number;
  /** The innermost group of a node; of a line that passes, the one that is around all that it joins. A group's places have rows of their own. */
  group: Group | undefined;
  /** The nets that end on each side, from the top. */
  left: Net[];
  right: Net[];
  /** Position in its layer, from the top. */
  order: number;
}

/**
 * Edges between two neighbouring layers that are drawn as one bundle: each place on its left is joined to each on its
 * right. A fan is one net, and so are all the edges of two fully connected layers.
 */
export interface Net {
  readonly component: number;
  /** The places that it joins, from the top. */
  readonly left: Place[];
  readonly right: Place[];
  /** Position among the nets of its gap, from the top. */
  order: number;
}

/** Layers from left to right; the nets of `gaps[i]` join `layers[i]` to `layers[i + 1]`. */
export interface LayeredGraph {
  readonly layers: Place[][];
  readonly gaps: Net[][];
}
