import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIELDS, messageText } from './numbered-messages.ts';
import { temporaryDirectory } from './support.ts';

const LOADER = join(import.meta.dirname, '../../codegen/typescript-loader.mjs');
const DELIVERER = join(import.meta.dirname, 'deliver-until-killed.ts');

/** Lets a process deliver and ends it with SIGKILL `delay` ms after its first message; gives what it acknowledged. */
function acknowledgedUntilKilled(maildir: string, delay: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', LOADER, DELIVERER, maildir]);
    let printed = '';
    let complaints = '';
    child.stdout.on('data', (text: Buffer) => {
      if (printed === '') setTimeout(() => child.kill('SIGKILL'), delay);
      printed += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => void (complaints += text.toString()));
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve((printed.match(/\d+\n/gu) ?? []).map(Number));
      else reject(new Error(`the deliverer ended by itself: ${complaints}`));
    });
  });
}

describe('kill -9 at any instant (F9, rule 33)', () => {
  it.each([1, 7, 23, 60, 121])('%i ms after the first message', async (delay) => {
    const directory = temporaryDirectory();
    const acknowledged = await acknowledgedUntilKilled(directory.path, delay);
    const stored = readdirSync(join(directory.path, 'new')).map((name) => {
      const octets = readFileSync(join(directory.path, 'new', name));
      const number = Number(/^Subject: (\d+)\r$/mu.exec(octets.toString())?.[1]);
      return { number, whole: octets.equals(Buffer.concat([FIELDS, messageText(number)])) };
    });
    const numbers = stored.map(({ number }) => number);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((number) => !numbers.includes(number))).toEqual([]);
    expect(stored.filter(({ whole }) => !whole)).toEqual([]);
    expect(numbers.length).toBe(new Set(numbers).size);
    directory.remove();
  });
});
