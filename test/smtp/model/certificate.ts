import { readFileSync } from 'node:fs';

const read = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));

/** The key and certificate of the server in tests. */
export const certificate = { key: read('server.key'), cert: read('server.crt') };
