#!/usr/bin/env bash
# One would guess: a library that composes and sends mail encodes text outside ASCII (quoted-printable or base64), or calls it
#   8bit and looks whether the server offers 8BITMIME.
# What happens: emailjs 5.0.3 sends UTF-8 as it is under "Content-Transfer-Encoding: 7bit", to a server without 8BITMIME as
#   well as to one with it, and says no BODY=8BITMIME to either. The subject is encoded as it should be.
# Why it matters: the header promises what the body breaks: relays that convert by it, signatures over a converted body and
#   strict receivers fail with mail of German or French users only. A server must not conclude from the label or from a
#   missing BODY that it can store 7 bits.
# Seen: emailjs 5.0.3, Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" emailjs@5.0.3 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { once } from 'node:events'
import net from 'node:net'
import { SMTPClient } from 'emailjs'
for (const extension of ['SIZE 1000000', '8BITMIME']) {
  let octets = Buffer.alloc(0)
  const server = net.createServer((socket) => {
    let data = false
    socket.on('error', () => {}).write('220 mx.example\r\n')
    socket.on('data', (chunk) => {
      octets = Buffer.concat([octets, chunk])
      if (data && !octets.toString('latin1').endsWith('\r\n.\r\n')) return
      const line = data ? '' : String(chunk)
      data = /^data/i.test(line)
      socket.write(/^ehlo/i.test(line) ? `250-mx.example\r\n250 ${extension}\r\n` : data ? '354 go on\r\n' : '250 ok\r\n')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = new SMTPClient({ host: '127.0.0.1', port: server.address().port, ssl: false, tls: false })
  await client.sendAsync({ from: 'a@example.net', to: 'b@example.org', subject: 'Grüße', text: 'Grüße' })
  const text = octets.toString('latin1')
  const body = Buffer.from(/\r\n\r\n([^\r\n]+)/.exec(text)[1], 'latin1')
  console.log(`server offers ${extension}: ${/^mail from.*$/im.exec(text)[0].trim()}`)
  console.log(`  ${/^subject.*$/im.exec(text)[0].trim()}, ${/^content-transfer-encoding.*$/im.exec(text)[0].trim()}, body ${body.toString('hex')}`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
server offers SIZE 1000000: mail FROM:<a@example.net>
  Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=, Content-Transfer-Encoding: 7bit, body 4772c3bcc39f65
server offers 8BITMIME: mail FROM:<a@example.net>
  Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=, Content-Transfer-Encoding: 7bit, body 4772c3bcc39f65
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
