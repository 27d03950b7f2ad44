#!/usr/bin/env bash
# One would guess: a library that makes the raw text of a message ends its lines with CRLF, as RFC 5322 wants, wherever it runs.
# What happens: mimetext 3.0.28 uses the line end of the operating system in Node.js: LF on Linux and macOS, CRLF on
#   Windows. Its entry point for browsers and workers (mimetext/browser) gives CRLF in the same process on the same machine.
# Why it matters: the same program makes another message on the developer's Windows, on the Linux server and in the worker.
#   Over SMTP LF is no line end: strict servers refuse the message, and sizes and signatures computed from the text are wrong.
# Seen: mimetext 3.0.28, Node.js 20.20.2 on Linux; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" mimetext@3.0.28 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import os from 'node:os'
import { createMimeMessage as forBrowsers } from 'mimetext/browser'
import { createMimeMessage as forNode } from 'mimetext/node'
import { createMimeMessage as plain } from 'mimetext'
for (const [name, create] of Object.entries({ mimetext: plain, 'mimetext/node': forNode, 'mimetext/browser': forBrowsers })) {
  const message = create()
  message.setSender('a@example.net')
  message.setRecipient('b@example.org')
  message.setSubject('s')
  message.addMessage({ contentType: 'text/plain', data: 'text' })
  const ends = new Set(message.asRaw().match(/\r?\n/g))
  console.log(`${name} on ${os.type()}: ${[...ends].map((end) => JSON.stringify(end)).join(' and ')}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
mimetext on Linux: "\n"
mimetext/node on Linux: "\n"
mimetext/browser on Linux: "\r\n"
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
