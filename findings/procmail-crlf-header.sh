#!/usr/bin/env bash
# One would guess: procmail, fed a message as SMTP carries it (CRLF), takes the empty line for the end of the header, since
#   it is made for mail; at worst the CR would stay in what it stores.
# What happens: for procmail 3.22 the line CR is no empty line: header and body are one header, and a condition, which reads
#   the header unless told otherwise, also matches text of the body. formail of it ends the header at the first line that is
#   no field, puts a line LF in front of the CR, and has the CR in the address of the From_ line.
# Why it matters: a receiver that pipes the content of DATA to procmail files mail by words in its text: any folder rule of
#   the kind "^X-Topic: billing" takes quoted mail, too. The message has to be turned to LF first.
# Seen: procmail 3.22-27 (Debian 12); the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download procmail=3.22-27 >/dev/null 2>&1 && dpkg-deb -x ./*.deb .)
printf 'From: a@example.net\nSubject: s\n\nhello\nX-Topic: billing\n' >"$tmp/lf"
sed 's/$/\r/' "$tmp/lf" >"$tmp/crlf"
cat >"$tmp/rc" <<RC
MAILDIR=$tmp
LOGFILE=$tmp/log
DEFAULT=$tmp/others
:0
* ^X-Topic: billing
billing
RC
cat >"$tmp/expected" <<'TEXT'
lf: procmail files it under others
lf: formail -A 'X-New: 1' writes
    From a@example.net$
    From: a@example.net$
    Subject: s$
    X-New: 1$
    $
    hello$
    X-Topic: billing$
    $
crlf: procmail files it under billing
crlf: formail -A 'X-New: 1' writes
    From a@example.net\r$
    From: a@example.net\r$
    Subject: s\r$
    X-New: 1$
    $
    \r$
    hello\r$
    X-Topic: billing\r$
    $
TEXT
for form in lf crlf; do
  rm -f "$tmp/billing" "$tmp/others"
  "$tmp/usr/bin/procmail" -m "$tmp/rc" <"$tmp/$form" || true
  for folder in billing others; do [ ! -s "$tmp/$folder" ] || echo "$form: procmail files it under $folder"; done
  echo "$form: formail -A 'X-New: 1' writes"
  "$tmp/usr/bin/formail" -A 'X-New: 1' <"$tmp/$form" | sed 's/  [A-Z][a-z][a-z] .*//' | sed -n 'l' | sed 's/^/    /'
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
