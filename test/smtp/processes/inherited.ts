/** A server on descriptors 3 and 4, which its parent has opened; it greets with the family of its client. */

import { SMTPServer } from '../../../src/smtp/server/server.ts';

const server = new SMTPServer({ handleConnect: (_server, { peer }) => `220 ${peer.family}` });
for (const fd of [3, 4]) await server.listen({ fd });
