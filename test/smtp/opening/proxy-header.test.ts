import { connect } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { encode, type ProxyData, V2_CMD } from '../../../src/proxy/index.ts';
import type { ProxyOptions } from '../../../src/proxy/node/proxy-options.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { keeper, Rig, settled } from '../harness.ts';

const GREETING = '220 mx.test ESMTP truepeer\r\n';
const V1 = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
const V2 = Buffer.from(
  encode({
    srcAddr: '2001:db8::7',
    srcPort: 4321,
    dstAddr: '2001:db8::25',
    dstPort: 25,
    tlvs: { AUTHORITY: 'mx.test' },
  }),
);
const LOCAL = Buffer.from(encode({ version: 2, command: V2_CMD.LOCAL }));

function behindProxy(
  handler: Handler = {},
  proxy: Partial<ProxyOptions> = {},
  options: SMTPServerOptions = {},
): Rig {
  const rig = new Rig(
    { handlePROXY: () => true, ...handler },
    { ...options, proxyProtocol: { timeout: 5000, trusted: 'anyone', ...proxy } },
  );
  rig.proxied = true;
  rig.conversation.start(true, false);
  return rig;
}

describe('the PROXY header before SMTP', () => {
  it('nothing is said before it; the greeting follows it, and the rest of the segment is SMTP', () => {
    const rig = behindProxy();
    expect(rig.transcript).toBe('');
    expect(rig.say(`${V1}NOOP\r\n`)).toBe(`${GREETING}250 2.0.0 Ok\r\n`);
    expect(rig.session.client).toEqual({ address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true });
    expect(rig.session.peer.address).toBe('192.0.2.1');
  });

  it('a version 2 header gives the handler its addresses and TLVs, before the greeting', () => {
    const seen: unknown[] = [];
    const rig = behindProxy({
      handlePROXY(_server, session, envelope, data) {
        seen.push(data.srcAddr, data.tlv?.AUTHORITY, session.proxyData === data, envelope.mailFrom);
        return true;
      },
      handleConnect: (_server, session) => void seen.push(session.client.address),
    });
    rig.say(V2);
    expect(seen).toEqual(['2001:db8::7', 'mx.test', true, null, '2001:db8::7']);
    expect(rig.transcript).toBe(GREETING);
  });

  it('a shared secret is compared, blotted out, and stands in no setting', () => {
    const secret = 'correct horse battery';
    const tlvs = { AUTHORITY: 'mx.test', xEF: Buffer.from(secret) };
    const header = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25, tlvs };
    const rig = behindProxy({}, { secret });
    rig.say(Buffer.from(encode(header)));
    expect(rig.transcript).toBe(GREETING);
    const { proxyData } = rig.session;
    expect(proxyData?.tlv?.get('xEF')).toEqual(new Uint8Array(secret.length));
    expect(inspect([rig.conversation.settings, proxyData], { depth: 9, showHidden: true })).not.toContain(
      secret,
    );
    expect(JSON.stringify([rig.conversation.settings.proxyProtocol, proxyData])).not.toContain(
      Buffer.from(secret).toString('hex'),
    );
    const other = behindProxy({}, { secret: `${secret}!` });
    other.say(Buffer.from(encode(header)));
    expect([other.transcript, other.closed]).toEqual(['', 'proxy-header']);
  });

  const refusals: Record<string, Handler> = {
    'says false': { handlePROXY: () => false },
    'promises false': { handlePROXY: () => Promise.resolve(false) },
    'says something falsy': { handlePROXY: () => '' },
    'says nothing': { handlePROXY: () => undefined },
    throws: {
      handlePROXY() {
        throw new Error('no');
      },
    },
    rejects: { handlePROXY: () => Promise.reject(new Error('no')) },
    'does not exist': { handlePROXY: undefined } as unknown as Handler,
  };
  it.each([1, 'yes', {}, [], '250 OK', { code: 220 }])(
    'a handlePROXY that says %j lets the client in',
    (answer) => {
      const rig = behindProxy({ handlePROXY: () => answer });
      rig.say(V1);
      expect([rig.transcript, rig.closed]).toEqual([GREETING, undefined]);
    },
  );

  it.each([
    '550 5.7.1 No',
    '4.7.0 later',
    550,
    { code: 554, text: 'No' },
    { responseCode: 421 },
    { success: false },
    new Error('550 no'),
  ])('a handlePROXY that says %j refuses, and is reported', (answer) => {
    const errors: unknown[] = [];
    const rig = behindProxy({
      handlePROXY: () => answer,
      handleError: (...given: unknown[]) =>
        void errors.push(...given.filter((each) => each instanceof Error)),
    } as unknown as Handler);
    rig.say(V1);
    expect([rig.transcript, rig.closed]).toEqual(['', 'refused']);
    expect(JSON.stringify(errors.map(String))).toContain('expected true or false');
  });

  for (const [what, handler] of Object.entries(refusals)) {
    it(`a handlePROXY that ${what} refuses the connection without a word`, async () => {
      const reasons: string[] = [];
      const rig = behindProxy({
        ...handler,
        handleClose: (_server, _session, reason) => void reasons.push(reason),
      });
      rig.say(`${V1}EHLO x\r\n`);
      await settled();
      expect([rig.transcript, rig.closed, reasons]).toEqual(['', 'refused', ['refused']]);
    });
  }

  it.each(['EHLO client\r\n', 'PROXY TCP4 1.2.3.4\r\n', '\r\nQUIT', 'proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n'])(
    'a malformed header %j closes without a word and is logged',
    (header) => {
      const codes: string[] = [];
      const rig = behindProxy({}, {}, { diagnostics: ({ code }) => codes.push(code) });
      expect(rig.say(header)).toBe('');
      expect(rig.closed).toBe('proxy-header');
      expect(codes).toContain('proxy-header-refused');
    },
  );

  it('D2 and D4: the deadline is absolute, a drip does not move it, the log names the usual causes', () => {
    const texts: string[] = [];
    const rig = behindProxy({}, {}, { diagnostics: ({ text }) => texts.push(text) });
    expect(rig.deadlineAt).toBe(1000 + 5000);
    for (const octet of V1.slice(0, 20)) {
      rig.time += 200;
      rig.say(octet);
      expect(rig.deadlineAt).toBe(1000 + 5000);
    }
    expect(rig.expire()).toBe('');
    expect(rig.closed).toBe('proxy-header');
    expect(texts.at(-1)).toMatch(/send-proxy.*AWS NLB/);
  });

  it('D3: the header is taken once; a second one is no command', () => {
    const rig = behindProxy();
    expect(rig.say(V1 + V1)).toBe(`${GREETING}500 5.5.2 Command not recognised\r\n`);
    expect(rig.say(V2)).not.toContain('250');
    expect(rig.session.client.address).toBe('203.0.113.7');
  });

  it.each([
    ['LOCAL', LOCAL],
    ['UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n')],
  ])('D5: %s, as health checks send it, is greeted; the client is nobody', (_name, header) => {
    const rig = behindProxy();
    expect(rig.say(header)).toBe(GREETING);
    expect(rig.session.client).toEqual({ address: null, port: null, family: null, proxied: false });
    const strict = behindProxy({}, { unknown: 'reject' });
    expect([strict.say(header), strict.closed]).toEqual(['', 'proxy-header']);
  });

  it('command PROXY without a family is refused unless told otherwise', () => {
    const header = Buffer.from('0d0a0d0a000d0a515549540a21000000', 'hex');
    expect([behindProxy().say(header), behindProxy({}, { unspec: 'accept' }).say(header)]).toEqual([
      '',
      GREETING,
    ]);
  });

  it('D8: above the limit of the client 421, said to the real client', () => {
    const rig = behindProxy();
    rig.admitted = false;
    expect(rig.say(V1)).toBe('421 4.7.0 Too many connections; try again later\r\n');
    expect(rig.closed).toBe('limit');
  });

  it('the header survives RSET and EHLO', () => {
    const rig = behindProxy();
    rig.say(`${V1}EHLO a\r\nRSET\r\nEHLO b\r\n`);
    expect((rig.session.proxyData as ProxyData).srcAddr).toBe('203.0.113.7');
  });

  it('an IPv4 client mapped into IPv6 is the IPv4 client', () => {
    const rig = behindProxy();
    rig.say('PROXY TCP6 ::ffff:203.0.113.7 ::1 4321 25\r\n');
    expect(rig.session.client).toEqual({ address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true });
  });

  it('header, commands and content, cut at every offset, give one transcript and one message', async () => {
    for (const header of [Buffer.from(V1), V2]) {
      const rest = 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n..x\r\n.\r\nQUIT\r\n';
      const wire = Buffer.concat([header, Buffer.from(rest)]);
      const outcome = async (pieces: Buffer[]): Promise<unknown> => {
        const kept = keeper();
        const rig = behindProxy({ ...kept, handlePROXY: () => Promise.resolve(true) });
        for (const piece of pieces) {
          rig.say(piece);
          if (rig.held) await settled();
        }
        await settled();
        return [rig.transcript, kept.messages, rig.closed];
      };
      const whole = await outcome([wire]);
      expect(whole).toMatchObject([
        expect.stringMatching(/^220 .*221 2\.0\.0 Bye\r\n$/s),
        ['.x\r\n'],
        'quit',
      ]);
      expect(await outcome([...wire].map((octet) => Buffer.from([octet])))).toEqual(whole);
      for (let cut = 1; cut < wire.length; cut++) {
        expect(await outcome([wire.subarray(0, cut), wire.subarray(cut)])).toEqual(whole);
      }
    }
  });
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function talk(
  options: SMTPServerOptions,
  said: string | undefined,
  handler: Handler = {},
): Promise<string> {
  const server = new SMTPServer({ handlePROXY: () => true, ...handler }, { hostname: 'mx.test', ...options });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanups.push(() => server.close({ drain: 0 }));
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  if (said !== undefined) socket.write(said);
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => (heard += chunk.toString()));
  await new Promise((resolve) => socket.on('close', resolve));
  return heard;
}

