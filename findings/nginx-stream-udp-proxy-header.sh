#!/usr/bin/env bash
# One would guess: `proxy_protocol on` in an nginx stream server that listens with `udp` is a configuration error (version 1
#   knows TCP4, TCP6 and UNKNOWN only), or puts a header in front of every datagram.
# What happens: nginx 1.22.1 writes the text line, PROXY TCP4, into the first datagram of each session; the second and later
#   datagrams of the same client have none. The configuration is accepted.
# Why it matters: a receiver of syslog or DNS that asks for the header drops all but one datagram of a client, one that does
#   not sees text in front of one in many; which one depends on proxy_timeout and proxy_requests.
# Seen: nginx 1.22.1-9+deb12u11 with libnginx-mod-stream (Debian 12), Node.js 20.20.2; ports are replaced in `expected`.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
version=1.22.1-9+deb12u11
(cd "$tmp" && apt-get download "nginx=$version" "libnginx-mod-stream=$version" >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import dgram from 'node:dgram'
import { once } from 'node:events'
const [entry, target] = process.argv.slice(2).map(Number)
const receiver = dgram.createSocket('udp4').bind(target, '127.0.0.1')
await once(receiver, 'listening')
for (const name of ['first', 'second']) {
  const client = dgram.createSocket('udp4')
  for (let i = 1; i <= 3; i++) {
    client.send(`<14>event ${i}`, entry, '127.0.0.1')
    const [octets] = await once(receiver, 'message')
    console.log(`${name} client, datagram ${i}: ${JSON.stringify(String(octets).replace(/ \d+ \d+\r/, ' port port\r'))}`)
  }
  client.close()
}
process.exit()
JS
mapfile -t port < <(node -e 'for (let i = 0; i < 2; i++) { const s = require("dgram").createSocket("udp4").bind(0, "127.0.0.1", () => { console.log(s.address().port); setTimeout(() => s.close(), 200) }) }')
cat >"$tmp/nginx.conf" <<C
load_module $tmp/usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; pid $tmp/pid; error_log stderr;
events {}
stream { server { listen 127.0.0.1:${port[0]} udp; proxy_protocol on; proxy_pass 127.0.0.1:${port[1]}; } }
C
cat >"$tmp/expected" <<'TEXT'
first client, datagram 1: "PROXY TCP4 127.0.0.1 127.0.0.1 port port\r\n<14>event 1"
first client, datagram 2: "<14>event 2"
first client, datagram 3: "<14>event 3"
second client, datagram 1: "PROXY TCP4 127.0.0.1 127.0.0.1 port port\r\n<14>event 1"
second client, datagram 2: "<14>event 2"
second client, datagram 3: "<14>event 3"
TEXT
"$tmp/usr/sbin/nginx" -e stderr -p "$tmp" -c "$tmp/nginx.conf" 2>"$tmp/log" & pid=$!
sleep 1
timeout 20 node "$tmp/run.mjs" "${port[@]}" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
