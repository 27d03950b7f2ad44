#!/usr/bin/env bash
# One would guess: an address with a domain literal, user@[IPv6:2001:db8::1] (RFC 5321, section 4.1.3; a literal of
#   RFC 5322, section 3.4.1), is one mailbox among others in To.
# What happens: postal-mime 4.0.0 takes the first colon inside the brackets for the colon of a group, so that the rest of the
#   header, all later recipients, become members of a group named "w@[IPv6"; the list it returns has one element.
# Why it matters: postal-mime reads mail in many Node.js and edge receivers. Whoever walks `to` for `.address` (to route, to
#   count, to answer all) loses every recipient behind such an address; [192.0.2.1] does no harm.
# Seen: postal-mime 4.0.0, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" postal-mime@4.0.0 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.mjs" <<'JS'
import PostalMime from 'postal-mime'
for (const literal of ['[192.0.2.1]', '[IPv6:2001:db8::1]']) {
  const to = `v@example.org, w@${literal}, x@example.org, y@example.org`
  const mail = await PostalMime.parse(`From: a@example.net\r\nTo: ${to}\r\nSubject: s\r\n\r\nbody\r\n`)
  console.log(`${literal}: ${mail.to.length} elements, addresses ${mail.to.map(({ address }) => address).join(' ')}`)
  console.log(`  last: ${JSON.stringify(mail.to.at(-1))}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
[192.0.2.1]: 4 elements, addresses v@example.org w@[192.0.2.1] x@example.org y@example.org
  last: {"address":"y@example.org","name":""}
[IPv6:2001:db8::1]: 2 elements, addresses v@example.org 
  last: {"name":"w@[IPv6","group":[{"address":"","name":"1]"},{"address":"x@example.org","name":""},{"address":"y@example.org","name":""}]}
TEXT
node "$tmp/run.mjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
