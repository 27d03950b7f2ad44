import { type Command, command } from '../engine/command.ts';
import { REPLIES } from '../engine/replies.ts';
import type { MailServer } from '../api/mail-server.ts';

const PREFIX = 'smtp';
const VERB = /^[A-Z][A-Z0-9]{0,15}$/;

/** Verbs of the commands that the subclass of a server adds, in alphabetical order. */
export function customVerbs(server: MailServer): string[] {
  const verbs = new Set<string>();
  for (let object: object = server; object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) {
      const verb = name.slice(PREFIX.length);
      if (name.startsWith(PREFIX) && customCommand(verb, server) !== undefined) verbs.add(verb);
    }
  }
  return [...verbs].toSorted();
}

/** A command of the application's own: a method `smtp<VERB>(session, envelope, argument)` of a subclass of the server. */
export function customCommand(verb: string, server: MailServer): Command | undefined {
  if (!VERB.test(verb)) return undefined;
  const name = PREFIX + verb;
  const method = (server as unknown as Record<string, unknown>)[name];
  if (typeof method !== 'function') return undefined;
  return command({
    verb,
    argument: 'optional',
    junk: true,
    run(exchange, line, from, to) {
      const argument = line.toString('latin1', from, to);
      const call = (): unknown =>
        method.call(server, exchange.session.view, exchange.envelope.view, argument);
      exchange.hooks.runReply(name, call, REPLIES.ok);
    },
  });
}
