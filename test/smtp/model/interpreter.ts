/**
 * The reference: what a client is told and what the application stores, for whole inputs at once.
 *
 * It is plain on purpose. It knows no segments, no hooks that settle later, no buffers: it cuts the first line off the
 * rest of the text, does what smtp-rules and the RFCs say of it, and goes on.
 */

import { authenticate } from './auth.ts';
import { cutContent, judge, normalized } from './content.ts';
import { isHelloName, isUtf8, readPath } from './grammar.ts';
import { readAttributes } from './attributes.ts';
import { readParameters } from './parameters.ts';
import { type Decision, decide, type Outcome, type Setup, type Stored } from './setup.ts';
import { EIGHT_BIT, HELLO, HTTP, JUNK, LENGTHS, longest, VERBS } from './verbs.ts';

interface Transaction {
  from: string;
  to: string[];
  utf8: boolean;
  binary: boolean;
}

export class Interpreter implements Outcome {
  readonly replies: string[] = [];
  readonly stored: Stored[] = [];
  closed = false;
  readonly setup: Setup;
  /** What has not been read yet. */
  rest = '';
  private hello: 'none' | 'basic' | 'extended' = 'none';
  private tls = false;
  authenticated = false;
  authFailures = 0;
  private refused = false;
  /** Whether the peer has said who its client is: the client speaks from then on. */
  private named = false;
  private mail: Transaction | undefined;
  /** The chunks so far; `failed` after one was refused. */
  private chunks: string | 'failed' | undefined;
  /** How many of them had octets. */
  private chunkCount = 0;
  private firstLine = true;
  private junk = 0;
  private unknown = 0;
  private errors = 0;

  constructor(setup: Setup) {
    this.setup = setup;
  }

  /** @param legs what is sent before each TLS handshake and after the last one. */
  run(legs: readonly string[]): this {
    for (const [index, leg] of legs.entries()) {
      this.rest = leg;
      if (index === 0) this.open();
      else if (!this.tls || this.closed) return this;
      while (!this.closed && this.readLine());
    }
    return this;
  }

  private open(): void {
    const { header, connect } = this.setup;
    if (header !== null) {
      this.rest = this.rest.slice(header.octets.length);
      if (!header.served) return this.close();
    }
    if (connect === 'never') return this.close();
    const code = { ok: '220', deny: '550', later: '450', gone: '421', fail: '421', odd: '421' }[connect];
    this.reply(code);
    if (code === '421') this.close();
    this.refused = code !== '220';
  }

  /** False when the rest holds no whole line. */
  private readLine(): boolean {
    const line = this.takeLine();
    if (line === undefined) return false;
    if (!line.long) this.command(line.text);
    else {
      this.refuse(/^auth /i.test(line.text) ? '500 5.5.6' : '500 5.5.2');
      if (/^bdat /i.test(line.text)) this.close();
    }
    return true;
  }

  /** The next line without its CRLF; undefined when there is none, or the connection had to be closed. */
  takeLine(wide = false, endless = '500 5.5.2'): { text: string; long: boolean } | undefined {
    const { rest } = this;
    if (this.firstLine && rest.startsWith('\x16')) {
      this.close();
      return undefined;
    }
    const lf = rest.indexOf('\n');
    const size = lf < 0 ? rest.length : lf + 1;
    if (size > LENGTHS.endless) this.reply(endless);
    else if (lf < 0) return undefined;
    else if (!rest.slice(0, lf).endsWith('\r')) this.reply('500 5.5.2');
    else {
      this.firstLine = false;
      this.rest = rest.slice(size);
      const most = wide || /^a/i.test(rest) ? LENGTHS.auth : LENGTHS.line;
      return { text: rest.slice(0, lf - 1), long: size > most };
    }
    this.close();
    return undefined;
  }

