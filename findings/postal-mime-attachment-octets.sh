#!/usr/bin/env bash
# One would guess: the content of an attachment is the octets the sender put there; the CRLF before a delimiter line belongs
#   to the delimiter (RFC 2046, section 5.1.1).
# What happens: postal-mime 4.0.0 gives an attachment sent as 7bit (a signature, a key, a CSV file) with LF for each CRLF and
#   with one LF more at the end. The same attachment sent as base64 comes out exactly.
# Why it matters: sizes and digests differ from what was sent, a detached signature over the part fails, and whether they do
#   depends on the sender's choice of encoding only. mailparser 3.14.2 is exact.
# Seen: postal-mime 4.0.0, mailparser 3.14.2, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" postal-mime@4.0.0 mailparser@3.14.2 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { simpleParser } from 'mailparser'
import PostalMime from 'postal-mime'
const content = Buffer.from('a,b\r\n1,2')
const mail = (encoding, body) =>
  Buffer.from(
    'From: a@example.net\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n' +
      `--x\r\nContent-Type: application/octet-stream; name=t.bin\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n--x--\r\n`,
  )
const show = (octets) => JSON.stringify(Buffer.from(octets).toString('latin1'))
console.log(`sent: ${show(content)}`)
for (const [encoding, body] of [['base64', content.toString('base64')], ['7bit', content.toString()]]) {
  const message = mail(encoding, body)
  console.log(`${encoding}, postal-mime: ${show((await PostalMime.parse(message)).attachments[0].content)}`)
  console.log(`${encoding}, mailparser: ${show((await simpleParser(message)).attachments[0].content)}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
sent: "a,b\r\n1,2"
base64, postal-mime: "a,b\r\n1,2"
base64, mailparser: "a,b\r\n1,2"
7bit, postal-mime: "a,b\n1,2\n"
7bit, mailparser: "a,b\r\n1,2"
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
