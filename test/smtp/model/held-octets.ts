import type { Conversation } from '../../../src/smtp/conversation.ts';

/** Not memory of the conversation: what all share, and the transport. */
const FOREIGN = new Set(['server', 'handler', 'settings', 'transport', 'admission', 'context', 'exchange']);

/** Octets that a conversation keeps alive in buffers and long texts: every buffer counts as what lies behind it. */
export function heldOctets(conversation: Conversation): number {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [conversation];
  let octets = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') octets += value.length;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) waiting.push(value.buffer);
    else if (value instanceof ArrayBuffer) octets += value.byteLength;
    else if (value instanceof Map) waiting.push(...value.values());
    else if (value instanceof Set) waiting.push(...value);
    else for (const [name, part] of Object.entries(value)) if (!FOREIGN.has(name)) waiting.push(part);
  }
  return octets;
}
