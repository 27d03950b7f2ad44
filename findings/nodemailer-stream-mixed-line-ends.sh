#!/usr/bin/env bash
# One would guess: the message nodemailer builds has one kind of line end, CRLF by default, as it sends it over SMTP.
# What happens: nodemailer 10.6.1 with streamTransport (and its MailComposer) ends header lines with CRLF and leaves the text as
#   the program wrote it: a message with "\n" in its text is mixed, in 7bit and in quoted-printable. Its SMTP transport
#   repairs this on the way, so that it never shows there. `newline: 'windows'` gives CRLF throughout.
# Why it matters: such a message handed on by other means (IMAP APPEND, a queue file, a client of one's own) has bare LF inside
#   CRLF: strict servers refuse it, others change it, which breaks a DKIM signature made before.
# Seen: nodemailer 10.6.1, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" nodemailer@10.6.1 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const nodemailer = require('nodemailer')
const run = async () => {
  for (const [name, text] of [['7bit', 'one\ntwo\n'], ['quoted-printable', 'eins für\nzwei\n']])
    for (const options of [{}, { newline: 'windows' }, { newline: 'unix' }]) {
      const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, ...options })
      const { message } = await transport.sendMail({ from: 'a@example.net', to: 'b@example.org', subject: 's', text })
      const octets = message.toString('latin1')
      const [header, body] = octets.split(/\r?\n\r?\n/)
      const ends = (part) => [...new Set(part.match(/\r?\n/g))].map((end) => (end === '\n' ? 'LF' : 'CRLF')).join(' and ')
      console.log(`${name}, options ${JSON.stringify(options)}: header lines end with ${ends(header)}, text lines with ${ends(body)}`)
    }
}
run()
JS
cat >"$tmp/expected" <<'TEXT'
7bit, options {}: header lines end with CRLF, text lines with LF
7bit, options {"newline":"windows"}: header lines end with CRLF, text lines with CRLF
7bit, options {"newline":"unix"}: header lines end with LF, text lines with LF
quoted-printable, options {}: header lines end with CRLF, text lines with LF
quoted-printable, options {"newline":"windows"}: header lines end with CRLF, text lines with CRLF
quoted-printable, options {"newline":"unix"}: header lines end with LF, text lines with LF
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
