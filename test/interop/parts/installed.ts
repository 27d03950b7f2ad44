import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** A program the interop tests can ask for, and what to install where it is missing. */
export type ProgramName = keyof typeof PACKAGES;

const PACKAGES = {
  haproxy: 'haproxy',
  nginx: 'nginx libnginx-mod-stream libnginx-mod-mail',
  stunnel4: 'stunnel4',
  hitch: 'hitch',
  swaks: 'swaks libnet-ssleay-perl',
  curl: 'curl',
  tshark: 'tshark',
  msmtp: 'msmtp',
  nmap: 'nmap',
  python3: 'python3',
  postfix: 'postfix',
  exim4: 'exim4-daemon-light',
  testssl: 'testssl.sh',
  tcpdump: 'tcpdump',
  xxd: 'xxd',
  hexdump: 'bsdextrautils',
} as const;

// Daemons live in sbin, which is not on every user's PATH.
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];

/** The full path of an installed program, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...EXTRA_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Something a group of tests needs: a program, or to run as root. */
export type Need = ProgramName | 'root';

/**
 * Describes tests that need installed programs. Without them a developer's run skips with a sentence; a run
 * with CI set fails, because there nothing may be left out.
 */
export function describeWith(needs: readonly Need[], title: string, define: () => void): void {
  const missing = needs.filter((need) => !isThere(need));
  const verdict = judge(missing, process.env['CI']);
  if (verdict === 'run') return void describe(title, define);
  const sentence = `${title}: needs ${missing.map(remedy).join(', ')}`;
  if (verdict === 'skip') return test.skip(sentence);
  test(sentence, () => {
    throw new Error(`CI is set, and this is not there: ${missing.join(', ')}`);
  });
}

/** What to do with tests whose programs are (not) there. */
export function judge(missing: readonly string[], ci: string | undefined): 'run' | 'skip' | 'fail' {
  if (missing.length === 0) return 'run';
  return ci === undefined || ['', '0', 'false'].includes(ci) ? 'skip' : 'fail';
}

function isThere(need: Need): boolean {
  return need === 'root' ? process.getuid?.() === 0 : findProgram(need) !== undefined;
}

function remedy(need: Need): string {
  return need === 'root' ? 'the rights of root' : `${need} (apt-get install ${PACKAGES[need]})`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
