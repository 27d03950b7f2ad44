import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import wabt from 'wabt';

const FOLDER = new URL('../../../src/smtp/content/newlines/', import.meta.url);

test('newlines-wasm.ts is newlines.wat assembled; after a change of the text: npm test -- newlines-wasm -u', async () => {
  const assembler = await wabt();
  const text = await readFile(new URL('newlines.wat', FOLDER), 'utf8');
  const parsed = assembler.parseWat('newlines.wat', text, { simd: true });
  const octets = Buffer.from(parsed.toBinary({}).buffer).toString('base64');
  parsed.destroy();
  const lines = octets.match(/.{1,100}/g) ?? [];
  const source = [
    '/** newlines.wat, assembled. Made by test/smtp/content/newlines-wasm.test.ts. */',
    'export const NEWLINES_WASM =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ];
  await expect(source.join('\n')).toMatchFileSnapshot(new URL('newlines-wasm.ts', FOLDER).pathname);
});
