/** What a deadline is for: octets of the client, the answer of a hook, or a client that does not read its replies. */
export type Phase = 'proxy-header' | 'tls' | 'command' | 'auth' | 'content' | 'handler' | 'write';
