#!/usr/bin/env bash
# One would guess: a library that reads delivery status notifications (RFC 3464) calls a failure a bounce, and a report of
#   success (Action: delivered, relayed, expanded) or of a delay none; it reads Action and Status, after all.
# What happens: baunsu 0.2.3 says `bounced: true`, with the same score, to all five actions. Action and Status are in its
#   result, but do not count.
# Why it matters: whoever asks for reports (NOTIFY=SUCCESS, or DELAY, which many servers send unasked) and takes addresses
#   out of a list at `bounced` takes out exactly those that have the mail. Look at the class of the status: 5 is a failure.
# Seen: baunsu 0.2.3, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" baunsu@0.2.3 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const Baunsu = require('baunsu')
const report = (action, status, diagnostic) => `Return-Path: <>
From: MAILER-DAEMON@mx.example
To: ann@example.net
Subject: Delivery Status Notification
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

A report about your message.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; bob@example.org
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; ${diagnostic}
--x--
`
for (const [action, status, diagnostic] of [
  ['failed', '5.1.1', '550 5.1.1 no such user'],
  ['delayed', '4.4.1', '450 4.4.1 try again'],
  ['delivered', '2.0.0', '250 2.0.0 ok'],
  ['relayed', '2.0.0', '250 2.0.0 ok'],
  ['expanded', '2.0.0', '250 2.0.0 ok'],
]) {
  const { bounced, score, action: read, status: { code } } = new Baunsu().detectSync(report(action, status, diagnostic))
  console.log(`Action: ${action}, Status: ${status} -> bounced ${bounced}, score ${score}; it has read ${read} ${code}`)
}
JS
cat >"$tmp/expected" <<'TEXT'
Action: failed, Status: 5.1.1 -> bounced true, score 0.75; it has read failed 5.1.1
Action: delayed, Status: 4.4.1 -> bounced true, score 0.75; it has read delayed 4.4.1
Action: delivered, Status: 2.0.0 -> bounced true, score 0.75; it has read delivered 2.0.0
Action: relayed, Status: 2.0.0 -> bounced true, score 0.75; it has read relayed 2.0.0
Action: expanded, Status: 2.0.0 -> bounced true, score 0.75; it has read expanded 2.0.0
TEXT
NODE_PATH="$tmp/node_modules" node --no-deprecation "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
