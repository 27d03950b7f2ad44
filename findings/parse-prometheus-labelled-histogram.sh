#!/usr/bin/env bash
# One would guess: a parser of the Prometheus text format gives a histogram with labels as one histogram for each set of
#   labels, as it does for counters.
# What happens: parse-prometheus-text-format 1.1.1 gives ONE for all sets, without labels: the buckets of the last set stand
#   for all, and sum and count are gone. Summaries likewise. Without labels all is well, as in its own example.
# Why it matters: what prom-client 15.1.3 writes for two listeners reads as one; a test or an alert on the first listener
#   looks at the numbers of the second, and an average (sum by count) is not to be had. No error is raised.
# Seen: parse-prometheus-text-format 1.1.1, prom-client 15.1.3, Node.js 20.20.2; the lines are in `expected` below.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" parse-prometheus-text-format@1.1.1 prom-client@15.1.3 >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
cat >"$tmp/run.cjs" <<'JS'
const client = require('prom-client')
const parse = require('parse-prometheus-text-format')
const run = async () => {
  for (const labelNames of [[], ['listener']]) {
    const registers = [new client.Registry()]
    const counter = new client.Counter({ name: 'mails', help: 'Mails', labelNames, registers })
    const histogram = new client.Histogram({ name: 'seconds', help: 'Time', buckets: [1, 10], labelNames, registers })
    for (const [listener, seconds] of [['smtp', 0.5], ['smtp', 0.5], ['submission', 5]]) {
      const labels = labelNames.length ? { listener } : {}
      counter.inc(labels)
      histogram.observe(labels, seconds)
    }
    const text = await registers[0].metrics()
    for (const { name, metrics } of parse(text)) console.log(`labels [${labelNames}], ${name}: ${JSON.stringify(metrics)}`)
  }
}
run()
JS
cat >"$tmp/expected" <<'TEXT'
labels [], mails: [{"value":"3"}]
labels [], seconds: [{"buckets":{"1":"2","10":"3","+Inf":"3"},"count":"3","sum":"6"}]
labels [listener], mails: [{"value":"2","labels":{"listener":"smtp"}},{"value":"1","labels":{"listener":"submission"}}]
labels [listener], seconds: [{"buckets":{"1":"0","10":"1","+Inf":"1"}}]
TEXT
NODE_PATH="$tmp/node_modules" node "$tmp/run.cjs" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
