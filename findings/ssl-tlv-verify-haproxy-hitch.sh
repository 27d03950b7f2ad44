#!/usr/bin/env bash
# One would guess: the field `verify` of PP2_TYPE_SSL is 0 for a client with a verified certificate and another number for
#   one without, as the specification says ("non-zero otherwise") and hitch 1.7.2 writes it.
# What happens: HAProxy 2.6.12, whose author wrote the specification, writes 0 for a TLS client that showed no certificate
#   at all, the same 0 as for a verified one. The two differ in `client` only: 01, against 07 (PP2_CLIENT_CERT_CONN and
#   PP2_CLIENT_CERT_SESS are set).
# Why it matters: whoever reads `verify` alone sees a certificate with every client of HAProxy, and none is missed in tests
#   with hitch. A receiver has to look at the bits of `client` first; `verify` means something when one of them is set.
# Seen: haproxy 2.6.12-1+deb12u4, hitch 1.7.2-1+b1 (Debian 12), Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download haproxy=2.6.12-1+deb12u4 hitch=1.7.2-1+b1 libev4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
cat "$tmp/key.pem" "$tmp/cert.pem" >"$tmp/both.pem" && chmod 755 "$tmp" && chmod 644 "$tmp"/*.pem
cat >"$tmp/run.mjs" <<'JS'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import tls from 'node:tls'
const here = process.argv[2]
const listen = async (server) => (await once(server.listen(0, '127.0.0.1'), 'listening'), server.address().port)
let told
const backend = await listen(net.createServer((socket) => socket.on('error', () => {}).once('data', (data) => (told(data), socket.end()))))
const spare = [net.createServer(), net.createServer()]
const [haproxy, hitch] = await Promise.all(spare.map(listen))
await Promise.all(spare.map((server) => once(server.close(), 'close')))
const pem = `${here}/both.pem`
writeFileSync(`${here}/haproxy.cfg`, `defaults\n mode tcp\n timeout connect 2s\n timeout client 5s\n timeout server 5s\nlisten l\n bind 127.0.0.1:${haproxy} ssl crt ${pem} ca-file ${here}/cert.pem verify optional\n server s 127.0.0.1:${backend} send-proxy-v2-ssl\n`)
writeFileSync(`${here}/hitch.cfg`, `frontend = "[127.0.0.1]:${hitch}"\nbackend = "[127.0.0.1]:${backend}"\npem-file = "${pem}"\nwrite-proxy-v2 = on\nproxy-tlv = on\nclient-verify = optional\nclient-verify-ca = "${here}/cert.pem"\nworkers = 1\n`)
const root = process.getuid() === 0 ? ['-u', 'nobody'] : []
const children = [spawn(`${here}/usr/sbin/haproxy`, ['-db', '-f', `${here}/haproxy.cfg`]), spawn(`${here}/usr/sbin/hitch`, [`--config=${here}/hitch.cfg`, ...root])]
process.on('exit', () => children.forEach((child) => child.kill()))
await wait(1000)
const [key, cert] = ['key', 'cert'].map((name) => readFileSync(`${here}/${name}.pem`))
for (const [name, port] of Object.entries({ haproxy, hitch }))
  for (const [kind, own] of Object.entries({ 'no certificate': {}, 'verified certificate': { key, cert } })) {
    const header = new Promise((resolve) => (told = resolve))
    tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...own }).on('error', () => {}).write('x')
    const octets = await header
    const at = octets.indexOf(0x20, 28) + 3 // the value of PP2_TYPE_SSL, behind signature, addresses and its own type and length
    console.log(`${name}, ${kind}: client ${octets.subarray(at, at + 1).toString('hex')}, verify ${octets.readUInt32BE(at + 1)}`)
  }
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
haproxy, no certificate: client 01, verify 0
haproxy, verified certificate: client 07, verify 0
hitch, no certificate: client 01, verify 1
hitch, verified certificate: client 07, verify 0
TEXT
LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" node "$tmp/run.mjs" "$tmp" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
