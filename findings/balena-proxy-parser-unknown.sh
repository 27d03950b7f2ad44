#!/usr/bin/env bash
# One would guess: a parser of the PROXY protocol with a validating mode reads "PROXY UNKNOWN" (HAProxy, nginx and curl send
#   it for a client on a unix socket) as "no addresses", as it does for the LOCAL header of version 2.
# What happens: @balena/proxy-protocol-parser 1.0.2 without validation gives family IPv6, the line end "\r\n" as the client's
#   address and NaN as its port; with validation it throws. An empty LOCAL header gives an empty object in both modes. It also
#   says nowhere how long the header was, so that the caller has to find the application's first octet without it.
# Why it matters: code tested with HAProxy's version 2 checks logs, counts and limits by the "address" "\r\n" when the same
#   peer is switched to version 1, or ends the connection of a healthy peer.
# Seen: @balena/proxy-protocol-parser 1.0.2, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" @balena/proxy-protocol-parser@1.0.2 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const { decode } = require('@balena/proxy-protocol-parser')
const headers = {
  'v1 UNKNOWN': Buffer.from('PROXY UNKNOWN\r\n'),
  'v2 LOCAL': Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'),
}
for (const [name, header] of Object.entries(headers))
  for (const validate of [false, true])
    try {
      const { remoteFamily, remoteAddress, remotePort } = decode(header, validate)
      console.log(`${name}, validate ${validate}: ${remoteFamily} ${JSON.stringify(remoteAddress)} ${remotePort}`)
    } catch (error) {
      console.log(`${name}, validate ${validate}: throws "${error.message}"`)
    }
JS
cat >"$tmp/expected" <<'TEXT'
v1 UNKNOWN, validate false: IPv6 "\r\n" NaN
v1 UNKNOWN, validate true: throws "proxy protocol: unsupported family received"
v2 LOCAL, validate false: undefined undefined undefined
v2 LOCAL, validate true: undefined undefined undefined
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
