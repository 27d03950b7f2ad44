#!/usr/bin/env bash
# One would guess: the header of HAProxy's health check says that there is no client: "PROXY UNKNOWN" in version 1, as LOCAL
#   does in version 2 (which the specification made for it).
# What happens: with `send-proxy check` HAProxy 2.6.12 writes PROXY TCP4 with the balancer's own address as the client: a
#   full header, as for a client on that host. With `send-proxy-v2 check` it is LOCAL (20 00 00 00). UNKNOWN comes
#   in version 1 for a real client, one that reached HAProxy by a unix socket.
# Why it matters: behind version 1 a receiver cannot tell checks from clients: each check counts in limits by client, in logs
#   and in statistics, and refusing UNKNOWN "because only checks send it" closes clients. Use version 2 where it matters.
# Seen: haproxy 2.6.12-1+deb12u4 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected`, without the ports.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
const here = process.argv[2]
const seen = { v1: [], v2: [] }
const ports = {}
for (const version of ['v1', 'v2']) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).once('data', (data) => {
      const text = version === 'v1' ? String(data).split('\r\n')[0] : data.subarray(12, 16).toString('hex').replaceAll(/(..)/g, '$1 ').trim()
      seen[version].push(text.replace(/^(PROXY.*) \d+ \d+$/, '$1 port port'))
      socket.end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  ports[version] = server.address().port
}
const part = (version, word) => `listen ${version}\n bind unix@${here}/${version}\n server s 127.0.0.1:${ports[version]} ${word} check inter 100ms\n`
const defaults = 'defaults\n mode tcp\n timeout connect 2s\n timeout client 2s\n timeout server 2s\n'
writeFileSync(`${here}/conf`, defaults + part('v1', 'send-proxy') + part('v2', 'send-proxy-v2'))
const haproxy = spawn(`${here}/usr/sbin/haproxy`, ['-db', '-f', `${here}/conf`], { stdio: 'ignore' })
process.on('exit', () => haproxy.kill())
for (let i = 0; i < 100 && !(seen.v1.length && seen.v2.length); i++) await wait(50)
for (const version of ['v1', 'v2']) {
  console.log(`${version}, check: ${seen[version].at(-1)}`)
  const before = new Set(seen[version])
  net.connect(`${here}/${version}`).on('error', () => {}).end('EHLO client.example\r\n')
  await wait(500)
  const others = seen[version].filter((text) => !before.has(text))
  console.log(`${version}, client by a unix socket: ${others[0] ?? 'the same as the check'}`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
v1, check: PROXY TCP4 127.0.0.1 127.0.0.1 port port
v1, client by a unix socket: PROXY UNKNOWN
v2, check: 20 00 00 00
v2, client by a unix socket: the same as the check
TEXT
LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" node "$tmp/run.mjs" "$tmp" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
