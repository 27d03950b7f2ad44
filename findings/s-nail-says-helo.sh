#!/usr/bin/env bash
# One would guess: a mail client that is maintained today says EHLO and falls back to HELO when that is refused.
# What happens: s-nail 14.9.24 (mailx of many systems) says HELO when it is told neither to log in nor to use TLS, whatever the
#   server's greeting is, and so hears of no extension. With a password to use it says EHLO.
# Why it matters: rules that tell clients by EHLO ("HELO is spam"), or offer STARTTLS, SIZE or SMTPUTF8 and count on them, meet
#   the cron mail of one's own machines here. A server has to do without EHLO, and "ESMTP" in its greeting does not help.
# Seen: s-nail 14.9.24-2 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download s-nail=14.9.24-2 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libidn2-0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/server.cjs" <<'JS'
require('node:net').createServer((socket) => {
  let data = false
  socket.on('error', () => {}).write('220 mx.example ESMTP\r\n')
  require('node:readline').createInterface({ input: socket }).on('error', () => {}).on('line', (line) => {
    if (data) {
      if (line === '.') socket.write('250 ok\r\n')
      data = line !== '.'
      return
    }
    if (/^(helo|ehlo)/i.test(line)) console.log(line.slice(0, 4))
    data = /^data/i.test(line)
    const ehlo = '250-mx.example\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n'
    socket.write(/^ehlo/i.test(line) ? ehlo : data ? '354 go on\r\n' : line === 'AUTH PLAIN' ? '334 \r\n' : !/^[a-z]+( |$)/i.test(line) ? '235 welcome\r\n' : /^quit/i.test(line) ? '221 bye\r\n' : '250 ok\r\n')
  })
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
JS
cat >"$tmp/expected" <<'TEXT'
smtp-auth=none: HELO, exit code 0
smtp-auth=plain: EHLO, exit code 0
TEXT
node "$tmp/server.cjs" >"$tmp/events" & pid=$!
for _ in {1..50}; do [ -s "$tmp/events" ] && break; sleep 0.1; done
port=$(head -1 "$tmp/events")
export HOME="$tmp" LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu"
for account in 'none ' 'plain user:secret@'; do
  read -r auth login <<<"$account"
  echo body | timeout 20 "$tmp/usr/bin/s-nail" -:/ -S v15-compat -S nosave -S "mta=smtp://${login}127.0.0.1:$port" -S "smtp-auth=$auth" -r a@example.net -s s b@example.org >"$tmp/log" 2>&1 && code=0 || code=$?
  echo "smtp-auth=$auth: $(tail -1 "$tmp/events"), exit code $code"
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
