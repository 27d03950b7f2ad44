#!/usr/bin/env bash
# One would guess: a part with no header line (delimiter, empty line, content) is plain text: the example of RFC 2046,
#   section 5.1.1, begins with one, so that every MIME reader has been tested with it.
# What happens: ripmime 1.4.0.10 and mblaze 1.1 (mshow) read it as empty, and Email::MIME 1.953 does; its text is lost, with
#   exit code 0 and no message. ripmime loses a part with other fields than Content-Type, too. MIME::Parser 5.510 reads both.
# Why it matters: senders leave the type away because it is the default. An archive or a ticket system that reads mail with one
#   of these has no such text, while other readers show it.
# Seen: ripmime 1.4.0.10.debian.1-3+b1, mblaze 1.1-1, libemail-mime-perl 1.953-1, libmime-tools-perl 5.510-1 (Debian 12).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download ripmime=1.4.0.10.debian.1-3+b1 mblaze=1.1-1 libemail-mime-perl=1.953-1 libmime-tools-perl=5.510-1 libemail-simple-perl \
  libemail-mime-contenttype-perl libemail-mime-encodings-perl libemail-messageid-perl libemail-address-xs-perl libmime-types-perl libmodule-runtime-perl \
  libtext-unidecode-perl libemail-date-format-perl libmailtools-perl libtimedate-perl >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/email-mime.pl" <<'PL'
use Email::MIME; local $/; my $part = (Email::MIME->new(scalar <STDIN>)->subparts)[0]; print $part->body
PL
cat >"$tmp/mime-parser.pl" <<'PL'
use MIME::Parser; local $/; my $parser = MIME::Parser->new; $parser->output_to_core(1); $parser->tmp_to_core(1);
print $parser->parse_data(scalar <STDIN>)->parts(0)->bodyhandle->as_string
PL
export HOME="$tmp" PERL5LIB="$tmp/usr/share/perl5:$tmp/usr/lib/x86_64-linux-gnu/perl5/5.36"
run() { # $1: the tool; writes the text of the first part of the file "mail"
  case $1 in
    ripmime) rm -rf "$tmp/out" && mkdir "$tmp/out" && "$tmp/usr/bin/ripmime" -i "$tmp/mail" -d "$tmp/out" && rm -f "$tmp/out/a.bin" && cat "$tmp"/out/* ;;
    mshow) "$tmp/usr/bin/mshow" -O "$tmp/mail" 2 ;;
    *) perl "$tmp/$1.pl" <"$tmp/mail" ;;
  esac
}
cat >"$tmp/expected" <<'TEXT'
header "Content-Type: text/plain", ripmime: exit code 0, 0 octets of messages, text "the text"
header "Content-Type: text/plain", mshow: exit code 0, 0 octets of messages, text "the text"
header "Content-Type: text/plain", email-mime: exit code 0, 0 octets of messages, text "the text"
header "Content-Type: text/plain", mime-parser: exit code 0, 0 octets of messages, text "the text"
header "Content-Description: note", ripmime: exit code 0, 0 octets of messages, text ""
header "Content-Description: note", mshow: exit code 0, 0 octets of messages, text "the text"
header "Content-Description: note", email-mime: exit code 0, 0 octets of messages, text "the text"
header "Content-Description: note", mime-parser: exit code 0, 0 octets of messages, text "the text"
header "", ripmime: exit code 0, 0 octets of messages, text ""
header "", mshow: exit code 0, 0 octets of messages, text ""
header "", email-mime: exit code 0, 0 octets of messages, text ""
header "", mime-parser: exit code 0, 0 octets of messages, text "the text"
TEXT
for header in $'Content-Type: text/plain\n' $'Content-Description: note\n' ''; do
  printf 'From: a@example.net\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n%s\nthe text\n' "$header" >"$tmp/mail"
  printf -- '--x\nContent-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\nYWJj\n--x--\n' >>"$tmp/mail"
  for tool in ripmime mshow email-mime mime-parser; do
    text=$(run "$tool" 2>"$tmp/log" | tr -d '\r\n') && code=0 || code=$?
    echo "header \"${header%$'\n'}\", $tool: exit code $code, $(wc -c <"$tmp/log") octets of messages, text \"$text\""
  done
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
