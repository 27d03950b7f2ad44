import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { toJavaScript } from '../../codegen/load/instrument.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

function sources(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** JavaScript printed anew without what no reader of it would notice: parentheses, empty statements, last commas. */
function printed(javascript: string): string {
  const source = ts.createSourceFile('x.js', javascript, ts.ScriptTarget.ES2023, true);
  const { transformed } = ts.transform(source, [
    (context) => (file) => {
      const visit = (node: ts.Node): ts.Node | undefined => {
        if (ts.isEmptyStatement(node) || ts.isSemicolonClassElement(node)) return undefined;
        const bare = ts.isParenthesizedExpression(node) ? node.expression : node;
        return bare === node ? ts.visitEachChild(node, visit, context) : visit(bare);
      };
      return ts.visitEachChild(file, visit, context);
    },
  ]);
  return ts
    .createPrinter({ removeComments: true })
    .printFile(transformed[0]!)
    .replace(/,\s*([}\])])/g, '$1')
    .replace(/\s+/g, '')
    .replaceAll('export{};', '');
}

function compiled(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}

describe('what is left of our own modules without their types is what the compiler leaves', () => {
  for (const folder of ['spec', 'codegen', 'src', 'generated', 'test/codegen', 'test/bench']) {
    test(folder, () => {
      const files = sources(folder);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const text = readFileSync(file, 'utf8');
        expect(printed(toJavaScript(text, file, false)), file).toBe(printed(compiled(text)));
      }
    });
  }
});

const CASES: Readonly<Record<string, string>> = {
  'a return type over several lines before an arrow':
    'const f = (a: number): Promise<\n  number\n> => Promise.resolve(a);',
  'generics, in declarations and in calls':
    'function f<T extends { a: string }>(a: T): T { return a; }\nf<{ a: string }>({ a: "" }); new Map<string, Set<number>>();',
  'type-only imports and exports':
    "import type { A } from 'a';\nimport { b, type B, c } from 'b';\nexport type { A };\nexport { b, type B, c };",
  'a class with everything':
    'abstract class A<T> extends Map<string, T> implements I, J {\n  declare d: number;\n  private readonly a?: string = "";\n  b!: number;\n  static override c(this: A<any>, x?: number): void {}\n  abstract e(): void;\n  [key: string]: unknown;\n  constructor(); constructor(a?: number) { super(); }\n  get f(): number { return 1; }\n}',
  assertions: 'const a = ({ b: [1 as number] } as const) satisfies object; a!.b![0]!.toFixed();',
  overloads:
    'export function f(a: string): string;\nexport function f(a: number): number;\nexport function f(a: unknown): unknown { return a; }',
  'declarations of what is elsewhere': 'declare const a: number;\ndeclare module "x" {}\nexport const b = 1;',
  'an enum, which is more than a type': 'export enum E { A = 1, B }',
  'a parameter property, which is more than a type': 'class A { constructor(private a: string) {} }',
  'a default export': 'export default { a: 1 } as { a: number };',
};

describe('single features', () => {
  for (const [name, text] of Object.entries(CASES)) {
    test(name, () => {
      const module = `${text}\nexport {};`;
      expect(printed(toJavaScript(module, 'x.ts', false))).toBe(printed(compiled(module)));
    });
  }

  test('lines stay where they are', () => {
    const text = 'interface A {\n  a: 1;\n}\nconst a: A = { a: 1 };\nthrow new Error();\n';
    const lines = toJavaScript(text, 'x.ts', false).split('\n');
    expect(lines[4]).toBe('throw new Error();');
  });

  test('a fault is told with its place', () => {
    expect(() => toJavaScript('const a = 1;\nconst = 2;', '/x.ts', true)).toThrow(
      new SyntaxError('/x.ts:2:7: Variable declaration expected.'),
    );
  });
});
