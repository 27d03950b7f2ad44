import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { ROOT, run, tsc } from './child.ts';

interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Packs the package as it would be published, from a build of its own, and unpacks it in the `node_modules` of a
 * project. Of the packages of the repository only those it depends on are linked beside it.
 */
export async function installIn(project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  const packed = join(project, '.packed');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  mkdirSync(packed);
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'generated'])
    cpSync(join(ROOT, name), join(packed, name), { recursive: true });
  expect(await tsc(['-p', 'tsconfig.json', '--outDir', join(packed, 'dist')], ROOT)).toMatchObject({
    code: 0,
  });
  expect(await run(process.execPath, [join(ROOT, '.ci/commonjs.mjs'), join(packed, 'dist')])).toMatchObject({
    code: 0,
  });
  expect(await run('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: packed })).toMatchObject({
    code: 0,
  });
  const { name, bin, dependencies } = JSON.parse(
    readFileSync(join(packed, 'package.json'), 'utf8'),
  ) as Manifest;
  const [tarball = ''] = readdirSync(packed).filter((file) => file.endsWith('.tgz'));
  const target = join(modules, name);
  mkdirSync(target);
  const unpack = ['-xzf', join(packed, tarball), '-C', target, '--strip-components', '1'];
  expect(await run('tar', unpack)).toMatchObject({ code: 0 });
  for (const [command, file] of Object.entries(bin)) {
    chmodSync(join(target, file), 0o755);
    symlinkSync(join(target, file), join(modules, '.bin', command));
  }
  for (const dependency of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', dependency), join(modules, dependency));
  }
}
