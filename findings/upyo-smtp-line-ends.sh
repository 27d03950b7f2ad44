#!/usr/bin/env bash
# One would guess: quoted-printable text keeps its line breaks as line breaks, whichever way the program writes them (RFC
#   2045, section 6.7, rule 4: a line break of the text must be CRLF in the encoding, too).
# What happens: @upyo/smtp 0.4.0 writes a line feed as "=0A": the body is one line, which decodes to bare LF. With CRLF in the text
#   it writes "=0D" and then sends a bare LF over SMTP.
# Why it matters: text with LF shows as one paragraph in readers that go by CRLF; text with CRLF, the careful way, is refused
#   by servers that take no bare LF, or has CR CR LF at its line ends behind servers that repair it.
# Seen: @upyo/smtp 0.4.0, @upyo/core 0.4.0, Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" @upyo/smtp@0.4.0 @upyo/core@0.4.0 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { once } from 'node:events'
import net from 'node:net'
import { createMessage } from '@upyo/core'
import { SmtpTransport } from '@upyo/smtp'
let octets = ''
const server = net.createServer((socket) => {
  let data = false
  socket.on('error', () => {}).write('220 mx.example\r\n')
  socket.on('data', (chunk) => {
    octets += chunk
    if (data && !octets.endsWith('\r\n.\r\n')) return
    data = /^DATA\r\n$/.test(chunk)
    socket.write(data ? '354 go on\r\n' : '250 ok\r\n')
  })
})
await once(server.listen(0, '127.0.0.1'), 'listening')
for (const text of ['first\nsecond', 'first\r\nsecond']) {
  octets = ''
  const transport = new SmtpTransport({ host: '127.0.0.1', port: server.address().port, secure: false })
  await transport.send(createMessage({ from: 'a@example.net', to: 'b@example.org', subject: 's', content: { text } }))
  const body = /Encoding: (\S+)\r\n\r\n([^]*?\n)\.\r\n/.exec(octets)
  console.log(`${JSON.stringify(text)} -> ${body[1]}, ${JSON.stringify(body[2])}`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
"first\nsecond" -> quoted-printable, "first=0Asecond\r\n"
"first\r\nsecond" -> quoted-printable, "first=0D\nsecond\r\n"
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
