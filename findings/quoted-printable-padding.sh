#!/usr/bin/env bash
# One would guess: white space at the end of a quoted-printable line was added on the way and is dropped. The grammar of RFC
#   2045, section 6.7, has it as transport-padding, behind the "=" of a soft line break, too, and readers have to take it.
# What happens: postal-mime 4.0.0 leaves "= " and the line break in the text. Ruby's mail 2.7.1 does the same and stops there:
#   all behind it, to the end of the part, stays encoded. mailparser 3.14.2 reads it well.
# Why it matters: one blank from a gateway in the first lines of a long German or French mail leaves the whole of it in
#   "=C3=BC"; a program that looks for words finds none of them, and the same message without the blank is right.
# Seen: postal-mime 4.0.0, mailparser 3.14.2, Node.js 20.20.2; ruby-mail 2.7.1+dfsg1-2, ruby3.1 3.1.7+really3.1.2-0+deb12u1 (Debian 12).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" postal-mime@4.0.0 mailparser@3.14.2 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
(cd "$tmp" && apt-get download ruby-mail=2.7.1+dfsg1-2 ruby3.1=3.1.7+really3.1.2-0+deb12u1 libruby3.1=3.1.7+really3.1.2-0+deb12u1 ruby-mini-mime libyaml-0-2 libgdbm6 libgdbm-compat4 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.mjs" <<'JS'
import { readFileSync } from 'node:fs'
import { simpleParser } from 'mailparser'
import PostalMime from 'postal-mime'
const mail = readFileSync(process.argv[2])
console.log(`  mailparser:  ${JSON.stringify((await simpleParser(mail)).text)}`)
console.log(`  postal-mime: ${JSON.stringify((await PostalMime.parse(mail)).text)}`)
JS
cat >"$tmp/run.rb" <<'RB'
require 'mail'
puts "  ruby mail:   #{Mail.read_from_string(File.binread(ARGV[0])).decoded.gsub("\r\n", "\n").inspect}"
RB
cat >"$tmp/expected" <<'TEXT'
soft line break "="
  mailparser:  "grüße für\nspäter\n"
  postal-mime: "grüße für\nspäter\n"
  ruby mail:   "grüße für\nspäter\n"
soft line break "= "
  mailparser:  "grüße für\nspäter\n"
  postal-mime: "grüße = \nfür\nspäter\n"
  ruby mail:   "grüße = \nf=C3=BCr\nsp=C3=A4ter\n"
TEXT
gems="$tmp/usr/lib/ruby/gems/3.1.0/gems"
export LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu" LANG=C.UTF-8 RUBYLIB="$tmp/usr/lib/ruby/vendor_ruby:$tmp/usr/lib/ruby/3.1.0:$tmp/usr/lib/x86_64-linux-gnu/ruby/3.1.0:$gems/net-smtp-0.3.1/lib:$gems/net-imap-0.2.3/lib:$gems/net-pop-0.1.1/lib:$(dirname "$(find "$tmp" -name mini_mime.rb)")"
for padding in '' ' '; do
  echo "soft line break \"=$padding\""
  printf 'From: a@example.net\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BC=C3=9Fe =%s\r\nf=C3=BCr\r\nsp=C3=A4ter\r\n' "$padding" >"$tmp/mail"
  node "$tmp/run.mjs" "$tmp/mail"
  "$tmp/usr/bin/ruby3.1" --disable-gems -W0 "$tmp/run.rb" "$tmp/mail"
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
