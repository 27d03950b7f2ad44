#!/usr/bin/env bash
# One would guess: a header that was parsed and built again by the same library is the same header.
# What happens: proxy-protocol-js 4.0.6 hands out TLVs and the application's octets as one `data`, and build() counts the
#   address block only: the length field falls from 19 to 12, and the TLV now stands in front of the application's octets.
# Why it matters: a relay that reads and rewrites headers with it sends TLVs (HAProxy, nginx and hitch add them for TLS
#   clients) into the mail dialogue: the server behind it gets 7 octets of junk before EHLO. Without TLVs all is well.
# Seen: proxy-protocol-js 4.0.6, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" proxy-protocol-js@4.0.6 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const { V2ProxyProtocol } = require('proxy-protocol-js')
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const addresses = Buffer.from('c0000201c633640130390019', 'hex') // 192.0.2.1:12345 to 198.51.100.1:25
const alpn = Buffer.from('010004736d7470', 'hex') // PP2_TYPE_ALPN, length 4, "smtp"
const header = (tlvs) => Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, 12 + tlvs.length]), addresses, tlvs])
for (const [name, tlvs] of [['no TLV', Buffer.alloc(0)], ['ALPN', alpn]]) {
  const sent = Buffer.concat([header(tlvs), Buffer.from('EHLO client.example\r\n')])
  const parsed = V2ProxyProtocol.parse(sent)
  const built = Buffer.from(parsed.build())
  const length = (octets) => octets.readUInt16BE(14)
  const rest = built.subarray(16 + length(built)).toString('latin1')
  console.log(`${name}: length ${length(sent)} -> ${length(built)}, behind the header ${JSON.stringify(rest)}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
no TLV: length 12 -> 12, behind the header "EHLO client.example\r\n"
ALPN: length 19 -> 12, behind the header "\u0001\u0000\u0004smtpEHLO client.example\r\n"
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
