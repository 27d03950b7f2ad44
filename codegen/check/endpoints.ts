import { type Path, type Report, show } from './diagnostic.ts';

/** What a header says of the connection, by the names that the codec gives it. */
export const ENDPOINTS: Readonly<Record<string, 'address' | 'port'>> = {
  srcAddr: 'address',
  dstAddr: 'address',
  srcPort: 'port',
  dstPort: 'port',
};

/** A field is called what the codec calls an address or a port. */
export function checkEndpoint(name: string, kind: 'address' | 'port', path: Path, report: Report): void {
  if (ENDPOINTS[name] === kind) return;
  const names = Object.keys(ENDPOINTS).filter((each) => ENDPOINTS[each] === kind);
  const message = `${show(name)} is no ${kind} of a connection; use ${names.join(' or ')}`;
  report.add('unsupported-field', path, message);
}
