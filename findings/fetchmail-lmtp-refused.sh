#!/usr/bin/env bash
# One would guess: fetchmail leaves a message in the mailbox when the receiver refuses it after the data with 550, whatever
#   the protocol of delivery; over SMTP it does.
# What happens: with `lmtp` (and `no keep`) fetchmail 6.4.37 deletes the message from the POP3 server (DELE) although LMTP has said
#   "550 5.2.1" for its only recipient. The same dialogue over SMTP ends without DELE.
# Why it matters: the only copy of the mail is gone. Whoever offers LMTP to fetchmail has to answer 4xx to the data when the
#   message may be right and the refusal is a matter of configuration.
# Seen: fetchmail 6.4.37-1 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download fetchmail=6.4.37-1 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/server.cjs" <<'JS'
const net = require('node:net')
const lines = (greeting, answer) =>
  net.createServer((socket) => {
    socket.write(`${greeting}\r\n`)
    require('node:readline').createInterface({ input: socket }).on('line', (line) => {
      const reply = answer(line, socket)
      if (reply) socket.write(`${reply}\r\n`)
      if (/^quit/i.test(line)) socket.end()
    })
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
const mail = 'From: a@example.net\r\nTo: b@example.org\r\nSubject: s\r\n\r\nbody\r\n'
lines('+OK pop3', (line) => {
  if (/^dele/i.test(line)) console.error(`POP3: ${line}`)
  if (/^(stat|list 1|uidl 1)/i.test(line)) return `+OK 1 ${mail.length}`
  if (/^(list|uidl)/i.test(line)) return `+OK\r\n1 ${mail.length}\r\n.`
  if (/^(retr|top)/i.test(line)) return `+OK\r\n${mail}.`
  return /^(capa|last)/i.test(line) ? '-ERR' : '+OK'
})
let data = false
lines('220 mx.example', (line) => {
  if (!data) return (data = /^data/i.test(line)) ? '354 go on' : /^quit/i.test(line) ? '221 bye' : '250 ok'
  if (line !== '.') return
  data = false
  console.error('receiver: 550 after the data')
  return '550 5.2.1 mailbox disabled'
})
JS
cat >"$tmp/expected" <<'TEXT'
smtp: receiver: 550 after the data
lmtp: receiver: 550 after the data
lmtp: POP3: DELE 1
TEXT
node "$tmp/server.cjs" >"$tmp/ports" 2>>"$tmp/events" & pid=$!
for _ in {1..50}; do [ "$(wc -l <"$tmp/ports")" = 2 ] && break; sleep 0.1; done
mapfile -t port <"$tmp/ports" && export LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" HOME="$tmp" FETCHMAILHOME="$tmp"
for by in smtp lmtp; do
  printf 'set no bouncemail\npoll 127.0.0.1 protocol pop3 port %s auth password user u password p is b here %s smtphost "127.0.0.1/%s" no keep sslproto ""\n' "${port[0]}" "$([ $by = smtp ] || echo lmtp)" "${port[1]}" >"$tmp/rc"
  chmod 600 "$tmp/rc" && : >"$tmp/events"
  "$tmp/usr/bin/fetchmail" -f "$tmp/rc" --nosyslog >"$tmp/$by.log" 2>&1 || true
  sed "s/^/$by: /" "$tmp/events"
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp"/*.log; exit 1; }
