#!/usr/bin/env node
import { run } from './program.ts';

// A reader of the output may close it, as `head` does; a server goes on without its log.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), process);
