#!/usr/bin/env bash
# One would guess: a stunnel that listens on both families in front of findhit-proxywrap serves IPv4 clients like one that
#   listens on IPv4 only.
# What happens: stunnel 5.68 gives an IPv4 client of an IPv6 socket as PROXY TCP6 ::ffff:127.0.0.1, the usual text form
#   (RFC 4291, section 2.2). The pattern of findhit-proxywrap 0.3.13 knows no dot inside a TCP6 address: the connection is
#   destroyed before the server hears of it. ::1 through the very same listener is served.
# Why it matters: a listener made to serve both families with one socket ends every IPv4 client behind TLS, with no octet
#   said to it. A receiver has to read both text forms of an IPv4-mapped address.
# Seen: stunnel4 3:5.68-2+deb12u1 (Debian 12), findhit-proxywrap 0.3.13, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" findhit-proxywrap@0.3.13 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
(cd "$tmp" && apt-get download stunnel4=3:5.68-2+deb12u1 libwrap0 libnsl2 libtirpc3 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
cat >"$tmp/run.mjs" <<'JS'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import proxywrap from 'findhit-proxywrap'
const here = process.argv[2]
const listen = async (server) => (await once(server.listen(0, '127.0.0.1'), 'listening'), server.address().port)
const server = proxywrap.proxy(net).createServer((socket) => socket.end(`hello ${socket.remoteAddress}`))
server.on('connection', (socket) =>
  socket.on('error', ({ message, header }) => console.log(`  server: ${message}: ${header.split(/ \d/)[0]}`)),
)
const connect = await listen(server)
for (const host of ['127.0.0.1', '::ffff:127.0.0.1', '::1']) {
  const spare = net.createServer()
  const port = await listen(spare)
  await once(spare.close(), 'close')
  const lines = `foreground = yes\npid =\ncert = ${here}/cert.pem\nkey = ${here}/key.pem\n[s]\nprotocol = proxy\n`
  const child = spawn(`${here}/usr/bin/stunnel4`, ['-fd', '0'])
  child.stdin.end(`${lines}accept = ${host}:${port}\nconnect = 127.0.0.1:${connect}\n`)
  process.on('exit', () => child.kill())
  for await (const line of child.stderr) if (String(line).includes('Configuration successful')) break
  console.log(`client of ${host}`)
  const client = tls.connect({ host: host.replace('::ffff:', ''), port, rejectUnauthorized: false })
  client.write('x')
  let answer = ''
  for await (const data of client) answer += data
  console.log(`  client: "${answer}"`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
client of 127.0.0.1
  client: "hello 127.0.0.1"
client of ::ffff:127.0.0.1
  server: PROXY protocol malformed header: PROXY TCP6 ::ffff:127.0.0.1 ::ffff:127.0.0.1
  client: ""
client of ::1
  client: "hello ::1"
TEXT
LD_LIBRARY_PATH="$tmp/lib/x86_64-linux-gnu:$tmp/usr/lib/x86_64-linux-gnu" node --no-deprecation "$tmp/run.mjs" "$tmp" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
