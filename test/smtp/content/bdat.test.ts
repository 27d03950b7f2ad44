import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { addressed, greeted, keeper, ready, settled } from '../harness.ts';

const OK = '250 2.6.0 Message accepted\r\n';
const got = (size: number): string => `250 2.0.0 ${size} octets received\r\n`;
const MAIL = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';
const MAIL_OK = '250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n';
const BARE = '550 5.6.0 Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)\r\n';
const FAILED = '503 5.5.1 An earlier chunk was refused; say RSET\r\n';
const CHUNKS_ONLY = '503 5.5.1 The message has begun in chunks; go on with BDAT or say RSET\r\n';

describe('CHUNKING (RFC 3030)', () => {
  it('rules 54 and 58: chunks are content as they are, CRLF.CRLF and commands included', () => {
    const handler = keeper();
    const rig = addressed(handler);
    const first = 'a\r\n.\r\nQUIT\r\n';
    expect(rig.say(`BDAT ${first.length}\r\n${first}BDAT 5 last\r\n..b\r\n`)).toBe(got(first.length) + OK);
    expect(handler.messages).toEqual([`${first}..b\r\n`]);
    expect(rig.say(`${MAIL}DATA\r\nplain\r\n.\r\n`)).toContain(OK);
    expect(handler.messages[1]).toBe('plain\r\n');
  });

  it('rule 59: BDAT 0 LAST alone is an empty message, as DATA with a dot alone is', () => {
    const handler = keeper();
    const rig = addressed(handler);
    expect(rig.say('BDAT 0 LAST\r\n')).toBe(OK);
    expect(rig.say(`${MAIL}BDAT 0\r\nBDAT 3\r\nx\r\nBDAT 0 LAST\r\n`)).toBe(MAIL_OK + got(0) + got(3) + OK);
    expect(handler.messages).toEqual(['', 'x\r\n']);
  });

  it.each([
    '-1',
    '5x',
    '111111111111111111111',
    '5 LAST x',
    '5 FIRST',
    '',
    '99999999999999999999',
    '+5',
    '5,',
  ])('rule 55: BDAT %s is refused and closed, since nobody knows where commands go on', (argument) => {
    const rig = addressed();
    expect(rig.say(`BDAT ${argument}\r\nNOOP\r\n`)).toBe(
      '501 5.5.4 A chunk size is expected: BDAT size [LAST]\r\n',
    );
    expect(rig.closed).toBe('not-smtp');
  });

  it('rule 55: above the limit a chunk is drained and refused, far above it the connection is closed', () => {
    const rig = addressed(keeper(), { dataSizeLimit: 10 });
    const tooBig = '552 5.3.4 Message is larger than this server takes\r\n';
    expect(rig.say('BDAT 12\r\n0123456789\r\nBDAT 3 LAST\r\nx\r\n')).toBe(tooBig + FAILED);
    expect(rig.say('RSET\r\n')).toBe('250 2.0.0 Ok\r\n');
    expect(rig.say(`${MAIL}BDAT 12 LAST\r\n0123456789\r\n`)).toBe(MAIL_OK + tooBig);
    expect(rig.say(`${MAIL}BDAT 41 LAST\r\n`)).toBe(MAIL_OK + tooBig);
    expect(rig.closed).toBe('limit');
  });

  const TOO_MANY = '554 5.5.0 Message comes in too many chunks; send larger ones\r\n';

  it('above limits.chunks the message is refused, and the chunks that follow are drained', () => {
    const handler = keeper();
    const rig = addressed(handler, { limits: { chunks: 2 } });
    const quit = 'BDAT 6\r\nQUIT\r\n';
    expect(rig.say(quit.repeat(4))).toBe(got(6).repeat(2) + TOO_MANY + FAILED);
    expect(rig.say(`RSET\r\n${MAIL}${quit.repeat(2)}BDAT 6 LAST\r\nQUIT\r\n`)).toBe(
      `250 2.0.0 Ok\r\n${MAIL_OK}${got(6).repeat(2)}${TOO_MANY}`,
    );
    expect(rig.say(`${MAIL}${quit}BDAT 6 LAST\r\nQUIT\r\n`)).toBe(MAIL_OK + got(6) + OK);
    expect(handler.messages).toEqual(['QUIT\r\n'.repeat(2)]);
  });

  it('a chunk for each line of 80 octets passes; tiny ones do up to the first thousand', () => {
    const handler = keeper();
    const rig = addressed(handler);
    const line = `BDAT 80\r\n${'x'.repeat(78)}\r\n`;
    expect(rig.say(`${line.repeat(9000)}BDAT 0 LAST\r\n`)).toBe(got(80).repeat(9000) + OK);
    // 64 octets a chunk beyond the first 1,000: of chunks of one octet, 1015 >= 15 * 64, and 1016 < 16 * 64.
    expect(rig.say(`${MAIL}${'BDAT 1\r\nx'.repeat(1017)}`)).toBe(
      MAIL_OK + got(1).repeat(1015) + TOO_MANY + FAILED,
    );
    expect(handler.messages.map(({ length }) => length)).toEqual([720_000]);
  });

  it('rule 56: without a transaction the octets are dropped, not executed', () => {
    const rig = ready();
    expect(rig.say('BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n')).toBe(
      '503 5.5.1 MAIL comes first\r\n'.repeat(2) + '250 2.0.0 Ok\r\n',
    );
    rig.say('MAIL FROM:<a@a.test>\r\n');
    expect(rig.say('BDAT 6 LAST\r\nQUIT\r\n')).toBe('503 5.5.1 No recipient has been accepted\r\n');
    expect(greeted().say('BDAT 6 LAST\r\nQUIT\r\n')).toBe('503 5.5.1 Say HELO or EHLO first\r\n');
  });

  it('rule 56: between chunks only BDAT, NOOP, RSET, QUIT and questions', () => {
    const rig = addressed();
    rig.say('BDAT 3\r\nx\r\n');
    const refused = 'DATA\r\nMAIL FROM:<x@x>\r\nRCPT TO:<x@x>\r\nEHLO x\r\nHELO x\r\n';
    expect(rig.say(refused)).toBe(CHUNKS_ONLY.repeat(3) + CHUNKS_ONLY.replace('5.5.1 ', '').repeat(2));
    expect(rig.say('NOOP\r\n')).toBe('250 2.0.0 Ok\r\n');
    expect(rig.say(`RSET\r\n${MAIL}`)).toBe(`250 2.0.0 Ok\r\n${MAIL_OK}`);
    expect(rig.say('QUIT\r\n')).toBe('221 2.0.0 Bye\r\n');
  });

  it('rule 56: BDAT after LAST finds no transaction, DATA none for BINARYMIME', () => {
    const rig = addressed();
    expect(rig.say('BDAT 3 LAST\r\nx\r\nBDAT 3 LAST\r\nx\r\n')).toBe(`${OK}503 5.5.1 MAIL comes first\r\n`);
    rig.say('MAIL FROM:<a@a.test> BODY=BINARYMIME\r\nRCPT TO:<b@b.test>\r\n');
    expect(rig.say('DATA\r\n')).toBe('503 5.5.1 BINARYMIME comes with BDAT, not with DATA\r\n');
  });

  it('rule 57: the policy for bare newlines is that of DATA, unless the body is binary', () => {
    for (const bad of ['a\nb', 'a\rb', '\n', 'ab\r', '\ra', 'a\r\r\n', 'a\r\n\nb']) {
      const rig = addressed(keeper());
      expect([bad, rig.say(`BDAT ${bad.length} LAST\r\n${bad}`)]).toEqual([bad, BARE]);
    }
    const handler = keeper();
    const rig = ready(handler);
    rig.say('MAIL FROM:<a@a.test> BODY=BINARYMIME\r\nRCPT TO:<b@b.test>\r\n');
    expect(rig.say('BDAT 6 LAST\r\na\nb\rc\0')).toBe(OK);
    expect(handler.messages).toEqual(['a\nb\rc\0']);
    const normal = keeper();
    expect(addressed(normal, { bareNewlines: 'normalize' }).say('BDAT 3\r\na\nbBDAT 2 LAST\r\n\r\n')).toBe(
      got(3) + OK,
    );
    expect(normal.messages).toEqual(['a\r\nb\r\n']);
  });

  it('a CR at the end of a chunk and a LF at the start of the next are one newline', () => {
    expect(addressed(keeper()).say('BDAT 2\r\na\rBDAT 2 LAST\r\n\nb')).toBe(got(2) + OK);
    expect(addressed(keeper()).say('BDAT 2\r\na\rBDAT 2 LAST\r\nbb')).toBe(got(2) + BARE);
  });

  it('cut at every offset the transcript and the content are the same, buffered and streamed', async () => {
    const wire = Buffer.from(
      `BDAT 7\r\na\r\n.\r\nxBDAT 4\r\n\r\n\r\nNOOP\r\nBDAT 3 LAST\r\ny\r\n${MAIL}BDAT 0 LAST\r\nQUIT\r\n`,
    );
    const outcome = async (pieces: Buffer[], streaming: boolean): Promise<unknown> => {
      const messages: string[] = [];
      const handler: Handler = streaming
        ? {
            async handleContent(_server, _session, _envelope, content) {
              let text = '';
              for await (const piece of content) text += piece.toString();
              messages.push(text);
            },
          }
        : { handleDATA: (_server, _session, envelope) => void messages.push(envelope.content!.toString()) };
      const rig = addressed(handler);
      const before = rig.transcript.length;
      for (const piece of pieces) {
        rig.say(piece);
        if (streaming) await settled();
      }
      await settled();
      await settled();
      return [rig.transcript.slice(before), messages, rig.closed];
    };
    for (const streaming of [false, true]) {
      const whole = await outcome([wire], streaming);
      expect(whole).toEqual([
        `${got(7)}${got(4)}250 2.0.0 Ok\r\n${OK}${MAIL_OK}${OK}221 2.0.0 Bye\r\n`,
        ['a\r\n.\r\nx\r\n\r\ny\r\n', ''],
        'quit',
      ]);
      expect(
        await outcome(
          [...wire].map((octet) => Buffer.from([octet])),
          streaming,
        ),
      ).toEqual(whole);
      for (let cut = 1; cut < wire.length; cut++) {
        expect(await outcome([wire.subarray(0, cut), wire.subarray(cut)], streaming)).toEqual(whole);
      }
    }
  });

  it('a handler that does not read stops the client between chunks, too, until it has made room', async () => {
    let content: AsyncIterator<Buffer> | undefined;
    const rig = addressed({
      handleContent(_server, _session, _envelope, pieces) {
        content = pieces[Symbol.asyncIterator]();
        return new Promise<void>(() => {});
      },
    });
    const chunk = `BDAT 30000\r\n${'x'.repeat(30_000)}`;
    for (let chunks = 0; chunks < 3; chunks++) {
      expect(rig.held).toBe(false);
      expect(rig.say(chunk)).toBe(got(30_000));
    }
    expect(rig.held).toBe(true);
    expect(rig.say(`${chunk}NOOP\r\n`)).toBe('');
    // What the handler has taken is no time of the client's.
    rig.time += 299_999;
    const before = rig.transcript.length;
    await content!.next();
    expect(rig.transcript.slice(before)).toBe(`${got(30_000)}250 2.0.0 Ok\r\n`);
    await content!.next();
    expect(rig.held).toBe(false);
    expect(rig.deadlineAt).toBeGreaterThan(rig.time + 60_000);
  });

  it('E1: a chunk that drips is closed by its deadline', () => {
    const rig = addressed();
    rig.say('BDAT 100000 LAST\r\n');
    expect(rig.deadlineAt).toBe(1000 + 180_000);
    rig.time = 101_000;
    rig.say('x');
    expect(rig.deadlineAt).toBe(1000 + 180_000 + 2);
    expect(rig.expire()).toBe('421 4.4.2 Timeout waiting for the message\r\n');
  });
});
