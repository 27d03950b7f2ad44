import type { Diagnostic } from '../../../proxy/node/diagnostic.ts';
import { lettersOf } from '../../../wire/messages/did-you-mean.ts';
import type { Handler } from '../handler.ts';
import { escapeText } from '../../../wire/messages/escape.ts';
import { optionError } from '../../../wire/messages/option-error.ts';

/** Every member of a handler that the server reads; the type makes the list complete. */
export const MEMBERS = {
  honours: true,
  freeSpace: true,
  handleConnect: true,
  handlePROXY: true,
  handleHELO: true,
  handleEHLO: true,
  handleMAIL: true,
  handleRCPT: true,
  handleDATA: true,
  handleContent: true,
  handleSTARTTLS: true,
  handleRSET: true,
  handleNOOP: true,
  handleVRFY: true,
  handleEXPN: true,
  handleHELP: true,
  handleQUIT: true,
  handleAbort: true,
  handleTimeout: true,
  handleClose: true,
  handleError: true,
} as const satisfies Record<keyof Handler, true>;

const BY_LETTERS: ReadonlyMap<string, string> = new Map(
  Object.keys(MEMBERS).map((name) => [lettersOf(name), name]),
);

/** How hooks are named here, in aiosmtpd (`handle_RCPT`) and in smtp-server (`onRcptTo`). */
const LIKE_A_HOOK = [/^handle/i, /^on[A-Z]/];

/**
 * Refuses what cannot be meant as a handler: options in its place, or hooks of another library only. Such a server would
 * accept mail from anybody and drop it.
 *
 * @param options the names of the server's options.
 * @throws TypeError that says what is expected.
 */
export function checkHandler(handler: unknown, options: object): asserts handler is object {
  if (typeof handler !== 'object' || handler === null)
    throw optionError('ERR_INVALID_ARG_TYPE', 'handler: an object is expected');
  if (Object.keys(MEMBERS).some((name) => name in handler)) return;
  const option = Object.keys(handler).find((name) => Object.hasOwn(options, name));
  if (option !== undefined)
    throw optionError(
      'ERR_INVALID_ARG_VALUE',
      `handler: ${option} is an option; options are the second argument`,
    );
  const [like] = [...methodsOf(handler)].filter(looksLikeAHook);
  if (like === undefined || BY_LETTERS.has(lettersOf(like))) return;
  throw optionError(
    'ERR_UNKNOWN_HOOK',
    `handler: it defines no hook, and ${escapeText(like)} is none; known are ${Object.keys(MEMBERS).join(', ')}`,
  );
}

/**
 * Reports methods that look like hooks and are never called: a check of recipients under such a name would accept mail
 * for anybody.
 *
 * @throws TypeError for a name that is a hook's but for case and underscores.
 */
export function checkHookNames(handler: object, report: (diagnostic: Diagnostic) => void): void {
  for (const name of methodsOf(handler)) {
    if (Object.hasOwn(MEMBERS, name) || name.startsWith('_')) continue;
    const meant = BY_LETTERS.get(lettersOf(name));
    if (meant !== undefined)
      throw optionError(
        'ERR_UNKNOWN_HOOK',
        `handler: ${escapeText(name)} is no hook; did you mean ${meant}?`,
      );
    if (looksLikeAHook(name)) {
      const text = `the handler's ${escapeText(name)} is no hook, and is never called`;
      report({ level: 'warning', code: 'unknown-hook', text });
    }
  }
}

/** Names of the functions in an object and in what it inherits, but for what every object has. No getter is called. */
function methodsOf(handler: object): ReadonlySet<string> {
  const names = new Set<string>();
  let object: object | null = handler;
  while (object !== null && object !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object)))
      if (typeof value === 'function') names.add(name);
    object = Object.getPrototypeOf(object) as object | null;
  }
  return names;
}

function looksLikeAHook(name: string): boolean {
  return LIKE_A_HOOK.some((pattern) => pattern.test(name));
}
