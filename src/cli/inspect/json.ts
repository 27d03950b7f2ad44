import { asciiJson } from '../../wire/messages/escape.ts';
import { hex } from '../../wire/index.ts';
import type { Output } from '../shared/io.ts';
import type { Finding } from './examine.ts';
import { Printer } from './printer.ts';

/**
 * Findings for machines: an object for a header; a list for connections, however many there are, written as they come.
 * What is to be said of the input as a whole goes to standard error.
 */
export class JsonReport extends Printer {
  readonly #output: Output;
  readonly #errors: Output;
  #isList = false;

  constructor(output: Output, errors: Output) {
    super();
    this.#output = output;
    this.#errors = errors;
  }

  protected override print(finding: Finding): void {
    const text = asciiJson(forMachine(finding), 2);
    if (this.count === 1) this.#isList = 'from' in finding.given;
    if (this.#isList)
      this.#output.write(`${this.count === 1 ? '[' : ','}\n  ${text.replaceAll('\n', '\n  ')}`);
    else this.#output.write(`${text}\n`);
  }

  override followed({ given, other }: Finding): void {
    if ('from' in given && other !== undefined)
      this.#errors.write(`${given.from} -> ${given.to}: the header is followed by ${other.text}.\n`);
  }

  override end(remarks: readonly string[]): void {
    if (this.#isList) this.#output.write('\n]\n');
    for (const remark of remarks) this.#errors.write(`${remark}\n`);
  }
}

function forMachine({ given, result, fields, other, notes }: Finding): Record<string, unknown> {
  return {
    verdict: result.status,
    ...connection(given),
    octets: given.octets.length,
    ...(result.status === 'ok' ? { length: result.length } : {}),
    ...(result.status === 'incomplete' ? { needed: result.needed } : {}),
    ...(result.status === 'invalid' ? { error: result.error } : {}),
    ...(result.status === 'ok' ? { followedBy: named(other) } : {}),
    ...(result.status === 'invalid' ? { instead: named(other) } : {}),
    notes,
    header: result.status === 'ok' ? result.data : null,
    fields: fields.map(({ octets, ...field }) => ({ ...field, octets: hex(octets) })),
  };
}

function connection(given: Finding['given']): Record<string, unknown> {
  if (!('from' in given)) return {};
  const { from, to, transport, via, hole } = given;
  return {
    from,
    to,
    transport,
    ...(via === '' ? {} : { via }),
    ...(hole === undefined ? {} : { hole: { from: hole.from, to: hole.to ?? null } }),
  };
}

function named(other: Finding['other']): Record<string, string> | null {
  return other === undefined ? null : { name: other.name, text: other.text };
}
