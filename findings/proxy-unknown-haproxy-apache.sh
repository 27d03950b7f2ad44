#!/usr/bin/env bash
# One would guess: a receiver that takes PROXY UNKNOWN at all takes both of its forms; the specification wants whatever
#   stands between UNKNOWN and the line end ignored.
# What happens: HAProxy 2.6.12 serves the short form, "PROXY UNKNOWN", and closes the one with addresses. Apache httpd 2.4.71
#   (RemoteIPProxyProtocol) serves the one with addresses and closes the short one, which HAProxy, nginx and curl write for a
#   client on a unix socket. Both use the address of the peer when they serve.
# Why it matters: no form of UNKNOWN is read by both, so that a sender cannot be configured once for a mixed farm; an Apache
#   behind HAProxy's unix socket is "down" with nothing in the line to blame. Version 2 with LOCAL is taken by both.
# Seen: haproxy 2.6.12-1+deb12u4, apache2-bin 2.4.71-1~deb12u1 (Debian 12), Node.js 20.20.2; see `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" || true; done; wait; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download haproxy=2.6.12-1+deb12u4 apache2-bin=2.4.71-1~deb12u1 libapr1 libaprutil1 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import net from 'node:net'
const [haproxy, apache] = process.argv.slice(2).map(Number)
const local = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')
const v1 = (line) => Buffer.from(`${line}\r\n`)
const headers = {
  'PROXY TCP4': v1('PROXY TCP4 192.0.2.1 192.0.2.2 4000 80'),
  'UNKNOWN, short': v1('PROXY UNKNOWN'),
  'UNKNOWN, with addresses': v1('PROXY UNKNOWN 2001:db8::1 2001:db8::2 4000 80'),
  'version 2, LOCAL': local,
}
for (const [name, header] of Object.entries(headers))
  for (const [server, port] of Object.entries({ haproxy, apache })) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    socket.write(Buffer.concat([header, Buffer.from('GET / HTTP/1.0\r\n\r\n')]))
    let answer = ''
    socket.on('data', (data) => (answer += data))
    await new Promise((done) => socket.on('close', done))
    console.log(`${name}: ${server} ${answer ? `serves ${/^x-client: (.*)\r/im.exec(answer)?.[1]}` : 'closes'}`)
  }
JS
mapfile -t port < <(node -e 'for (let i = 0; i < 2; i++) { const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); setTimeout(() => s.close(), 200) }) }')
printf 'defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\nfrontend f\n bind 127.0.0.1:%s accept-proxy\n http-request return status 200 hdr X-Client %%[src]\n' "${port[0]}" >"$tmp/haproxy.cfg"
{ for module in mpm_event authz_core remoteip headers; do echo "LoadModule ${module}_module $tmp/usr/lib/apache2/modules/mod_$module.so"; done
  printf 'ServerRoot %s\nServerName test.example\nPidFile %s/pid\nErrorLog %s/error.log\nListen 127.0.0.1:%s\nUser nobody\nGroup nogroup\nRemoteIPProxyProtocol On\nHeader always set X-Client "expr=%%{REMOTE_ADDR}"\n' "$tmp" "$tmp" "$tmp" "${port[1]}"; } >"$tmp/apache.conf"
export LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu"
"$tmp/usr/sbin/haproxy" -db -f "$tmp/haproxy.cfg" >"$tmp/haproxy.log" 2>&1 & pids+=($!)
"$tmp/usr/sbin/apache2" -DFOREGROUND -f "$tmp/apache.conf" >"$tmp/apache.log" 2>&1 & pids+=($!)
cat >"$tmp/expected" <<'TEXT'
PROXY TCP4: haproxy serves 192.0.2.1
PROXY TCP4: apache serves 192.0.2.1
UNKNOWN, short: haproxy serves 127.0.0.1
UNKNOWN, short: apache closes
UNKNOWN, with addresses: haproxy closes
UNKNOWN, with addresses: apache serves 127.0.0.1
version 2, LOCAL: haproxy serves 127.0.0.1
version 2, LOCAL: apache serves 127.0.0.1
TEXT
for i in 0 1; do for _ in {1..50}; do (: <"/dev/tcp/127.0.0.1/${port[$i]}") 2>/dev/null && break; sleep 0.1; done; done
node "$tmp/run.mjs" "${port[@]}" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp"/*.log; exit 1; }