describe('PROXY on loopback', () => {
  it('D1: a peer outside the trust list is closed before a byte is read', async () => {
    const proxyProtocol = { timeout: 5000, trusted: ['10.0.0.0/8'] };
    expect(await talk({ proxyProtocol }, `${V1}QUIT\r\n`)).toBe('');
  });

  it("untrusted: 'direct' serves it as a client whose header is no command", async () => {
    const proxyProtocol = { timeout: 5000, trusted: ['10.0.0.0/8'], untrusted: 'direct' as const };
    expect(await talk({ proxyProtocol }, `${V1}QUIT\r\n`)).toBe(
      `${GREETING}500 5.5.2 Command not recognised\r\n221 2.0.0 Bye\r\n`,
    );
  });

  it('a trusted peer speaks for its client', async () => {
    const proxyProtocol = { timeout: 5000, trusted: ['127.0.0.0/8', '::1'] };
    expect(await talk({ proxyProtocol }, `${V1}QUIT\r\n`)).toBe(`${GREETING}221 2.0.0 Bye\r\n`);
  });

  it('a header that never comes ends at the deadline', async () => {
    expect(await talk({ proxyProtocol: { timeout: 150, trusted: 'anyone' } }, 'PROXY')).toBe('');
  });

  it('E6: the limit goes by the client of the header, others are unaffected', async () => {
    const server = new SMTPServer(
      { handlePROXY: () => true },
      {
        hostname: 'mx.test',
        limits: { connectionsPerClient: 2 },
        proxyProtocol: { timeout: 5000, trusted: 'anyone' },
      },
    );
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    cleanups.push(() => server.close({ drain: 0 }));
    const greetings: string[] = [];
    for (const client of ['203.0.113.7', '203.0.113.7', '203.0.113.7', '203.0.113.8']) {
      const socket = connect(port, '127.0.0.1');
      cleanups.push(() => socket.destroy());
      socket.write(`PROXY TCP4 ${client} 198.51.100.25 4321 25\r\n`);
      greetings.push(
        await new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString()))),
      );
    }
    const tooMany = '421 4.7.0 Too many connections; try again later\r\n';
    expect(greetings).toEqual([GREETING, GREETING, tooMany, GREETING]);
  });
});

