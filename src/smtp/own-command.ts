import type { Command } from './dialogue.ts';
import { REPLIES } from './replies.ts';
import type { SMTPServer } from './server.ts';

const VERB = /^[A-Z][A-Z0-9]{0,15}$/;

/** A command of the application's own: a method `smtp<VERB>(session, envelope, argument)` of a subclass of the server. */
export function ownCommand(verb: string, server: SMTPServer): Command | undefined {
  if (!VERB.test(verb)) return undefined;
  const name = `smtp${verb}`;
  const method = (server as unknown as Record<string, unknown>)[name];
  if (typeof method !== 'function') return undefined;
  return {
    verb,
    longest: 512,
    argument: 'optional',
    utf8: false,
    afterHello: false,
    junk: true,
    run(dialogue, line, from, to) {
      const argument = line.toString('latin1', from, to);
      dialogue.askReply(
        name,
        () => method.call(server, dialogue.session, dialogue.envelope, argument),
        REPLIES.ok,
      );
    },
  };
}
