#!/usr/bin/env bash
# One would guess: a mail transfer agent whose relay refuses one of three recipients sends the message to the other two.
# What happens: nullmailer 2.2 gives the whole message up at the first refused RCPT, without DATA, for all recipients: with
#   450 it is tried again as a whole, with 550 it fails as a whole. RCPT of the recipients behind the refused one is not sent.
# Why it matters: a server that greylists or limits one recipient delays the mail of all others for as long, and one dead
#   address in a list keeps cron mail from everybody. To a nullmailer client a server should take RCPT and report later.
# Seen: nullmailer 1:2.2-4 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download nullmailer=1:2.2-4 libgnutls30 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/server.cjs" <<'JS'
require('node:net').createServer((socket) => {
  let data = false
  socket.write('220 mx.example\r\n')
  require('node:readline').createInterface({ input: socket }).on('error', () => {}).on('line', (line) => {
    if (data) {
      data = line !== '.'
      if (!data) socket.write('250 stored\r\n')
      return
    }
    const refused = /^rcpt to:<(4|5)/i.exec(line)
    const reply = refused ? `${refused[1]}50 not this one` : /^data/i.test(line) ? '354 go on' : /^quit/i.test(line) ? '221 bye' : '250 ok'
    if (/^(rcpt|data)/i.test(line)) console.log(`${line} -> ${reply}`)
    data = /^data/i.test(line)
    socket.write(`${reply}\r\n`)
  })
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
JS
cat >"$tmp/expected" <<'TEXT'
RCPT TO:<eve@example.org> -> 250 ok
RCPT TO:<bob@example.org> -> 250 ok
RCPT TO:<zoe@example.org> -> 250 ok
DATA -> 354 go on
RCPT TO:<eve@example.org> -> 250 ok
RCPT TO:<4bob@example.org> -> 450 not this one
RCPT TO:<eve@example.org> -> 250 ok
RCPT TO:<5bob@example.org> -> 550 not this one
eve bob zoe: exit code 0
eve 4bob zoe: exit code 16
eve 5bob zoe: exit code 35
TEXT
node "$tmp/server.cjs" >"$tmp/events" & pid=$!
for _ in {1..50}; do [ -s "$tmp/events" ] && break; sleep 0.1; done
port=$(head -1 "$tmp/events")
for second in bob 4bob 5bob; do
  printf 'ann@example.net\n%s@example.org\n%s@example.org\n%s@example.org\n\nSubject: s\n\nbody\n' eve "$second" zoe >"$tmp/mail"
  printf 'host=127.0.0.1\nport=%s\n\n' "$port" >"$tmp/options"
  code=0
  HELOHOST=client.example LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" "$tmp/usr/lib/nullmailer/smtp" <"$tmp/options" 3<"$tmp/mail" >"$tmp/log" 2>&1 || code=$?
  echo "eve $second zoe: exit code $code"
done >>"$tmp/codes"
tail -n +2 "$tmp/events" | cat - "$tmp/codes" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
