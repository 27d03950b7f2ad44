import type { Setup } from './setup.ts';

/** Content after DATA: where it ends, and what it says without dots (RFC 5321 4.1.1.4, 4.5.2). */
export function cutContent(text: string): { wire: string; rest: string } | undefined {
  if (text.startsWith('.\r\n')) return { wire: '', rest: text.slice(3) };
  const end = text.indexOf('\r\n.\r\n');
  return end < 0 ? undefined : { wire: text.slice(0, end + 2), rest: text.slice(end + 5) };
}

function withoutDots(wire: string): string {
  return wire.replace(/(^|\r\n)\./g, '$1');
}

/** The content that the application gets, or the reply that refuses it at its end. */
export function judge(
  wire: string,
  kind: 'data' | 'chunks' | 'binary',
  setup: Setup,
): { content: string } | { refusal: string } {
  const plain = kind === 'data' ? withoutDots(wire) : wire;
  const bare = kind !== 'binary' && /\r(?!\n)|(?<!\r)\n/.test(wire);
  const content = kind !== 'binary' && setup.bareNewlines === 'normalize' ? normalized(plain) : plain;
  if (setup.dataSizeLimit > 0 && content.length > setup.dataSizeLimit) return { refusal: '552 5.3.4' };
  if (bare && setup.bareNewlines === 'reject') return { refusal: '550 5.6.0' };
  return hops(content) >= 100 ? { refusal: '554 5.4.6' } : { content };
}

/** Every newline becomes CRLF; a dot that stands alone only because of that gets a second one. */
export function normalized(text: string): string {
  const lines = [...text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)].map(([, line = '', end = '']) => ({
    line,
    end,
  }));
  let before = '\r\n';
  let out = '';
  for (const { line, end } of lines) {
    const made = (end !== '' && end !== '\r\n') || before !== '\r\n';
    out += line + (line === '.' && end !== '' && made ? '.' : '') + (end === '' ? '' : '\r\n');
    before = end;
  }
  return out;
}

/** Received fields up to the first line that is neither a field nor the rest of one. */
function hops(content: string): number {
  let count = 0;
  for (const line of content.split('\n')) {
    if (/^[ \t]/.test(line)) continue;
    if (!/^[!-9;-\xff]+[ \t]*:/.test(line)) return count;
    if (/^received[ \t]*:/i.test(line)) count++;
  }
  return count;
}
