#!/usr/bin/env bash
# One would guess: a delimiter line of a multipart body may be followed by white space, which is not part of it
#   ("transport-padding", RFC 2046, section 5.1.1), as mailparser reads it.
# What happens: emailjs-mime-parser 2.0.7 compares the whole line: with one space behind the delimiters the message has no
#   child at all; with it behind the closing delimiter only, the last part has no content. No error is raised.
# Why it matters: padding comes from gateways and hand-made generators, and the message simply seems to be empty: text and
#   attachments are lost without a word.
# Seen: emailjs-mime-parser 2.0.7, mailparser 3.14.2, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" emailjs-mime-parser@2.0.7 mailparser@3.14.2 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const parse = require('emailjs-mime-parser').default
const { simpleParser } = require('mailparser')
const mail = (padding, last) =>
  Buffer.from(
    'From: a@example.net\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n' +
      `--x${padding}\r\nContent-Type: text/plain\r\n\r\nfirst\r\n--x${padding}\r\nContent-Type: text/plain\r\n\r\nsecond\r\n--x--${last}\r\nepilogue\r\n`,
  )
const run = async () => {
  for (const [name, padding, last] of [['no padding', '', ''], ['one space', ' ', ' '], ['last only', '', ' ']]) {
    const children = parse(mail(padding, last)).childNodes.map(({ content }) => content && Buffer.from(content).toString())
    console.log(`${name}: emailjs-mime-parser ${JSON.stringify(children)}, mailparser ${JSON.stringify((await simpleParser(mail(padding, last))).text)}`)
  }
}
run()
JS
cat >"$tmp/expected" <<'TEXT'
no padding: emailjs-mime-parser ["first","second"], mailparser "first\nsecond"
one space: emailjs-mime-parser [], mailparser "first\nsecond"
last only: emailjs-mime-parser ["first",null], mailparser "first\nsecond"
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
