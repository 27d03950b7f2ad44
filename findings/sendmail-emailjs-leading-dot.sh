#!/usr/bin/env bash
# One would guess: an SMTP client doubles the dot at the start of a line (RFC 5321, section 4.5.2), which the server takes
#   away again: every message arrives as it was written.
# What happens: sendmail 1.6.1 and emailjs 5.0.3 (npm) double none. A server that is right takes the first octet of such a
#   line all the same: ".5 mg daily" arrives as "5 mg daily". nodemailer 10.6.1 doubles it. A test with smtp-server 3.21.6
#   shows nothing, since it takes a dot away only where there are two.
# Why it matters: numbers, file names and quoted commands change their meaning, on the way through any correct server, and
#   nobody is told. It cannot be seen at the server: its octets are what was sent. Encode such text as base64.
# Seen: sendmail 1.6.1, emailjs 5.0.3, nodemailer 10.6.1, smtp-server 3.21.6, Node.js 20.20.2; see `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" sendmail@1.6.1 emailjs@5.0.3 nodemailer@10.6.1 smtp-server@3.21.6 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { once } from 'node:events'
import net from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { SMTPClient } from 'emailjs'
import nodemailer from 'nodemailer'
import sendmail from 'sendmail'
import { SMTPServer } from 'smtp-server'
const mail = { from: 'a@example.net', to: 'b@example.org', subject: 's', text: 'Take\r\n.5 mg daily\r\nfor a week' }
let arrived, wire
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: async (stream, session, done) => ((arrived = await readAll(stream)), done()),
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const tap = net.createServer((socket) => {
  const to = net.connect(server.server.address().port, '127.0.0.1')
  socket.on('error', () => {}).on('data', (data) => (wire += data)).pipe(to).pipe(socket)
})
await once(tap.listen(0, '127.0.0.1'), 'listening')
const [host, { port }] = ['127.0.0.1', tap.address()]
const clients = {
  nodemailer: () => nodemailer.createTransport({ host, port, ignoreTLS: true }).sendMail(mail),
  sendmail: () => new Promise((done) => sendmail({ devHost: host, devPort: port, silent: true })(mail, done)),
  emailjs: () => new SMTPClient({ host, port, ssl: false, tls: false }).sendAsync(mail),
}
const line = (text) => JSON.stringify(/^.*mg daily/m.exec(text)[0])
for (const [name, send] of Object.entries(clients)) {
  wire = ''
  await send()
  console.log(`${name}: on the wire ${line(wire)}, by RFC 5321 ${line(wire.replaceAll(/^\./gm, ''))}, by smtp-server ${line(arrived)}`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
nodemailer: on the wire "..5 mg daily", by RFC 5321 ".5 mg daily", by smtp-server ".5 mg daily"
sendmail: on the wire ".5 mg daily", by RFC 5321 "5 mg daily", by smtp-server ".5 mg daily"
emailjs: on the wire ".5 mg daily", by RFC 5321 "5 mg daily", by smtp-server ".5 mg daily"
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
