// Run as a process of its own: delivers numbered messages into the Maildir of its first argument, many at a time,
// and prints the number of each one once it is stored, until somebody ends it.
import { writeSync } from 'node:fs';
import { MaildirStore } from '../../src/delivery/maildir/store.ts';
import { FIELDS, messageText } from './numbered-messages.ts';

const store = new MaildirStore(process.argv[2] as string);
let next = 0;

async function deliver(): Promise<never> {
  for (;;) {
    const number = next++;
    const text = messageText(number);
    const pieces = async function* () {
      for (let at = 0; at < text.length; at += 30_000) yield text.subarray(at, at + 30_000);
    };
    await store.store(FIELDS, pieces());
    writeSync(1, `${number}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, deliver));
