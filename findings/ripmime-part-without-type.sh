#!/usr/bin/env bash
# One would guess: a part without Content-Type, with no header at all too, is plain text (RFC 2046, section 5.1; its example
#   begins with such a part), and ripmime unpacks it as it unpacks the same part with "Content-Type: text/plain".
# What happens: ripmime 1.4.0.10 writes no file for it; its exit code is 0 and it says nothing. The other parts are unpacked.
# Why it matters: senders leave the type away because it is the default, so that a scanner or
#   an archive behind ripmime never sees the text of such mail.
# Seen: ripmime 1.4.0.10.debian.1-3+b1 (Debian 12); the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download ripmime=1.4.0.10.debian.1-3+b1 >/dev/null 2>&1 && dpkg-deb -x ./*.deb .)
mail() { # $1: the header section of the first part
  printf 'From: a@example.net\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n'
  printf -- '--x\n%s\nthe text of the mail\n--x\nContent-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\nYWJj\n--x--\n' "$1"
}
cat >"$tmp/expected" <<'TEXT'
header "Content-Type: text/plain": exit code 0, 0 octets of messages
  a.bin: abc
  textfile1: the text of the mail
header "Content-Description: note": exit code 0, 0 octets of messages
  a.bin: abc
header "": exit code 0, 0 octets of messages
  a.bin: abc
TEXT
for header in $'Content-Type: text/plain\n' $'Content-Description: note\n' ''; do
  mail "$header" >"$tmp/mail"
  rm -rf "$tmp/out" && mkdir "$tmp/out" && code=0
  "$tmp/usr/bin/ripmime" -i "$tmp/mail" -d "$tmp/out" >"$tmp/log" 2>&1 || code=$?
  echo "header \"${header%$'\n'}\": exit code $code, $(wc -c <"$tmp/log") octets of messages"
  (cd "$tmp/out" && for file in *; do [ ! -s "$file" ] || echo "  $file: $(cat "$file")"; done)
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
