/** What one run stands on: options of the server, and how its application behaves. */
export interface Setup {
  /** The octets of a PROXY header in front (latin1) and whether the client behind it is served; null for none. */
  readonly header: { readonly octets: string; readonly served: boolean } | null;
  readonly lmtp: boolean;
  /** How the application takes content. */
  readonly takes: 'buffer' | 'stream' | 'ignore';
  readonly bareNewlines: 'reject' | 'normalize' | 'preserve';
  /** Octets; 0 for no limit. */
  readonly dataSizeLimit: number;
  readonly authenticates: boolean;
  readonly authRequired: boolean;
  readonly authRequireTLS: boolean;
  readonly hasTLS: boolean;
  readonly requireStartTLS: boolean;
  /** Whether the peer may use XCLIENT and XFORWARD. */
  readonly trusted: boolean;
  /** Whether values of XCLIENT stand as they are. */
  readonly rawXCLIENT: boolean;
  readonly strictSyntax: boolean;
  /** Whether the faults of devices are tolerated, all of them. */
  readonly tolerant: boolean;
  readonly junkCommands: number;
  readonly unknownCommands: number;
  readonly errors: number;
  /** Chunks of a message that are not empty. */
  readonly chunks: number;
  /** Decisions of the hooks without an argument of their own. */
  readonly connect: Decision;
  readonly reset: Decision;
  readonly quit: Decision;
}

/** What a hook does. `never` settles only after its deadline has passed. */
export const DECISIONS = ['ok', 'deny', 'later', 'gone', 'fail', 'odd', 'never'] as const;
export type Decision = (typeof DECISIONS)[number];

/** A hook with an argument decides by the first decision whose name, with a hyphen, stands in it. */
export function decide(text: string): Decision {
  return DECISIONS.find((decision) => text.includes(`${decision}-`)) ?? 'ok';
}

/** Passwords that the application knows; a client named `boom` makes it fail. */
export function knows(name: string, password: string): boolean {
  return name === 'tim' && password === 'tam';
}

/** One message as the application stored it. */
export interface Stored {
  readonly from: string;
  readonly to: readonly string[];
  /** Latin1. */
  readonly content: string;
}

/** What can be seen from outside. */
export interface Outcome {
  /** Code and enhanced code of each reply, the latter absent where there must be none. */
  readonly replies: readonly string[];
  readonly stored: readonly Stored[];
  readonly closed: boolean;
}