  private command(line: string): void {
    const { setup } = this;
    const trimmed = line.replace(/ +$/, '');
    const [, word = '', argument = ''] = /^([^ ]*) *(.*)$/s.exec(trimmed)!;
    const verb = word.toUpperCase();
    const row = VERBS[verb];
    const control = /\p{Cc}/u.test(line.replace(/[\x80-\x9f]/g, ''));
    if (row === undefined || row.only === (setup.lmtp ? 'smtp' : 'lmtp')) {
      if (HTTP.test(line)) return this.bye('421 4.7.0');
      if (this.refused) return this.refuse('503 5.5.1');
      this.reply(control ? '501 5.5.2' : '500 5.5.2');
      if (++this.unknown >= setup.unknownCommands) this.bye('421 4.7.0');
      return;
    }
    if (JUNK.includes(verb) && !this.countJunk()) return;
    const error =
      (this.refused && verb !== 'QUIT' ? '503 5.5.1' : undefined) ??
      this.unreadable(line, verb, control) ??
      this.misplaced(verb);
    const bare = HELLO.includes(verb);
    if (error !== undefined) {
      this.refuse(bare ? codeOf(error) : error);
      // Nobody knows where commands go on.
      if (verb === 'BDAT') this.close();
      return;
    }
    if (verb === 'BDAT') return this.chunk(argument);
    if (row.argument === 'none' && argument !== '') return this.refuse('501 5.5.4');
    if (row.argument === 'required' && argument === '') return this.refuse(bare ? '501' : '501 5.5.4');
    this.execute(verb, argument);
  }

  private unreadable(line: string, verb: string, control: boolean): string | undefined {
    if (line.length + 2 > longest(verb)) return '500 5.5.2';
    if (control) return '501 5.5.2';
    if (!/[\x80-\xff]/.test(line)) return undefined;
    return EIGHT_BIT.includes(verb) && isUtf8(line) ? undefined : '501 5.5.2';
  }

  private misplaced(verb: string): string | undefined {
    const row = VERBS[verb]!;
    if (this.setup.requireStartTLS && !this.tls && row.beforeTLS !== true) return '530 5.7.0';
    if (row.afterHello === true && this.hello === 'none') return '503 5.5.1';
    return this.chunks !== undefined && row.whileChunking !== true ? '503 5.5.1' : undefined;
  }

  private execute(verb: string, argument: string): void {
    const { setup } = this;
    if (verb === 'QUIT') return this.quit();
    if (HELLO.includes(verb)) return this.greet(verb, argument);
    if (verb === 'NOOP') return this.hook(decide(argument), '250 2.0.0');
    if (verb === 'HELP') return this.hook(decide(argument), '214 2.0.0');
    if (verb === 'VRFY' || verb === 'EXPN') {
      if (this.lacksAuth) return this.refuse('530 5.7.0');
      return this.hook(decide(argument), verb === 'VRFY' ? '252 2.5.2' : '502 5.5.1');
    }
    if (verb === 'RSET') {
      this.forget();
      return this.hook(setup.reset, '250 2.0.0');
    }
    if (verb === 'MAIL') return this.takeSender(argument);
    if (verb === 'RCPT') return this.takeRecipient(argument);
    if (verb === 'DATA') return this.takeContent();
    if (verb === 'AUTH') {
      if (!setup.authenticates) return this.refuse('502 5.5.1');
      const wrongTime =
        this.authenticated || (this.hello !== 'extended' && !setup.tolerant) || this.mail !== undefined;
      return wrongTime ? this.refuse('503 5.5.1') : authenticate(this, argument, this.tls);
    }
    if (verb === 'STARTTLS') return this.startTLS();
    this.introduce(verb, argument);
  }

  /** Replies to HELO and EHLO have no enhanced code (RFC 2034 section 4). */
  private greet(verb: string, name: string): void {
    if (!isHelloName(name, this.setup.tolerant)) return this.refuse('501');
    const decision = decide(name);
    if (decision === 'never') return this.bye('421 4.3.0');
    if (decision === 'ok') {
      this.forget();
      this.hello = verb === 'HELO' ? 'basic' : 'extended';
    }
    this.reply(codeOf(answer(decision, '250')));
    if (decision === 'gone') this.close();
  }

