#!/usr/bin/env bash
# One would guess: port 0 in a PROXY header is as good as any; the specification allows 0 to 65535, and a sender that does
#   not know the port (Caddy, kdig) writes 0. The same client in the two versions has the same fate.
# What happens: lighttpd 1.4.69 closes a version 1 line with 0 as source or destination port, and serves the version 2 header
#   with the same addresses and ports.
# Why it matters: one sends version 1 to look at it with one's eyes while something does not work, and has two faults then. A
#   sender that has no port is better off with version 2.
# Seen: lighttpd 1.4.69-1 (Debian 12), Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap '[ -z "${pid:-}" ] || { kill "$pid"; wait "$pid"; } || true; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download lighttpd=1.4.69-1 libnettle8 libpcre2-8-0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import net from 'node:net'
const port = Number(process.argv[2])
const v1 = (source, destination) => Buffer.from(`PROXY TCP4 192.0.2.1 198.51.100.1 ${source} ${destination}\r\n`)
const v2 = (source, destination) => {
  const header = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000201c633640100000000', 'hex')
  header.writeUInt16BE(source, 24)
  header.writeUInt16BE(destination, 26)
  return header
}
for (const [source, destination] of [[4000, 80], [0, 80], [4000, 0]])
  for (const [name, make] of Object.entries({ 'version 1': v1, 'version 2': v2 })) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    socket.write(Buffer.concat([make(source, destination), Buffer.from('GET /file HTTP/1.0\r\n\r\n')]))
    let answer = ''
    socket.on('data', (data) => (answer += data))
    await new Promise((done) => socket.on('close', done))
    console.log(`ports ${source} and ${destination}, ${name}: ${answer.split('\r\n\r\n')[1] ?? 'closed'}`)
  }
JS
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
mkdir "$tmp/www" && printf served >"$tmp/www/file"
cat >"$tmp/conf" <<C
server.port = $port
server.bind = "127.0.0.1"
server.document-root = "$tmp/www"
server.modules = ("mod_extforward")
extforward.forwarder = ("127.0.0.1" => "trust")
extforward.hap-PROXY = "enable"
C
cat >"$tmp/expected" <<'TEXT'
ports 4000 and 80, version 1: served
ports 4000 and 80, version 2: served
ports 0 and 80, version 1: closed
ports 0 and 80, version 2: served
ports 4000 and 0, version 1: closed
ports 4000 and 0, version 2: served
TEXT
LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" "$tmp/usr/sbin/lighttpd" -D -m "$tmp/usr/lib/lighttpd" -f "$tmp/conf" >"$tmp/log" 2>&1 & pid=$!
for _ in {1..50}; do (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
timeout 30 node "$tmp/run.mjs" "$port" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
