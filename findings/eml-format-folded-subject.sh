#!/usr/bin/env bash
# One would guess: a Subject that begins on its second line ("Subject:" CRLF SP text; valid by RFC 5322, section 2.2.3, and
#   what folding gives when the first word is long) is read as any folded header.
# What happens: eml-format 0.6.1 has no Subject then, and the text of the subject is part of the header BEFORE it: here the
#   address of the recipient ends in two words of the subject. Folded after its first word it is found, with a line end in it and without its space.
# Why it matters: whoever answers, routes or files by `to` uses an address the message never had, and which header is
#   damaged depends on the order of the headers, so that tests with one's own mail find nothing.
# Seen: eml-format 0.6.1, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" eml-format@0.6.1 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const { read } = require('eml-format')
const mail = (subject) =>
  `From: Ann <ann@example.net>\r\nTo: bob@example.org\r\nSubject:${subject}\r\nContent-Type: text/plain\r\n\r\nbody\r\n`
for (const subject of [' weekly report', ' weekly\r\n report', '\r\n weekly report'])
  read(mail(subject), (error, { to, subject: read }) => {
    console.log(`Subject:${JSON.stringify(subject).slice(1, -1)} -> ${error ?? ''}subject ${JSON.stringify(read)}, to ${JSON.stringify(to)}`)
  })
JS
cat >"$tmp/expected" <<'TEXT'
Subject: weekly report -> subject "weekly report", to {"email":"bob@example.org"}
Subject: weekly\r\n report -> subject "weekly\r\nreport", to {"email":"bob@example.org"}
Subject:\r\n weekly report -> subject undefined, to {"email":"bob@example.org\r\nweekly report"}
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
