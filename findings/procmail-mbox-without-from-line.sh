#!/usr/bin/env bash
# One would guess: whatever delivers to an mbox writes the line that begins a message in it ("From sender date").
# What happens: procmail 3.22, with a recipe file and no -f, writes a message that comes without the line as it is. The mbox
#   of two messages has no line at all: formail counts one message, node-mbox 2.0.0 says that it is no mbox, mbox-reader
#   1.2.0 finds none. With -f all find two.
# Why it matters: mail transfer agents write the line before they call procmail, a receiver that pipes the content of DATA
#   does not. Mail is stored with exit code 0 and is one endless message when somebody looks. Say `-f sender`.
# Seen: procmail 3.22-27 (Debian 12), node-mbox 2.0.0, mbox-reader 1.2.0, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" node-mbox@2.0.0 mbox-reader@1.2.0 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
(cd "$tmp" && apt-get download procmail=3.22-27 >/dev/null 2>&1 && dpkg-deb -x ./*.deb .)
cat >"$tmp/run.cjs" <<'JS'
const { createReadStream } = require('node:fs')
const { MboxStream } = require('node-mbox')
const { mboxReader } = require('mbox-reader')
const file = process.argv[2]
const run = async () => {
  let count = 0
  const said = await new Promise((done) => {
    const mbox = MboxStream(createReadStream(file), {})
    mbox.on('data', () => count++).on('error', ({ message }) => done(message)).on('finish', () => setTimeout(done, 100))
  })
  console.log(`  node-mbox: ${said ?? count}`)
  count = 0
  for await (const { headers } of mboxReader(createReadStream(file))) count += headers ? 1 : 0
  console.log(`  mbox-reader: ${count}`)
}
run()
JS
printf 'DEFAULT=%s/mbox\nLOGFILE=%s/log\n' "$tmp" "$tmp" >"$tmp/rc"
cat >"$tmp/expected" <<'TEXT'
procmail , first message: exit code 0
procmail , second message: exit code 0
  formail: 1
  node-mbox: NOT_AN_MBOX_FILE
  mbox-reader: 0
procmail -f a@example.net, first message: exit code 0
procmail -f a@example.net, second message: exit code 0
  formail: 2
  node-mbox: 2
  mbox-reader: 2
TEXT
for options in '' '-f a@example.net'; do
  rm -f "$tmp/mbox"
  for subject in first second; do
    code=0
    # shellcheck disable=SC2086
    printf 'From: a@example.net\nSubject: %s\n\nbody\n' "$subject" | "$tmp/usr/bin/procmail" $options -m "$tmp/rc" || code=$?
    echo "procmail $options, $subject message: exit code $code"
  done
  echo "  formail: $("$tmp/usr/bin/formail" -s sh -c 'cat >/dev/null; echo message' <"$tmp/mbox" | wc -l)"
  NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" "$tmp/mbox"
done | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; cat "$tmp/log"; exit 1; }
