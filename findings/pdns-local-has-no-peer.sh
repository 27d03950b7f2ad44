#!/usr/bin/env bash
# One would guess: a query behind a LOCAL header has the address of the connection's peer, as the specification says ("must
#   use the real connection endpoints"): for a health check that is the balancer.
# What happens: PowerDNS Authoritative 4.7.3 answers it with 0.0.0.0 as the client, over UDP and over TCP. With a PROXY header
#   the client is that of the header. (The Recursor of the same house uses the peer.)
# Why it matters: logs and statistics by client have an address that nobody owns, rules written for the balancer's address do
#   not match its own checks, and backends and Lua records that look at the client see the same.
# Seen: pdns-server 4.7.3-2 with pdns-backend-bind (Debian 12), Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap '[ -z "${pid:-}" ] || { kill "$pid"; wait "$pid"; } 2>/dev/null || true; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 libcurl4 libnghttp2-14 \
  librtmp1 libssh2-1 libpsl5 libldap-2.5-0 libsasl2-2 libbrotli1 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
const port = Number(process.argv[2])
const query = Buffer.from('00010100000100000000000003777777076578616d706c65036e65740000010001', 'hex') // www.example.net A
const header = (rest) => Buffer.from(`0d0a0d0a000d0a515549540a${rest}`, 'hex')
const addresses = '000cc0000201c63364010fa00035' // from 192.0.2.1
for (const kind of ['PROXY', 'LOCAL']) {
  const udp = dgram.createSocket('udp4')
  udp.send(Buffer.concat([header(kind === 'LOCAL' ? '20000000' : `2112${addresses}`), query]), port, '127.0.0.1')
  await once(udp, 'message')
  udp.close()
  const tcp = net.connect(port, '127.0.0.1')
  tcp.write(Buffer.concat([header(kind === 'LOCAL' ? '20000000' : `2111${addresses}`), Buffer.from([0, query.length]), query]))
  await once(tcp, 'data')
  tcp.destroy()
}
JS
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
echo "zone \"example.net\" { type master; file \"$tmp/zone\"; };" >"$tmp/named.conf"
# shellcheck disable=SC2016
printf '$TTL 60\n@ IN SOA ns.example.net. a.example.net. 1 1 1 1 1\n@ IN NS ns.example.net.\nwww IN A 192.0.2.80\n' >"$tmp/zone"
cat >"$tmp/expected" <<'TEXT'
Remote 127.0.0.1(192.0.2.1): www.example.net
TCP Remote 127.0.0.1(192.0.2.1): www.example.net
Remote 127.0.0.1(0.0.0.0): www.example.net
TCP Remote 127.0.0.1(0.0.0.0): www.example.net
TEXT
export LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu"
"$tmp/usr/sbin/pdns_server" --config-dir="$tmp" --module-dir="$tmp/usr/lib/x86_64-linux-gnu/pdns" --launch=bind --bind-config="$tmp/named.conf" --local-address=127.0.0.1 --local-port="$port" \
  --proxy-protocol-from=127.0.0.1 --log-dns-queries=yes --loglevel=9 --socket-dir="$tmp" --daemon=no --guardian=no --disable-syslog --security-poll-suffix= >"$tmp/log" 2>&1 & pid=$!
for _ in {1..100}; do grep -q 'ready to distribute' "$tmp/log" && break; sleep 0.1; done
timeout 20 node "$tmp/run.mjs" "$port" || true
sleep 0.5
sed -n "s/^... *[0-9]* [0-9:]* \(.*Remote .*\) wants '\([^|]*\)|.*/\1: \2/p" "$tmp/log" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
