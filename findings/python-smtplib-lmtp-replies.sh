#!/usr/bin/env bash
# One would guess: smtplib.LMTP, whose only purpose is LMTP, reads a reply for each recipient after the end of the data (the
#   one difference of LMTP to SMTP; RFC 2033, section 4.2), or at least does not mix them up.
# What happens: Python 3.11.2 reads one reply, as for SMTP. The replies of the other recipients are taken for those of the
#   NEXT commands: a full mailbox is not reported, and the next message, to somebody else, fails at MAIL because of it.
# Why it matters: sendmail() of two recipients gives {} ("all taken") while one of them was refused: the mail is lost without
#   a report. A server cannot help; deliver one recipient a transaction from Python, or close after each message.
# Seen: python3.11-minimal 3.11.2-6+deb12u9 (Debian 12), Node.js 20.20.2 as server; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
python=3.11.2-6+deb12u9
(cd "$tmp" && apt-get download "python3.11-minimal=$python" "libpython3.11-minimal=$python" "libpython3.11-stdlib=$python" >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/server.cjs" <<'JS'
require('node:net').createServer((socket) => {
  let recipients, data = false
  const say = (line) => socket.write(`${line}\r\n`)
  say('220 lmtp.example LMTP')
  require('node:readline').createInterface({ input: socket }).on('line', (line) => {
    if (data) {
      if (line !== '.') return
      data = false
      for (const to of recipients) say(to.includes('full') ? '552 5.2.2 mailbox full' : `250 2.1.5 stored for ${to}`)
    } else if (/^mail/i.test(line)) say((recipients = []) && '250 2.1.0 sender ok')
    else if (/^rcpt/i.test(line)) say(recipients.push(/<(.*)>/.exec(line)[1]) && '250 2.1.5 recipient ok')
    else if (/^data/i.test(line)) say((data = true) && '354 go on')
    else say('250 2.0.0 ok')
  })
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
JS
cat >"$tmp/client.py" <<'PY'
import smtplib, sys
lmtp = smtplib.LMTP("127.0.0.1", int(sys.argv[1]))
print("message for ann and full:", lmtp.sendmail("a@example.net", ["ann@example.org", "full@example.org"], "Subject: 1\r\n\r\nbody\r\n"))
try:
    print("message for bob:", lmtp.sendmail("a@example.net", ["bob@example.org"], "Subject: 2\r\n\r\nbody\r\n"))
except smtplib.SMTPException as error:
    print("message for bob:", repr(error))
lmtp.close()
PY
cat >"$tmp/expected" <<'TEXT'
message for ann and full: {}
message for bob: SMTPSenderRefused(552, b'5.2.2 mailbox full', 'a@example.net')
TEXT
node "$tmp/server.cjs" >"$tmp/port" & pid=$!
for _ in {1..50}; do [ -s "$tmp/port" ] && break; sleep 0.1; done
PYTHONHOME="$tmp/usr" "$tmp/usr/bin/python3.11" -I "$tmp/client.py" "$(cat "$tmp/port")" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
