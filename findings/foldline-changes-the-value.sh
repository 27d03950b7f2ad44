#!/usr/bin/env bash
# One would guess: a library made to fold by RFC 5322 gives a header that unfolds to the line it was made of: folding puts
#   CRLF in front of white space that is there (section 2.2.3).
# What happens: foldline 1.1.0 puts CRLF and a blank, as vCard does: the blank stays when the reader unfolds. Between words
#   there are two blanks then, and a word longer than the line has a blank inside.
# Why it matters: a long Message-ID, token or DKIM value has a hole that nobody sees in the source, and a Subject compared
#   after the way is another one. Readers that undo it as vCard does find nothing wrong.
# Seen: foldline 1.1.0, mailparser 3.14.2, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" foldline@1.1.0 mailparser@3.14.2 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const foldline = require('foldline')
const { simpleParser } = require('mailparser')
const run = async () => {
  for (const line of [`Subject: ${'word '.repeat(16)}end`, `X-Token: ${'y'.repeat(90)}`]) {
    const folded = foldline(line)
    const unfolded = folded.replaceAll(/\r\n(?=[ \t])/g, '') // RFC 5322, section 2.2.3
    const { headerLines } = await simpleParser(`From: a@example.net\r\n${folded}\r\n\r\nbody\r\n`)
    const read = headerLines.at(-1).line.replaceAll(/\r?\n(?=[ \t])/g, '')
    console.log(`folded:   ${JSON.stringify(folded)}`)
    console.log(`unfolded: ${JSON.stringify(unfolded)}, the same: ${unfolded === line}, for mailparser too: ${read === unfolded}`)
  }
}
run()
JS
cat >"$tmp/expected" <<'TEXT'
folded:   "Subject: word word word word word word word word word word word word word word\r\n  word word end"
unfolded: "Subject: word word word word word word word word word word word word word word  word word end", the same: false, for mailparser too: true
folded:   "X-Token:\r\n  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n yyyyyyyyyyyyyy"
unfolded: "X-Token:  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy yyyyyyyyyyyyyy", the same: false, for mailparser too: true
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