  private takeSender(argument: string): void {
    const { setup } = this;
    if (this.mail !== undefined) return this.refuse('503 5.5.1');
    if (this.lacksAuth) return this.refuse('530 5.7.0');
    const keyword = (setup.strictSyntax ? /^FROM:/i : /^FROM: */i).exec(argument);
    const path = keyword === null ? undefined : readPath(argument.slice(keyword[0].length), setup.tolerant);
    if (path === undefined || (path.raw !== '' && path.domain === null)) return this.refuse('501 5.1.7');
    const facts = { utf8: false, binary: false };
    const extended = this.hello === 'extended';
    const error = readParameters('MAIL', path.rest, extended, this.tls, setup, facts);
    if (error !== undefined) return this.refuse(error);
    const needsUtf8 = /[\x80-\xff]/.test(path.local + path.domain);
    if (needsUtf8 && !facts.utf8) return this.refuse('553 5.6.7');
    this.hook(decide(path.address), '250 2.1.0', () => {
      this.mail = { from: path.raw, to: [], ...facts };
    });
  }

  private takeRecipient(argument: string): void {
    const { setup, mail } = this;
    if (this.lacksAuth) return this.refuse('530 5.7.0');
    if (mail === undefined) return this.refuse('503 5.5.1');
    const keyword = (setup.strictSyntax ? /^TO:/i : /^TO: */i).exec(argument);
    const path = keyword === null ? undefined : readPath(argument.slice(keyword[0].length), setup.tolerant);
    const nameless = path?.domain === null && path.local.toLowerCase() !== 'postmaster';
    const bare = nameless && !(setup.tolerant && setup.lmtp && path.raw !== '');
    if (path === undefined || bare) return this.refuse('501 5.1.3');
    const extended = this.hello === 'extended';
    const error = readParameters('RCPT', path.rest, extended, this.tls, setup, mail);
    if (error !== undefined) return this.refuse(error);
    if (/[\x80-\xff]/.test(path.local + path.domain) && !mail.utf8) return this.refuse('553 5.6.7');
    if (mail.to.length >= LENGTHS.recipients) return this.reply('452 4.5.3');
    this.hook(decide(path.address), '250 2.1.5', () => void mail.to.push(path.raw));
  }

  private takeContent(): void {
    const { mail } = this;
    if (this.lacksAuth) return this.refuse('530 5.7.0');
    if (mail === undefined || mail.to.length === 0 || mail.binary) return this.refuse('503 5.5.1');
    this.reply('354');
    const cut = cutContent(this.rest);
    if (cut === undefined) {
      this.rest = '';
      return;
    }
    this.rest = cut.rest;
    this.finish(cut.wire, 'data');
  }

  private get lacksAuth(): boolean {
    return this.setup.authRequired && !this.authenticated;
  }

  private countJunk(): boolean {
    if (++this.junk <= this.setup.junkCommands) return true;
    this.bye('421 4.7.0');
    return false;
  }

  private chunk(argument: string): void {
    const { setup, mail } = this;
    const match = /^(\d{1,20})(?: +(LAST))?$/i.exec(argument);
    const size = Number(match?.[1]);
    // Nobody knows where commands go on.
    if (match === null || size > Number.MAX_SAFE_INTEGER) return this.bye('501 5.5.4');
    if (setup.dataSizeLimit > 0 && size > setup.dataSizeLimit * 4) return this.bye('552 5.3.4');
    const last = match[2] !== undefined;
    if (size === 0 && !last && !this.countJunk()) return;
    if (this.rest.length < size) {
      this.rest = '';
      return;
    }
    const octets = this.rest.slice(0, size);
    this.rest = this.rest.slice(size);
    if (setup.requireStartTLS && !this.tls) return this.refuse('530 5.7.0');
    if (this.chunks === 'failed' || this.hello !== 'extended') return this.refuse('503 5.5.1');
    if (this.lacksAuth) return this.refuse('530 5.7.0');
    if (!mail?.to.length) return this.refuse('503 5.5.1');
    const before = this.chunks ?? '';
    const wire = before + octets;
    const kind = mail.binary ? 'binary' : 'chunks';
    if (size > 0) this.chunkCount++;
    const tooMany = this.chunkCount > setup.chunks || wire.length < (this.chunkCount - 1000) * 64;
    if (last) return this.finish(wire, kind, tooMany ? '554 5.5.0' : undefined);
    const sure =
      kind === 'chunks' && setup.bareNewlines === 'normalize' ? normalized(wire.replace(/\r$/, '')) : wire;
    const tooBig = setup.dataSizeLimit > 0 && sure.length > setup.dataSizeLimit;
    this.chunks = tooMany || tooBig ? 'failed' : wire;
    this.reply(tooMany ? '554 5.5.0' : tooBig ? '552 5.3.4' : '250 2.0.0');
  }

