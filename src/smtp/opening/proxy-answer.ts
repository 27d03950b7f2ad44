import { show } from '../../wire/messages/escape.ts';

/** What `handlePROXY` decided: true lets the connection in, false refuses it; `doubt` is why an answer that is truthy does not. */
export interface ProxyAnswer {
  readonly accepted: boolean;
  readonly doubt?: TypeError;
}

/** A string that begins as a refusing reply does: with its code, or with an enhanced one. */
const REFUSING = /^\s*[45](?:\d\d\b|\.\d{1,3}\.\d{1,3}\b)/;

/** Reads what `handlePROXY` returned: truthy or falsy, as aiosmtpd does; what looks like a refusal is none the less one. */
export function readProxyAnswer(answer: unknown): ProxyAnswer {
  if (!refuses(answer)) return { accepted: Boolean(answer) };
  const text = `handlePROXY returned ${show(answer)}: expected true or false; the connection is refused without a reply`;
  return { accepted: false, doubt: new TypeError(text) };
}

/** Whether an answer means a refusal, though it is truthy: a reply of 4xx or 5xx, its parts, or an error. */
function refuses(answer: unknown): boolean {
  if (typeof answer === 'string') return REFUSING.test(answer);
  if (typeof answer === 'number') return isRefusal(answer);
  if (typeof answer !== 'object' || answer === null) return false;
  if (answer instanceof Error) return true;
  const { code, responseCode, success } = answer as Record<string, unknown>;
  return isRefusal(code) || isRefusal(responseCode) || success === false;
}

function isRefusal(code: unknown): boolean {
  return Number(code) >= 400 && Number(code) < 600;
}
