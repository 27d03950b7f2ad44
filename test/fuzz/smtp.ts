import fc from 'fast-check';
import { agree } from '../smtp/model/agreement.ts';
import { deliveries, dialogues } from '../smtp/model/dialogues.ts';
import type { Target } from './target.ts';

/** The conversation against the reference model. */
export const targets: readonly Target[] = [
  {
    name: 'conversation',
    runs: 300,
    property: fc.asyncProperty(dialogues, deliveries, ([setup, legs], delivery) =>
      agree(setup, legs, delivery),
    ),
  },
];
