#!/usr/bin/env bash
# One would guess: a Date the parser cannot read gives no date, or an invalid one.
# What happens: mailparser 3.14.2 gives the time of parsing. Names of zones other than the American ones ("CET"; to be read
#   as -0000), military zones ("A") and white space around the colons, all in section 4.3 of RFC 5322 for readers, are
#   among them: the same message has another date at each reading. postal-mime 4.0.0 gives the text of the header.
# Why it matters: old archives and devices write such dates. Imported mail stands at the top as if it had come just now, a
#   second import makes different records of the same message, and nothing tells that the date was made up.
# Seen: mailparser 3.14.2, postal-mime 4.0.0, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" mailparser@3.14.2 postal-mime@4.0.0 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { simpleParser } from 'mailparser'
import PostalMime from 'postal-mime'
for (const time of ['09:55:06 +0100', '09:55:06 EST', '09:55:06 CET', '09:55:06 A', '09 : 55 : 06 +0100']) {
  const date = `Sat, 20 Nov 1999 ${time}`
  const mail = `From: a@example.net\r\nDate: ${date}\r\nSubject: s\r\n\r\nbody\r\n`
  const before = Date.now()
  const read = (await simpleParser(mail)).date
  const now = read.getTime() >= before && read.getTime() <= Date.now()
  console.log(`${date} -> mailparser ${now ? 'NOW' : read.toISOString()}, postal-mime ${(await PostalMime.parse(mail)).date}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
Sat, 20 Nov 1999 09:55:06 +0100 -> mailparser 1999-11-20T08:55:06.000Z, postal-mime 1999-11-20T08:55:06.000Z
Sat, 20 Nov 1999 09:55:06 EST -> mailparser 1999-11-20T14:55:06.000Z, postal-mime 1999-11-20T14:55:06.000Z
Sat, 20 Nov 1999 09:55:06 CET -> mailparser NOW, postal-mime Sat, 20 Nov 1999 09:55:06 CET
Sat, 20 Nov 1999 09:55:06 A -> mailparser NOW, postal-mime Sat, 20 Nov 1999 09:55:06 A
Sat, 20 Nov 1999 09 : 55 : 06 +0100 -> mailparser NOW, postal-mime Sat, 20 Nov 1999 09 : 55 : 06 +0100
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
