#!/usr/bin/env bash
# One would guess: curl sends a file of a Unix system over SMTP with the line ends of SMTP, as sendmail does.
# What happens: curl 7.88.1 sends the file as it is: the lines of the message end with a bare LF inside a dialogue in CRLF.
#   A dot at the start of such a line is not doubled, as it starts no line of SMTP. `--crlf`, which the manual calls useful
#   for MVS, makes both right.
# Why it matters: servers took bare LF for decades; one that refuses it, as many do by now, turns every message of a shell
#   script away, with a reply that seems to be about the text.
# Seen: curl 7.88.1-10+deb12u15 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
version=7.88.1-10+deb12u15
(cd "$tmp" && apt-get download "curl=$version" "libcurl4=$version" libnghttp2-14 librtmp1 libssh2-1 libpsl5 libldap-2.5-0 libsasl2-2 libbrotli1 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/server.cjs" <<'JS'
require('node:net').createServer((socket) => {
  let content
  socket.on('error', () => {}).write('220 mx.example\r\n')
  socket.on('data', (chunk) => {
    if (content !== undefined) {
      content += chunk
      if (!content.endsWith('\r\n.\r\n')) return
      console.log(JSON.stringify(content))
      content = undefined
      return socket.write('250 ok\r\n')
    }
    if (/^data/i.test(chunk)) content = ''
    socket.write(content === '' ? '354 go on\r\n' : /^quit/i.test(chunk) ? '221 bye\r\n' : '250 ok\r\n')
  })
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
JS
printf 'From: a@example.net\nSubject: s\n\nhello\n.dot\n' >"$tmp/mail"
cat >"$tmp/expected" <<'TEXT'
curl : "From: a@example.net\nSubject: s\n\nhello\n.dot\n\r\n.\r\n"
curl --crlf: "From: a@example.net\r\nSubject: s\r\n\r\nhello\r\n..dot\r\n.\r\n"
TEXT
node "$tmp/server.cjs" >"$tmp/events" & pid=$!
for _ in {1..50}; do [ -s "$tmp/events" ] && break; sleep 0.1; done
port=$(head -1 "$tmp/events")
for option in '' --crlf; do
  # shellcheck disable=SC2086
  LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" "$tmp/usr/bin/curl" -sS $option "smtp://127.0.0.1:$port" --mail-from a@example.net --mail-rcpt b@example.org --upload-file "$tmp/mail" 2>"$tmp/log"
  echo "curl $option: $(tail -1 "$tmp/events")"
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
