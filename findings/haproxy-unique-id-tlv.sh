#!/usr/bin/env bash
# One would guess: `proxy-v2-options unique-id` sends the unique id of the connection (up to 128 octets, says the specification),
#   and no TLV where there is none.
# What happens: HAProxy 2.6.12 sends PP2_TYPE_UNIQUE_ID with length 0 when the frontend has no unique-id-format, and cuts an
#   id at 127 octets without a word, so that two ids of 128 octets that differ in the last one are the same.
# Why it matters: a receiver that takes the id as a key for logs or for "seen before" puts all clients of such a frontend into
#   one; an id is to be taken as absent when it is empty, and the part that makes it unique belongs to its beginning.
# Seen: haproxy 2.6.12-1+deb12u4 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
const here = process.argv[2]
let told
const server = net.createServer((socket) => socket.on('error', () => {}).once('data', (data) => (told(data), socket.end())))
await once(server.listen(0, '127.0.0.1'), 'listening')
const formats = [0, 20, 127, 128]
const part = (length) =>
  `listen l${length}\n bind unix@${here}/l${length}\n${length ? ` unique-id-format ${'a'.repeat(length - 1)}z\n` : ''}` +
  ` server s 127.0.0.1:${server.address().port} send-proxy-v2 proxy-v2-options unique-id\n`
const defaults = 'defaults\n mode tcp\n timeout connect 2s\n timeout client 2s\n timeout server 2s\n'
writeFileSync(`${here}/conf`, defaults + formats.map(part).join(''))
const haproxy = spawn(`${here}/usr/sbin/haproxy`, ['-db', '-f', `${here}/conf`], { stdio: 'ignore' })
process.on('exit', () => haproxy.kill())
for (let i = 0; i < 100 && !existsSync(`${here}/l128`); i++) await wait(50)
await wait(200)
for (const length of formats) {
  const header = new Promise((resolve) => (told = resolve))
  net.connect(`${here}/l${length}`).on('error', () => {}).write('x')
  const octets = await header
  const tlv = octets.subarray(octets.indexOf(5, 16), 16 + octets.readUInt16BE(14)) // behind a header without addresses
  const value = tlv.subarray(3, 3 + tlv.readUInt16BE(1)).toString()
  console.log(`${length ? `format of ${length} octets, last one z` : 'no unique-id-format'}: TLV ${tlv.subarray(0, 3).toString('hex')}, ${value.length} octets, last one ${value.at(-1) ?? 'none'}`)
}
process.exit()
JS
cat >"$tmp/expected" <<'TEXT'
no unique-id-format: TLV 050000, 0 octets, last one none
format of 20 octets, last one z: TLV 050014, 20 octets, last one z
format of 127 octets, last one z: TLV 05007f, 127 octets, last one z
format of 128 octets, last one z: TLV 05007f, 127 octets, last one a
TEXT
LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" timeout 40 node "$tmp/run.mjs" "$tmp" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
