#!/usr/bin/env bash
# One would guess: an SMTP server takes the two forms of a local part in RFC 5321, section 4.1.2: Dot-string and Quoted-string.
# What happens: smtp-server 3.21.6 takes a quoted string that need not be one; with a space or an @ in it <"a b"@example.org>
#   is "501 Error: Bad recipient address syntax". nodemailer 10.6.1, of the same author, sends it, as it does any quoted one.
# Why it matters: such addresses are rare, but valid, and get a permanent refusal: the sender is told the address is wrong.
#   In a test suite that passes for a refusal by the handler, which is never called.
# Seen: smtp-server 3.21.6, nodemailer 10.6.1, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" smtp-server@3.21.6 nodemailer@10.6.1 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { once } from 'node:events'
import nodemailer from 'nodemailer'
import { SMTPServer } from 'smtp-server'
let asked = 'no'
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: ({ address }, session, done) => ((asked = address), done()),
  onData: (stream, session, done) => stream.on('end', done).resume(),
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const transport = nodemailer.createTransport({ host: '127.0.0.1', port: server.server.address().port, ignoreTLS: true })
for (const to of ['a.b@example.org', '"a.b"@example.org', '"a@b"@example.org', '"a b"@example.org']) {
  asked = 'not called'
  const envelope = { from: 'c@example.net', to: [to] }
  const { response } = await transport.sendMail({ envelope, raw: 'Subject: s\r\n\r\nbody\r\n' }).catch((error) => error)
  console.log(`<${to}>: handler ${asked}; ${response}`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
<a.b@example.org>: handler a.b@example.org; 250 OK: message queued
<"a.b"@example.org>: handler a.b@example.org; 250 OK: message queued
<"a@b"@example.org>: handler not called; 501 Error: Bad recipient address syntax
<"a b"@example.org>: handler not called; 501 Error: Bad recipient address syntax
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
