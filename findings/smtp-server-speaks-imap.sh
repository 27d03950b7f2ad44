#!/usr/bin/env bash
# One would guess: smtp-server with `useProxy` ("the PROXY protocol header", its README says, and names no version) reads
#   the header of HAProxy's `send-proxy-v2`, or refuses it with a reply of SMTP.
# What happens: smtp-server 3.21.6 reads version 1 only and answers version 2, an empty LOCAL header included, with the line
#   "* BAD Invalid PROXY header" and closes: a reply of IMAP, which has no code.
# Why it matters: a check that only connects finds the server up, and each client hears something that is no greeting.
#   Nobody looks for an IMAP line at port 25. With send-proxy (version 1) all is well.
# Seen: smtp-server 3.21.6, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" smtp-server@3.21.6 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { once } from 'node:events'
import net from 'node:net'
import { SMTPServer } from 'smtp-server'
const server = new SMTPServer({ useProxy: true, name: 'mx.example', disableReverseLookup: true })
server.on('error', () => {})
await once(server.listen(0, '127.0.0.1'), 'listening')
const signature = '0d0a0d0a000d0a515549540a'
const headers = {
  'version 1': Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 4000 25\r\n'),
  'version 2': Buffer.from(`${signature}2111000cc0000201c63364010fa00019`, 'hex'),
  'version 2, LOCAL': Buffer.from(`${signature}20000000`, 'hex'),
}
for (const [name, header] of Object.entries(headers)) {
  const socket = net.connect(server.server.address().port, '127.0.0.1').on('error', () => {})
  socket.write(header)
  const [reply] = await once(socket, 'data')
  const closed = await Promise.race([once(socket, 'close').then(() => 'closed'), new Promise((done) => setTimeout(done, 1000, 'open'))])
  console.log(`${name}: ${JSON.stringify(String(reply))}, then ${closed}`)
  socket.destroy()
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
version 1: "220 mx.example ESMTP\r\n", then open
version 2: "* BAD Invalid PROXY header\r\n", then closed
version 2, LOCAL: "* BAD Invalid PROXY header\r\n", then closed
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
