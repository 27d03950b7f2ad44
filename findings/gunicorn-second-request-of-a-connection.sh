#!/usr/bin/env bash
# One would guess: the client of a PROXY header is the client of the connection: of all requests on it.
# What happens: gunicorn 20.1.0 (--proxy-protocol, threads) gives REMOTE_ADDR from the header for the first request of a kept
#   connection, and the balancer's own address for the second and all later ones.
# Why it matters: HAProxy keeps a client's connection and sends one header for it. Logs and limits by client hold one request
#   for each connection, the rest counts for the balancer, which then runs into the limit. A test with one request is well.
# Seen: gunicorn 20.1.0-6+deb12u1, python3.11 3.11.2-6+deb12u9 (Debian 12), Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap '[ -z "${pid:-}" ] || { kill "$pid"; wait "$pid"; } || true; rm -rf "$tmp"' EXIT
python=3.11.2-6+deb12u9
(cd "$tmp" && apt-get download python3-gunicorn=20.1.0-6+deb12u1 python3-pkg-resources "python3.11-minimal=$python" "libpython3.11-minimal=$python" "libpython3.11-stdlib=$python" >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/app.py" <<'PY'
def app(environ, start_response):
    body = environ["REMOTE_ADDR"].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
PY
cat >"$tmp/run.mjs" <<'JS'
import net from 'node:net'
const port = Number(process.argv[2])
for (const header of ['', 'PROXY TCP4 192.0.2.1 192.0.2.2 4000 80\r\n']) {
  const socket = net.connect(port, '127.0.0.1')
  let answer = ''
  let arrived
  socket.on('data', (data) => ((answer += data), arrived()))
  const clients = []
  for (let i = 0; i < 3; i++) {
    answer = ''
    socket.write(`${i ? '' : header}GET / HTTP/1.1\r\nHost: test.example\r\n\r\n`)
    while (!/\r\n\r\n\d+\.\d+\.\d+\.\d+$/.test(answer)) await new Promise((done) => (arrived = done))
    clients.push(answer.split('\r\n\r\n')[1])
  }
  console.log(`${header ? 'with a header for 192.0.2.1' : 'without a header'}: ${clients.join(', ')}`)
  socket.destroy()
}
JS
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
cat >"$tmp/expected" <<'TEXT'
without a header: 127.0.0.1, 127.0.0.1, 127.0.0.1
with a header for 192.0.2.1: 192.0.2.1, 127.0.0.1, 127.0.0.1
TEXT
export PYTHONHOME="$tmp/usr" PYTHONPATH="$tmp/usr/lib/python3/dist-packages:$tmp"
"$tmp/usr/bin/python3.11" -m gunicorn -k gthread --threads 2 --proxy-protocol -b "127.0.0.1:$port" --worker-tmp-dir "$tmp" app:app >"$tmp/log" 2>&1 & pid=$!
for _ in {1..100}; do grep -q Booting "$tmp/log" && break; sleep 0.1; done
timeout 20 node "$tmp/run.mjs" "$port" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