it('diagnostics name the client of the header, and the peer before it', () => {
  const told: unknown[] = [];
  const options: SMTPServerOptions = {
    authenticator: () => false,
    authRequireTLS: false,
    diagnostics: ({ code, client }) => void told.push([code, client?.address, client?.proxied]),
  };
  behindProxy(keeper(), {}, options).say(`${V1}EHLO a\r\nAUTH PLAIN AGEAYg==\r\n`);
  behindProxy(keeper(), {}, options).say('EHLO a\r\n');
  behindProxy(
    {
      handleDATA: () => undefined,
      handleEHLO() {
        throw new Error('no');
      },
    },
    {},
    options,
  ).say(`${V1}EHLO a\r\n`);
  expect(told).toEqual([
    ['auth-failed', '203.0.113.7', true],
    ['proxy-header-refused', '192.0.2.1', false],
    ['handler-failed', '203.0.113.7', true],
  ]);
});

describe('options of proxyProtocol', () => {
  it('a short timeout is warned about, one that looks like seconds even more; 0 is off', () => {
    const texts: string[] = [];
    const make = (timeout: number): SMTPServer =>
      new SMTPServer(
        { ...keeper(), handlePROXY: () => true },
        { proxyProtocol: { timeout, trusted: 'anyone' }, diagnostics: ({ text }) => texts.push(text) },
      );
    make(5000);
    make(2000);
    make(5);
    expect(make(0).settings.proxyProtocol).toBeNull();
    expect(texts).toEqual([
      'proxyProtocol.timeout is 2000 ms, the standard asks for at least 3000',
      'proxyProtocol.timeout is 5 ms, the standard asks for at least 3000; the unit is milliseconds, were seconds meant?',
    ]);
  });

  it.each([
    [{ timeout: -1, trusted: 'anyone' }, /proxyProtocol\.timeout/],
    [{ timeout: 5000 }, /proxyProtocol\.trusted: a list of networks/],
    [{ timeout: 5000, trusted: [] }, /proxyProtocol\.trusted/],
    [{ timeout: 5000, trusted: ['10.0.0.0/33'] }, /"10\.0\.0\.0\/33" is no network/],
    [{ timeout: 5000, trusted: ['mx.test'] }, /"mx\.test" is no network/],
    [{ timeout: 5000, trusted: ['fe80::1%eth0'] }, /"fe80::1%eth0" is no network/],
    [
      { timeout: 5000, trusted: 'anyone', untrusted: 'maybe' },
      /proxyProtocol\.untrusted: "reject" or "direct"/,
    ],
    [
      { timeout: 5000, trusted: 'anyone', tursted: [] },
      /proxyProtocol\.tursted is unknown; did you mean trusted\?$/,
    ],
    [
      { timeout: 5000, trusted: 'anyone', believed: [] },
      /proxyProtocol\.believed is unknown; known are timeout, trusted, /,
    ],
    [
      { Time_Out: 5000, trusted: 'anyone' },
      /^option proxyProtocol\.Time_Out is unknown; did you mean timeout\?$/,
    ],
  ])('%j is refused by name', (proxyProtocol, message) => {
    expect(() => new SMTPServer({}, { proxyProtocol: proxyProtocol as ProxyOptions })).toThrow(message);
  });
});
