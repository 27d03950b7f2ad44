#!/usr/bin/env bash
# One would guess: a library that takes the payload as a Buffer signs the octets of the Buffer.
# What happens: standardwebhooks 1.1.1 turns the Buffer into text first, so that octets which are no UTF-8 are replaced before
#   they are hashed. A raw message in ISO-8859-1, signed by the sender over its octets (HMAC-SHA256 of id.timestamp.payload),
#   is refused with "No matching signature found"; the same message in UTF-8 is taken.
# Why it matters: a receiver that posts mail as it came (message/rfc822, 8BITMIME) works in every test in ASCII and fails at
#   the first 8-bit message, which looks like a wrong secret. Post such content as base64 or JSON.
# Seen: standardwebhooks 1.1.1, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" standardwebhooks@1.1.1 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const { createHmac, randomBytes } = require('node:crypto')
const { Webhook } = require('standardwebhooks')
const key = randomBytes(32)
const webhook = new Webhook(key.toString('base64'))
for (const encoding of ['ascii', 'utf8', 'latin1']) {
  const text = encoding === 'ascii' ? 'Gruss' : 'Gruß'
  const payload = Buffer.from(`Subject: s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text}\r\n`, encoding)
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.`).update(payload).digest('base64')
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': `${timestamp}`, 'webhook-signature': `v1,${signature}` }
  const same = webhook.sign('msg_1', new Date(timestamp * 1000), payload) === `v1,${signature}`
  let verdict = 'taken'
  try {
    webhook.verify(payload, headers, { jsonParse: false })
  } catch (error) {
    verdict = error.message
  }
  console.log(`${encoding}: signature of the library and of the octets ${same ? 'the same' : 'different'}; ${verdict}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
ascii: signature of the library and of the octets the same; taken
utf8: signature of the library and of the octets the same; taken
latin1: signature of the library and of the octets different; No matching signature found
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
