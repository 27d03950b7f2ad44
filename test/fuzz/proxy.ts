import fc from 'fast-check';
import { garbage, headers, inputs, mutants, options } from '../proxy/arbitraries.ts';
import { agree, agreeOnEveryBeginning, encodesAgain, readInPieces } from '../proxy/differential.ts';
import { saysWhatItWasTold } from '../proxy/writing.ts';
import { headerInput } from '../schemas/header-inputs.ts';
import type { Target } from './target.ts';

/** The codec against the interpreter of the tables. */
export const targets: readonly Target[] = [
  {
    name: 'headers',
    runs: 1000,
    property: fc.property(headers, options, (octets, some) => void agree(octets, some)),
  },
  {
    name: 'mutants',
    runs: 2000,
    property: fc.property(mutants, options, (octets, some) => void agree(octets, some)),
  },
  {
    name: 'garbage',
    runs: 2000,
    property: fc.property(garbage, options, (octets, some) => void agree(octets, some)),
  },
  { name: 'every beginning', runs: 50, property: fc.property(inputs, options, agreeOnEveryBeginning) },
  {
    name: 'every cut',
    runs: 300,
    property: fc.property(inputs, fc.array(fc.nat(400), { maxLength: 40 }), options, readInPieces),
  },
  { name: 'told', runs: 1000, property: fc.property(headerInput, saysWhatItWasTold) },
  { name: 'encoded again', runs: 500, property: fc.property(headers, (octets) => encodesAgain(octets)) },
];
