import { pbkdf2Sync } from 'node:crypto';
import type { Credentials, Exchange, Mechanism, SASLContext, Step } from '../../src/sasl/index.ts';
import { hash, hmac } from '../../src/sasl/scram-credentials.ts';

/** A step as a test writes it down: octets as text, everything else as it is. */
export function shown(step: Step): unknown {
  if (step.status === 'challenge') return { challenge: text(step.octets) };
  if (step.status === 'failure') return `${step.reason}: ${step.code}`;
  return step.final === undefined ? step.identity : { ...step.identity, final: text(step.final) };
}

/** Runs an exchange to the end of the responses, or of the exchange. `undefined` first means: no initial response. */
export async function dialogue(
  mechanism: Mechanism,
  context: SASLContext,
  ...responses: readonly (string | Uint8Array | undefined)[]
): Promise<unknown[]> {
  const exchange: Exchange = mechanism.start(context);
  const steps: unknown[] = [];
  for (const response of responses) {
    const step = await exchange.step(typeof response === 'string' ? Buffer.from(response) : response);
    steps.push(shown(step));
    if (step.status !== 'challenge') break;
  }
  return steps;
}

export function text(octets: Uint8Array): string {
  return Buffer.from(octets).toString();
}

export function base64(octets: string | Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

/** The client's side of SCRAM-SHA-256, written from RFC 5802 section 3 alone. */
export class ScramClient {
  private readonly bare: string;
  readonly first: string;
  private readonly header: string;
  private readonly binding: Uint8Array;
  private readonly password: string;
  private serverSignature = '';

  constructor(options: {
    name: string;
    password: string;
    nonce?: string;
    flag?: string;
    authzid?: string;
    binding?: Uint8Array;
  }) {
    const { name, password, nonce = 'rOprNGfwEbeRWgbNEkqO', flag = 'n', authzid, binding } = options;
    this.password = password;
    this.header = `${flag},${authzid === undefined ? '' : `a=${saslName(authzid)}`},`;
    this.binding = binding ?? new Uint8Array(0);
    this.bare = `n=${saslName(name)},r=${nonce}`;
    this.first = this.header + this.bare;
  }

  /** The answer to the server's first message. */
  final(challenge: string): string {
    const { nonce, salt, iterations } = /^r=(?<nonce>[^,]+),s=(?<salt>[^,]+),i=(?<iterations>\d+)$/.exec(
      challenge,
    )!.groups as Record<string, string>;
    const salted = pbkdf2Sync(this.password, Buffer.from(salt!, 'base64'), Number(iterations), 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=${base64(Buffer.concat([Buffer.from(this.header), this.binding]))},r=${nonce}`;
    const signed = `${this.bare},${challenge},${withoutProof}`;
    const signature = hmac(hash(clientKey), signed);
    this.serverSignature = base64(hmac(hmac(salted, 'Server Key'), signed));
    return `${withoutProof},p=${base64(clientKey.map((octet, index) => octet ^ signature[index]!))}`;
  }

  /** Whether the server has proved itself. */
  believes(message: string): boolean {
    return message === `v=${this.serverSignature}`;
  }
}

export function saslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** Credentials with the secret that their members do not show. */
export function revealed(credentials: Credentials): object {
  if (credentials.kind === 'password') return { ...credentials, password: credentials.password };
  return credentials.kind === 'token' ? { ...credentials, token: credentials.token } : credentials;
}
