import fc from 'fast-check';
import * as prettier from 'prettier';
import { expect, test } from 'vitest';
import { type JsonValue, layOutJson } from '../../codegen/json.ts';

const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1234, 'x', 'a text of some length, as a row has it', '"quoted" \\'),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.integer({ min: 0, max: 99999 }), { maxLength: 60 }),
    fc.dictionary(fc.constantFrom('name', 'code', 'doc', 'examples', 'min'), tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('JSON is laid out as prettier lays it out, at any width, with blanks and with tabs', async () => {
  await fc.assert(
    fc.asyncProperty(json, fc.constantFrom(40, 80, 110), fc.boolean(), async (value, printWidth, useTabs) => {
      const layout = { printWidth, useTabs, tabWidth: useTabs ? 4 : 2 };
      const text = layOutJson(value, layout);
      expect(text).toBe(await prettier.format(text, { parser: 'json', ...layout }));
      expect(JSON.parse(text)).toEqual(value);
    }),
    { seed: 1, numRuns: 300 },
  );
});
