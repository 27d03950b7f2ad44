#!/usr/bin/env bash
# One would guess: munpack, a MIME decoder, reads a message with the line ends of MIME (CRLF) as well as one with LF; for the
#   attachment in base64 it does.
# What happens: with CRLF munpack 1.6 starts an attachment in 7bit with CR LF and ends it with a lone CR: three octets
#   more, which belong to the header and to the delimiter. The attachment inside a forwarded message is not written at all.
#   The exit code is 0.
# Why it matters: a receiver that stores mail as it came and hands it to munpack damages text files and loses those of
#   forwarded mail, while tests with a file of the local mail system (LF) are all well.
# Seen: mpack 1.6-18+b1 (Debian 12); the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download mpack=1.6-18+b1 >/dev/null 2>&1 && dpkg-deb -x ./*.deb .)
part() { printf -- '--%s\nContent-Type: application/octet-stream; name=%s\nContent-Transfer-Encoding: %s\n\n%s\n' "$@"; }
{
  printf 'From: a@example.net\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n'
  part x first.bin base64 YWJj
  part x second.bin 7bit '1,2'
  printf -- '--x\nContent-Type: message/rfc822\n\nFrom: b@example.net\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=y\n\n'
  part y forwarded.bin base64 YWJj
  printf -- '--y--\n--x--\n'
} >"$tmp/lf"
sed 's/$/\r/' "$tmp/lf" >"$tmp/crlf"
cat >"$tmp/expected" <<'TEXT'
lf: exit code 0
  first.bin:  a b c
  forwarded.bin:  a b c
  second.bin:  1 , 2
crlf: exit code 0
  first.bin:  a b c
  second.bin:  \r \n 1 , 2 \r
TEXT
for form in lf crlf; do
  mkdir "$tmp/out.$form"
  "$tmp/usr/bin/munpack" -q -C "$tmp/out.$form" "$tmp/$form" >"$tmp/log" 2>&1 && code=0 || code=$?
  echo "$form: exit code $code"
  (cd "$tmp/out.$form" && for file in *.bin; do echo "  $file: $(od -An -c "$file" | tr -s ' ')"; done)
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
