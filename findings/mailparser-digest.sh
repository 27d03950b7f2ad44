#!/usr/bin/env bash
# One would guess: the parts of a multipart/digest are messages: that is the one thing in which it differs from
#   multipart/mixed (RFC 2046, section 5.1.5), and what Mailman sends to readers of digests.
# What happens: mailparser 3.14.2 takes them for text/plain: no attachment, and a text in which header lines and bodies of
#   the messages follow each other, with transfer encodings and encoded words as they came. The same parts with the type said
#   (message/rfc822) are attachments. postal-mime 4.0.0 reads both alike.
# Why it matters: a digest in German or French is text full of "=C3=BC" and base64, and its messages cannot be told apart;
#   an archive or a search index of a list is wrong for its digests only.
# Seen: mailparser 3.14.2, postal-mime 4.0.0, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" mailparser@3.14.2 postal-mime@4.0.0 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { simpleParser } from 'mailparser'
import PostalMime from 'postal-mime'
const message = 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe'
const digest = (type) =>
  'From: list@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/digest; boundary=x\r\n\r\n' + `--x\r\n${type}\r\n${message}\r\n--x--\r\n`
for (const [name, type] of [['type left away', ''], ['message/rfc822', 'Content-Type: message/rfc822\r\n']]) {
  const { text, attachments } = await simpleParser(digest(type))
  console.log(`${name}, mailparser: attachments [${attachments.map(({ contentType }) => contentType)}], text ${JSON.stringify(text)}`)
  const other = await PostalMime.parse(digest(type))
  console.log(`${name}, postal-mime: text ${JSON.stringify(other.text)}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
type left away, mailparser: attachments [], text "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe"
type left away, postal-mime: text "\n--------------\nSubject: Grüße\n--------------\n\nGrüße\n"
message/rfc822, mailparser: attachments [message/rfc822], text undefined
message/rfc822, postal-mime: text "\n--------------\nSubject: Grüße\n--------------\n\nGrüße\n"
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
