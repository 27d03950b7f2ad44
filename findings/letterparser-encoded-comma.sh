#!/usr/bin/env bash
# One would guess: encoded words are decoded after the address list was split (RFC 2047, section 6.1), so that a comma inside
#   one ("Doe, Jane" as Outlook and directories write names) is part of the name.
# What happens: letterparser 0.1.8 decodes first and splits then: one recipient becomes two, the first of which has the
#   surname as its address. The same name in quotes and ASCII is read well.
# Why it matters: only names outside ASCII are encoded, so that it happens to them alone; "Doe" is then used as an address,
#   the number of recipients is wrong, and so is any answer to all.
# Seen: letterparser 0.1.8, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" letterparser@0.1.8 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import { extract } from 'letterparser'
for (const name of ['"Doe, Jane"', '=?utf-8?Q?D=C3=B6e=2C_Jane?=', '=?utf-8?B?RMO2ZSwgSmFuZQ==?=']) {
  const { to } = extract(`From: a@example.net\r\nTo: ${name} <jane@example.org>\r\nSubject: s\r\n\r\nbody\r\n`)
  console.log(`${name} -> ${JSON.stringify(to.map(({ name, address }) => ({ name, address })))}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
"Doe, Jane" -> [{"name":"Doe, Jane","address":"jane@example.org"}]
=?utf-8?Q?D=C3=B6e=2C_Jane?= -> [{"address":"Döe"},{"name":"Jane","address":"jane@example.org"}]
=?utf-8?B?RMO2ZSwgSmFuZQ==?= -> [{"address":"Döe"},{"name":"Jane","address":"jane@example.org"}]
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
