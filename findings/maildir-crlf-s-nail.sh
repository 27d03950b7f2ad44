#!/usr/bin/env bash
# One would guess: a mail client reads a Maildir whose files have the line ends of SMTP (CRLF): mblaze and Email::Folder do, and
#   Maildir says nothing about line ends.
# What happens: s-nail 14.9.24 finds no end of the header in such a file ("Malformed message: headers and body not
#   separated") and no part in a multipart message: its text is not shown. The list of messages looks right; LF is well.
# Why it matters: a receiver that stores DATA as it came, which keeps DKIM signatures and sizes exact, makes a Maildir that one
#   reader shows and the next does not, whatever was tested. Say in your documents which line ends you store.
# Seen: s-nail 14.9.24-2, mblaze 1.1-1, libemail-folder-perl 0.860-3 (Debian 12); the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download s-nail=14.9.24-2 mblaze=1.1-1 libemail-folder-perl=0.860-3 libemail-foldertype-perl libemail-simple-perl libemail-date-format-perl libmodule-pluggable-perl \
  libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libidn2-0 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
export HOME="$tmp" LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" PERL5LIB="$tmp/usr/share/perl5" LC_ALL=C
cat >"$tmp/expected" <<'TEXT'
LF, mblaze: hello world
LF, Email::Folder: hello world
LF, s-nail: text "hello world", it says ""
CRLF, mblaze: hello world
CRLF, Email::Folder: hello world
CRLF, s-nail: text "", it says "Malformed message: headers and body not separated "
TEXT
for form in LF CRLF; do
  mkdir -p "$tmp/$form/new" "$tmp/$form/cur" "$tmp/$form/tmp"
  file="$tmp/$form/cur/1.2.host:2,"
  printf 'From: a@example.net\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello world\n--x--\n' >"$file"
  [ $form = LF ] || sed -i 's/$/\r/' "$file"
  echo "$form, mblaze: $("$tmp/usr/bin/mshow" -O "$file" 2 2>/dev/null | tr -d '\r\n')"
  # shellcheck disable=SC2016
  echo "$form, Email::Folder: $(perl -MEmail::Folder -e 'print((Email::Folder->new($ARGV[0])->messages)[0]->body)' "$tmp/$form/" | grep -o 'hello world')"
  printf 'type 1\nexit\n' | timeout 20 "$tmp/usr/bin/s-nail" -:/ -S v15-compat -S nosave -R -# -f "maildir://$tmp/$form" >"$tmp/text" 2>"$tmp/log" || true
  echo "$form, s-nail: text \"$(grep -o 'hello world' "$tmp/text" || true)\", it says \"$(grep -m 1 -o 'Malformed message[^(]*' "$tmp/log" || true)\""
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log" "$tmp/text"; exit 1; }
