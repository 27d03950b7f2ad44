#!/usr/bin/env bash
# One would guess: tshark, which has a dissector for the PROXY protocol (filter `proxy`), shows the header of a connection to
#   port 25, and the SMTP behind it.
# What happens: in tshark 4.0.17 the port decides first: the header is content of SMTP, or a command PROX,
#   and `proxy` matches nothing.
#   With tcp.try_heuristic_first it is seen, but a command in the segment of a v2 header is then not dissected (behind a v1
#   line it is), and the valid short line "PROXY UNKNOWN" is a malformed packet, "Badly formatted PROXY header line".
# Why it matters: whoever looks at a capture to find out whether the balancer sends headers reads "none", or blames a health
#   check that is right. Capture with the option, and judge UNKNOWN by the octets.
# Seen: tshark 4.0.17-0+deb12u3 (Debian 12), Node.js 20.20.2 to write the captures; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
version=4.0.17-0+deb12u3
(cd "$tmp" && apt-get download "tshark=$version" "libwireshark16=$version" "libwireshark-data=$version" "libwiretap13=$version" "libwsutil14=$version" \
  libbrotli1 libc-ares2 libdbus-1-3 libglib2.0-0 libicu72 liblua5.2-0 libnghttp2-14 libpcap0.8 libsmi2ldbl libsnappy1v5 libxml2 >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/write.cjs" <<'JS'
const { writeFileSync } = require('node:fs')
const v2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000201c63364010fa00019', 'hex')
const segments = {
  'v1 alone': Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 4000 25\r\n'),
  'v1 with EHLO': Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 4000 25\r\nEHLO a.example\r\n'),
  'v1 UNKNOWN': Buffer.from('PROXY UNKNOWN\r\n'),
  'v2 alone': v2,
  'v2 with EHLO': Buffer.concat([v2, Buffer.from('EHLO a.example\r\n')]),
}
for (const [name, data] of Object.entries(segments)) {
  const packet = Buffer.concat([Buffer.from('450000000001000040060000' + '7f000001' + '7f000002' + '9c400019' + '00000001' + '00000001' + '5018200000000000', 'hex'), data])
  packet.writeUInt16BE(packet.length, 2)
  const file = Buffer.alloc(40) // a pcap file of one packet, link type 101 (raw IP)
  ;[0xa1b2c3d4, 0x00040002, 0, 0, 65535, 101, 0, 0, packet.length, packet.length].forEach((word, i) => file.writeUInt32LE(word, i * 4))
  writeFileSync(`${process.argv[2]}/${name}.pcap`, Buffer.concat([file, packet]))
}
JS
cat >"$tmp/expected" <<'TEXT'
tcp.try_heuristic_first:FALSE
  v1 alone: raw:ip:tcp:smtp:data-text-lines||
  v1 with EHLO: raw:ip:tcp:smtp|PROX,EHLO|
  v1 UNKNOWN: raw:ip:tcp:smtp:data-text-lines||
  v2 alone: raw:ip:tcp:smtp:data-text-lines||
  v2 with EHLO: raw:ip:tcp:smtp:data-text-lines||
tcp.try_heuristic_first:TRUE
  v1 alone: raw:ip:tcp:proxy||
  v1 with EHLO: raw:ip:tcp:proxy:smtp|EHLO|
  v1 UNKNOWN: raw:ip:tcp:proxy||Badly formatted PROXY header line
  v2 alone: raw:ip:tcp:proxy||
  v2 with EHLO: raw:ip:tcp:proxy||
TEXT
node "$tmp/write.cjs" "$tmp"
export LD_LIBRARY_PATH="$tmp/usr/lib/x86_64-linux-gnu:$tmp/lib/x86_64-linux-gnu" HOME="$tmp" WIRESHARK_DATA_DIR="$tmp/usr/share/wireshark"
for first in FALSE TRUE; do
  echo "tcp.try_heuristic_first:$first"
  for name in 'v1 alone' 'v1 with EHLO' 'v1 UNKNOWN' 'v2 alone' 'v2 with EHLO'; do
    line=$("$tmp/usr/bin/tshark" -o "tcp.try_heuristic_first:$first" -r "$tmp/$name.pcap" -T fields -E 'separator=|' -e frame.protocols -e smtp.req.command -e _ws.expert.message 2>>"$tmp/log")
    echo "  $name: $line"
  done
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
