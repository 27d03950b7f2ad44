import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import { ROOT, run } from './child.ts';

const COPIED = ['spec', 'codegen', 'generated', 'src', 'package.json', '.prettierrc', '.prettierignore'];
const TABLE = 'spec/tlv/vendors.ts';

/** The text of every file below a folder. */
function textsIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
}

test('a new registered TLV is one row in one file; the command writes the rest, and the codec has it', async () => {
  const taken = spec.tlvs.filter(({ parent }) => parent === undefined).map(({ code }) => code);
  const code = Array.from({ length: 0x10 }, (_, i) => 0xe0 + i).find((free) => !taken.includes(free))!;
  const row = `{
    name: 'SCRATCH_TENANT',
    code: ${code},
    value: { kind: 'ascii', max: 64 },
    doc: 'Tenant the client belongs to.',
    ref: { source: 'truepeer' },
    examples: [{ wire: '62 6c 75 65', means: 'blue' }],
  },`;
  const folder = mkdtempSync(join(tmpdir(), 'truepeer-row-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    const before = textsIn(folder);
    const table = before.get(TABLE)!;
    const edited = table.replace(/ {2}\{\n {4}name: '/, (next) => `  ${row}\n${next}`);
    expect(edited.length).toBe(table.length + row.length + 3);
    writeFileSync(join(folder, TABLE), edited);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));

    const loader = ['--import', './codegen/typescript-loader.mjs'];
    const made = await run(process.execPath, [...loader, 'codegen/main.ts'], { cwd: folder });
    expect(made).toEqual({ code: 0, out: expect.stringMatching(/^generated: \d+ files written/), err: '' });
    rmSync(join(folder, 'node_modules'));
    const after = textsIn(folder);
    const names = [...new Set([...before.keys(), ...after.keys()])];
    const changed = names.filter((name) => before.get(name) !== after.get(name));
    expect(changed.filter((name) => !name.startsWith('generated/'))).toEqual([TABLE]);
    expect(changed).toEqual(expect.arrayContaining(['generated/constants.ts', 'generated/tlv-table.ts']));

    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const use = `import { decode, encode, PP2_TYPE } from './src/proxy/index.ts';
const header = encode({ family: 'UNSPEC', tlvs: { SCRATCH_TENANT: 'blue' } });
console.log(PP2_TYPE.SCRATCH_TENANT, decode(header).data.tlv.SCRATCH_TENANT);`;
    const used = await run(process.execPath, [...loader, '--input-type=module', '--eval', use], {
      cwd: folder,
    });
    expect(used).toEqual({ code: 0, out: `${code} blue\n`, err: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
