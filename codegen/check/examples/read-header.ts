import { SocketAddress } from 'node:net';
import type { Layout, Spec } from '../../../spec/types.ts';
import { hexCode } from '../../names.ts';
import { addressOctets, octetsOf } from '../../octets.ts';
import type { Reading } from './read-value.ts';

/** Reads a whole version 2 header as far as its address block. */
export function readHeader(
  octets: Uint8Array,
  spec: Pick<Spec, 'preamble' | 'commands' | 'pairs' | 'layouts'>,
): Reading {
  const { preamble, commands, pairs, layouts } = spec;
  const signature = octetsOf(preamble.signature) ?? new Uint8Array();
  if (octets.length < preamble.size)
    return { fault: `${octets.length} octets, where the preamble has ${preamble.size}` };
  if (signature.some((octet, i) => octets[i] !== octet))
    return { fault: 'it does not begin with the signature' };
  const octet = octets[preamble.versionCommand]!;
  if (octet >> 4 !== preamble.version) return { fault: `the version is ${octet >> 4}` };
  const command = commands.find((row) => row.code === (octet & 0x0f));
  if (command === undefined) return { fault: `no command has code ${hexCode(octet & 0x0f, 1)}` };
  const code = octets[preamble.familyTransport]!;
  const pair = pairs.find((row) => row.code === code);
  if (pair === undefined) return { fault: `no pair has code ${hexCode(code)}` };
  const length = (octets[preamble.length]! << 8) + octets[preamble.length + 1]!;
  const block = octets.subarray(preamble.size);
  if (block.length !== length) return { fault: `the length is ${length}, and ${block.length} octets follow` };
  const means = { command: command.name, family: pair.family, transport: pair.transport };
  const layout = layouts.find((row) => row.family === pair.family);
  if (layout === undefined) return { means };
  return block.length < layout.size
    ? { fault: `${block.length} octets, where the block of ${layout.family} has ${layout.size}` }
    : { means: { ...means, ...addresses(layout, block) } };
}

function addresses(layout: Layout, block: Uint8Array): Record<string, string | number> {
  const means: Record<string, string | number> = {};
  let at = 0;
  for (const field of layout.fields) {
    const octets = block.subarray(at, at + addressOctets(field));
    at += octets.length;
    means[field.name] = addressOf(field.value.kind, octets);
  }
  return means;
}

function addressOf(kind: string, octets: Uint8Array): string | number {
  if (kind === 'u16be') return (octets[0]! << 8) + octets[1]!;
  if (kind === 'ipv4') return octets.join('.');
  if (kind === 'ipv6') {
    const groups = Array.from({ length: 8 }, (_, i) =>
      ((octets[2 * i]! << 8) + octets[2 * i + 1]!).toString(16),
    );
    return canonical(groups.join(':'));
  }
  const end = octets.indexOf(0, 1);
  if (octets[0] === 0 && end === 1) return '';
  return new TextDecoder().decode(octets.subarray(0, end < 0 ? octets.length : end));
}

/** An IPv6 address as RFC 5952 spells it. */
export function canonical(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address;
}