  private finish(wire: string, kind: 'data' | 'chunks' | 'binary', failure?: string): void {
    const { from, to } = this.mail!;
    const copies = this.setup.lmtp ? to.length : 1;
    this.forget();
    const verdict = failure === undefined ? judge(wire, kind, this.setup) : { refusal: failure };
    if ('refusal' in verdict) return this.reply(...Array<string>(copies).fill(verdict.refusal));
    const { content } = verdict;
    const ignores = this.setup.takes === 'ignore';
    const decision = ignores ? 'ok' : decide(content);
    if (decision === 'never') return this.bye('421 4.3.0');
    if (decision === 'ok') {
      if (!ignores) this.stored.push({ from, to, content });
      this.junk = 0;
    }
    this.reply(...Array<string>(copies).fill(answer(decision, '250 2.6.0')));
    if (decision === 'gone') this.close();
  }

  private startTLS(): void {
    if (this.tls) return this.refuse('503 5.5.1');
    if (!this.setup.hasTLS) return this.refuse('454 4.7.0');
    if (this.hello === 'none' || this.mail !== undefined) return this.refuse('503 5.5.1');
    if (this.rest !== '') return this.bye('554 5.5.0');
    this.reply('220 2.0.0');
    this.tls = true;
    this.restart();
  }

  private introduce(verb: string, argument: string): void {
    if (!this.setup.trusted || this.named) return this.refuse('550 5.7.0');
    if (this.mail !== undefined) return this.refuse('503 5.5.1');
    if (!readAttributes(verb, argument, verb === 'XCLIENT' && this.setup.rawXCLIENT))
      return this.refuse('501 5.5.4');
    if (verb === 'XFORWARD') return this.reply('250 2.0.0');
    this.named = /(?:^| )ADDR=/i.test(argument);
    this.restart();
    this.open();
  }

  private quit(): void {
    const { quit } = this.setup;
    if (quit === 'never') return this.bye('421 4.3.0');
    this.bye(quit === 'fail' || quit === 'odd' ? '221 2.0.0' : answer(quit, '221 2.0.0'));
  }

  private restart(): void {
    this.hello = 'none';
    this.authenticated = false;
    this.forget();
  }

  private forget(): void {
    this.mail = undefined;
    this.chunks = undefined;
    this.chunkCount = 0;
  }

  /** The answer of a hook; `accepted` runs when it is a positive one. */
  private hook(decision: Decision, success: string, accepted = (): void => {}): void {
    if (decision === 'never') return this.bye('421 4.3.0');
    if (decision === 'ok') accepted();
    this.reply(answer(decision, success));
    if (decision === 'gone') this.close();
  }

  reply(...replies: string[]): void {
    this.replies.push(...replies);
  }

  refuse(reply: string): void {
    this.reply(reply);
    if (++this.errors >= this.setup.errors) this.bye('421 4.7.0');
  }

  bye(reply: string): void {
    this.reply(reply);
    this.close();
  }

  private close(): void {
    this.closed = true;
  }
}

function codeOf(reply: string): string {
  return reply.slice(0, 3);
}

function answer(decision: Exclude<Decision, 'never'>, success: string): string {
  return {
    ok: success,
    deny: '550 5.7.1',
    later: '450 4.3.0',
    gone: '421 4.3.2',
    fail: '451 4.3.0',
    odd: '451 4.3.0',
  }[decision];
}
