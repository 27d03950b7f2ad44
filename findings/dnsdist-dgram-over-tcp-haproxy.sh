#!/usr/bin/env bash
# One would guess: a PROXY header that arrives over TCP names the transport STREAM: INET is 11.
# What happens: dnsdist 1.7.3 (useProxyProtocol, tcpOnly) names the transport of ITS client: for a query over UDP, passed on
#   over TCP, it writes 12, INET and DGRAM; for one over TCP 11. HAProxy 2.6.12 (accept-proxy) closes the former.
# Why it matters: the octet tells how the client came, not how the header did. A receiver that refuses DGRAM on TCP loses all
#   UDP clients behind such a balancer, while `dig +tcp` works; one that picks a socket type by it is wrong as well.
# Seen: dnsdist 1.7.3-2, haproxy 2.6.12-1+deb12u4 (Debian 12), Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download dnsdist=1.7.3-2 haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 libcdb1 libh2o-evloop0.13 libwslay1 libluajit-5.1-2 \
  libsnmp40 libsensors5 libsensors-config libpci3 libperl5.36 libre2-9 libfstrm0 liblmdb0 libsodium23 libedit2 libbsd0 libmd0 libnghttp2-14 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import { spawn } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
const here = process.argv[2]
const listen = async (server) => (await once(server.listen(0, '127.0.0.1'), 'listening'), server.address().port)
const spare = [net.createServer(), net.createServer()]
const [front, haproxy] = await Promise.all(spare.map(listen))
await Promise.all(spare.map((server) => once(server.close(), 'close')))
const behind = await listen(net.createServer((socket) => socket.on('error', () => {}).once('data', () => console.log('  HAProxy passes the query on'))))
const tap = await listen(
  net.createServer((socket) => {
    const next = net.connect(haproxy, '127.0.0.1').on('error', () => {}).on('close', () => socket.destroy())
    socket.on('error', () => {}).once('data', (data) => console.log(`  dnsdist writes ${data.subarray(12, 14).toString('hex')}`))
    socket.pipe(next).pipe(socket)
  }),
)
writeFileSync(`${here}/haproxy.cfg`, `defaults\n mode tcp\n timeout connect 2s\n timeout client 5s\n timeout server 5s\nlisten l\n bind 127.0.0.1:${haproxy} accept-proxy\n server s 127.0.0.1:${behind}\n`)
writeFileSync(`${here}/dnsdist.conf`, `setSecurityPollSuffix('')\nsetLocal('127.0.0.1:${front}')\nnewServer({address='127.0.0.1:${tap}', useProxyProtocol=true, tcpOnly=true, retries=1}):setUp()\n`)
const env = { LD_LIBRARY_PATH: `${here}/usr/lib/x86_64-linux-gnu:${here}/lib/x86_64-linux-gnu` }
const stdio = ['ignore', 'ignore', 'ignore']
const children = [spawn(`${here}/usr/sbin/haproxy`, ['-db', '-f', `${here}/haproxy.cfg`], { env, stdio }), spawn(`${here}/usr/bin/dnsdist`, ['--supervised', '-C', `${here}/dnsdist.conf`], { env, stdio })]
process.on('exit', () => children.forEach((child) => child.kill()))
await wait(3000)
const query = Buffer.from('00010100000100000000000007' + Buffer.from('example').toString('hex') + '036e65740000010001', 'hex')
console.log('query over UDP')
dgram.createSocket('udp4').send(query, front, '127.0.0.1')
await wait(1000)
console.log('query over TCP')
net.connect(front, '127.0.0.1').on('error', () => {}).write(Buffer.concat([Buffer.from([0, query.length]), query]))
await wait(1000)
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
query over UDP
  dnsdist writes 2112
query over TCP
  dnsdist writes 2111
  HAProxy passes the query on
TEXT
node "$tmp/run.mjs" "$tmp" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
