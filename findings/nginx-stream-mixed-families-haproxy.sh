#!/usr/bin/env bash
# One would guess: in a chain of proxies each hop writes a header that the next one reads: nginx, told to trust the header it
#   gets (set_real_ip_from), passes on the client with a valid line of version 1.
# What happens: nginx 1.22.1 (stream) writes the client it was told and its OWN listener as destination. With an IPv6 client
#   in front of a listener on IPv4 that is `PROXY TCP6 2001:db8::1 127.0.0.1 ...`; the specification wants both addresses of
#   the named family, and HAProxy 2.6.12 (accept-proxy) closes the connection. IPv4 clients pass.
# Why it matters: IPv6 clients alone are lost, inside the chain, where no client ever speaks IPv6; without set_real_ip_from
#   all pass, under the wrong address. A receiver that wants to stand behind nginx has to know this line.
# Seen: nginx 1.22.1-9+deb12u11, libnginx-mod-stream of it, haproxy 2.6.12-1+deb12u4 (Debian 12), Node.js 20.20.2.
set -euo pipefail
tmp=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" || true; done; rm -rf "$tmp"' EXIT
nginx=1.22.1-9+deb12u11
(cd "$tmp" && apt-get download "nginx=$nginx" "libnginx-mod-stream=$nginx" haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import { once } from 'node:events'
import net from 'node:net'
const [tap, target, entry, haproxy] = process.argv.slice(2).map(Number)
net.createServer((socket) => socket.end('served')).listen(target, '127.0.0.1')
const between = net.createServer((socket) => {
  const next = net.connect(haproxy, '127.0.0.1').on('error', () => {}).on('close', () => socket.destroy())
  socket.once('data', (data) => console.log(`  nginx writes ${String(data).split(/ \d+ \d+\r\n/)[0]}`))
  socket.on('error', () => {}).pipe(next).pipe(socket)
})
await once(between.listen(tap, '127.0.0.1'), 'listening')
for (const header of ['PROXY TCP4 192.0.2.1 192.0.2.2 4000 25', 'PROXY TCP6 2001:db8::1 2001:db8::2 4000 25']) {
  console.log(`the edge sends ${header}`)
  const client = net.connect(entry, '127.0.0.1').on('error', () => {})
  client.write(`${header}\r\nEHLO client.example\r\n`)
  let answer = ''
  client.on('data', (data) => (answer += data))
  await once(client, 'close')
  console.log(`  the client is ${answer || 'closed without an octet'}`)
}
process.exit()
JS
mapfile -t port < <(node -e 'for (let i = 0; i < 4; i++) { const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); setTimeout(() => s.close(), 200) }) }')
cat >"$tmp/nginx.conf" <<C
load_module $tmp/usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; pid $tmp/pid; error_log stderr;
events {}
stream { server { listen 127.0.0.1:${port[2]} proxy_protocol; set_real_ip_from 127.0.0.1; proxy_protocol on; proxy_pass 127.0.0.1:${port[0]}; } }
C
printf 'defaults\n mode tcp\n timeout connect 2s\n timeout client 9s\n timeout server 9s\nlisten l\n bind 127.0.0.1:%s accept-proxy\n server s 127.0.0.1:%s\n' "${port[3]}" "${port[1]}" >"$tmp/haproxy.cfg"
export LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu"
"$tmp/usr/sbin/nginx" -e stderr -p "$tmp" -c "$tmp/nginx.conf" 2>"$tmp/nginx.log" & pids+=($!)
"$tmp/usr/sbin/haproxy" -db -f "$tmp/haproxy.cfg" >"$tmp/haproxy.log" 2>&1 & pids+=($!)
cat >"$tmp/expected" <<'TEXT'
the edge sends PROXY TCP4 192.0.2.1 192.0.2.2 4000 25
  nginx writes PROXY TCP4 192.0.2.1 127.0.0.1
  the client is served
the edge sends PROXY TCP6 2001:db8::1 2001:db8::2 4000 25
  nginx writes PROXY TCP6 2001:db8::1 127.0.0.1
  the client is closed without an octet
TEXT
for i in 2 3; do for _ in {1..50}; do (: <"/dev/tcp/127.0.0.1/${port[$i]}") 2>/dev/null && break; sleep 0.1; done; done
node "$tmp/run.mjs" "${port[@]}" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp"/*.log; exit 1; }
