#!/usr/bin/env bash
# One would guess: the LOCAL header swaks sends with --proxy-command LOCAL is that of a health check: signature, 20 00 00 00.
# What happens: swaks 20201014.0 writes command 2, which does not exist (LOCAL is 0, PROXY is 1), and a header that is one
#   octet shorter than the 16 of every version 2 header, so that its length field runs into the first octet of what follows.
# Why it matters: swaks is what people test PROXY listeners of mail servers with. A receiver that is right refuses it, and the
#   search for the fault begins in the receiver. Its PROXY headers over IPv4 are right.
# Seen: swaks 20201014.0-2 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download swaks=20201014.0-2 >/dev/null 2>&1 && dpkg-deb -x ./*.deb .)
cat >"$tmp/server.cjs" <<'JS'
require('node:net').createServer((socket) => {
  const seen = []
  const show = () => {
    const octets = Buffer.concat(seen)
    const end = octets.indexOf('EHLO')
    console.log(octets.subarray(0, end < 0 ? undefined : end).toString('hex').replaceAll(/(..)/g, '$1 ').trim())
    socket.end('221 bye\r\n')
  }
  socket.on('error', () => {}).on('data', (data) => (seen.push(data), seen.length === 1 && setTimeout(show, 200)))
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
JS
cat >"$tmp/expected" <<'TEXT'
0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00 0c c0 00 02 01 c0 00 02 02 10 00 00 19
0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 22 00 00
TEXT
node "$tmp/server.cjs" >"$tmp/events" & pid=$!
for _ in {1..50}; do [ -s "$tmp/events" ] && break; sleep 0.1; done
port=$(head -1 "$tmp/events")
addresses=(--proxy-family AF_INET --proxy-source 192.0.2.1 --proxy-source-port 4096 --proxy-dest 192.0.2.2 --proxy-dest-port 25)
for command in PROXY LOCAL; do
  perl "$tmp/usr/bin/swaks" --server 127.0.0.1 --port "$port" --to b@example.org --from a@example.net --timeout 3 --proxy-version 2 --proxy-command "$command" "${addresses[@]}" >"$tmp/$command.log" 2>&1 || true
done
tail -n +2 "$tmp/events" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp"/*.log; exit 1; }
