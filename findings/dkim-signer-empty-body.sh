#!/usr/bin/env bash
# One would guess: two signers of one author agree on c=relaxed/relaxed, also for a message whose body is empty.
# What happens: dkim-signer 0.2.2 takes the header section for the body when the body is empty, and writes the hash of that.
#   With "relaxed" an empty body is hashed as no octet at all (RFC 6376, section 3.4.4); nodemailer 10.6.1 does so.
# Why it matters: read receipts, commands to list servers and "see subject" mail have an empty body: just these fail DKIM at
#   every verifier ("body hash did not verify"), and so DMARC, while all other mail of the same sender passes.
# Seen: dkim-signer 0.2.2, nodemailer 10.6.1, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" dkim-signer@0.2.2 nodemailer@10.6.1 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const { createHash, generateKeyPairSync } = require('node:crypto')
const { text: readAll } = require('node:stream/consumers')
const { DKIMSign } = require('dkim-signer')
const NodemailerDkim = require('nodemailer/lib/dkim')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
const options = { domainName: 'example.net', keySelector: 'k', privateKey }
const hash = (text) => createHash('sha256').update(text).digest('base64')
const said = (header) => [/c=([a-z/]+)/, /bh=([^;]+)/].map((pattern) => pattern.exec(header.replaceAll(/\s/g, ''))[1]).join(' ')
const run = async () => {
  for (const [name, body, canonical] of [['body "x"', 'x\r\n', 'x\r\n'], ['empty body', '', '']]) {
    const header = 'From: a@example.net\r\nTo: b@example.org\r\nSubject: s\r\n'
    const mail = `${header}\r\n${body}`
    console.log(`${name}, RFC 6376: relaxed ${hash(canonical)}, of the header section ${hash(header)}`)
    console.log(`${name}, dkim-signer: ${said(DKIMSign(mail, options))}`)
    console.log(`${name}, nodemailer: ${said(await readAll(new NodemailerDkim(options).sign(Buffer.from(mail))))}`)
  }
}
run()
JS
cat >"$tmp/expected" <<'TEXT'
body "x", RFC 6376: relaxed s14J+iztnrytnRYzb7lhFG/jS/vrxWJnnahfijFMnco=, of the header section Vo2g2G71F9ymb8MIJTi/a7RyJJvGTeSl/ZBjyRXaBss=
body "x", dkim-signer: relaxed/relaxed s14J+iztnrytnRYzb7lhFG/jS/vrxWJnnahfijFMnco=
body "x", nodemailer: relaxed/relaxed s14J+iztnrytnRYzb7lhFG/jS/vrxWJnnahfijFMnco=
empty body, RFC 6376: relaxed 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=, of the header section Vo2g2G71F9ymb8MIJTi/a7RyJJvGTeSl/ZBjyRXaBss=
empty body, dkim-signer: relaxed/relaxed Vo2g2G71F9ymb8MIJTi/a7RyJJvGTeSl/ZBjyRXaBss=
empty body, nodemailer: relaxed/relaxed 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
