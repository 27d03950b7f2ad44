// @ts-check
import net from 'node:net';
import { answer } from '../smtp/servers/child.mjs';

/**
 * Many peers at once that mean no good, or nothing at all. They come from many loopback addresses, as a crowd does.
 *
 * @typedef {object} Crowd
 * @property {'open'} do
 * @property {number} port
 * @property {number} count
 * @property {string[]} says what each writes at once, each text after the first when the server has answered the
 *   one before; empty for peers that wait in silence
 * @property {string} drips then one octet of this a second, from the start again at its end; '' for none
 *
 * @typedef {object} Ends
 * @property {number} open how many are still connected
 * @property {number} shortest milliseconds that the first one closed was connected
 * @property {number} longest the same for the last one closed so far
 */

const AT_ONCE = 200;
const ADDRESSES = 200;

/** @type {Set<Peer>} */
const peers = new Set();
/** @type {number[]} */
let lifetimes = [];

class Peer {
  /** @param {Crowd} crowd @param {number} which @param {() => void} settled */
  constructor(crowd, which, settled) {
    this.drips = crowd.drips;
    this.dripped = 0;
    const says = [...crowd.says];
    this.socket = net.connect({
      port: crowd.port,
      host: '127.0.0.1',
      localAddress: `127.0.0.${1 + (which % ADDRESSES)}`,
      onread: { buffer: IGNORED, callback: () => (this.next(says, settled), true) },
    });
    let since = 0;
    this.socket.on('connect', () => {
      since = performance.now();
      peers.add(this);
      if (says.length === 0) settled();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      if (peers.delete(this)) lifetimes.push(performance.now() - since);
      settled();
    });
  }

  /** @param {string[]} says @param {() => void} settled */
  next(says, settled) {
    const text = says.shift();
    if (text === undefined) settled();
    else this.socket.write(text);
  }

  drip() {
    if (this.drips === '') return;
    this.socket.write(this.drips.charAt(this.dripped));
    this.dripped = (this.dripped + 1) % this.drips.length;
  }
}

const IGNORED = Buffer.alloc(65_536);

/** @param {Crowd} crowd */
async function open(crowd) {
  let which = 0;
  const opener = async () => {
    while (which < crowd.count) {
      const mine = which++;
      await new Promise(
        (/** @type {(value?: undefined) => void} */ resolve) => new Peer(crowd, mine, resolve),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
}

/** @returns {Ends} */
function ends() {
  return {
    open: peers.size,
    shortest: lifetimes.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY),
    longest: lifetimes.reduce((most, each) => Math.max(most, each), 0),
  };
}

/** Spread over the second, so that the server never sees all of them in one turn. */
let turn = 0;
setInterval(() => {
  turn = (turn + 1) % 10;
  let at = 0;
  for (const peer of peers) if (at++ % 10 === turn) peer.drip();
}, 100);

answer(async (/** @type {Crowd | { do: 'ends' } | { do: 'leave' }} */ request) => {
  if (request.do === 'open') await open(request);
  if (request.do === 'leave') {
    for (const peer of peers) peer.socket.destroy();
    lifetimes = [];
  }
  return ends();
});
process.send?.({ ready: 0 });
