import type { ProxyData } from '../index.ts';
import type { ProxySettings } from './proxy-options.ts';

/**
 * The option that would have taken an invalid header, as an error says it; the empty string where there is none. Each is off
 * by default, for it takes what the standard does not allow.
 */
export function optInFor(
  { errorCode, wholeRaw }: Pick<ProxyData, 'errorCode' | 'wholeRaw'>,
  { codec, decode }: Pick<ProxySettings, 'codec' | 'decode'>,
): string {
  if (errorCode === 'tlv-duplicate')
    return " (decode: { duplicates: 'first' } takes it, as its first one says)";
  if (errorCode?.startsWith('tlv-') === true)
    return " (decode: { tlv: 'lenient' } takes it, without its TLVs)";
  if (errorCode !== 'v1-bad-ipv4' && errorCode !== 'v1-bad-ipv6') return '';
  const { status } = codec.decode(wholeRaw, { ...decode, mixedFamilies: true });
  return status === 'invalid' ? '' : ' (decode: { mixedFamilies: true } takes addresses of both families)';
}
