/** A project that uses the package as its users do: a codec of its own in a server, its names typed in the handler. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { SMTPServer } from 'truepeer';
import { codec, encode, type HeaderInput, PP2_SUBTYPE_AWS, PP2_TYPE } from './generated/index.js';
import { headerSchema } from './generated/schemas.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const server = new SMTPServer(
  {
    handlePROXY(_server, session, _envelope, proxyData) {
      const tlv = proxyData.tlv!;
      const typed: [
        Same<typeof tlv.OWN_TENANT, number | null | undefined>,
        Same<typeof tlv.AWS_ACCOUNT, string | null | undefined>,
        Same<typeof tlv.AUTHORITY, string | null | undefined>,
        Same<NonNullable<typeof session.proxyData>, typeof proxyData>,
      ] = [true, true, true, true];
      // @ts-expect-error a number is no text
      const text: string | null | undefined = tlv.OWN_TENANT;
      // @ts-expect-error no row is called so
      const missing: unknown = tlv.ACME_TENAMT;
      console.log(tlv.OWN_TENANT, tlv.AWS_ACCOUNT, text, missing, typed.length);
      return tlv.OWN_TENANT === 42;
    },
    handleConnect(_server, session) {
      const tenant: number | null | undefined = session.proxyData?.tlv?.OWN_TENANT;
      return `220 tenant ${tenant}`;
    },
  },
  { proxyProtocol: { timeout: 5000, trusted: ['127.0.0.1'], codec } },
);

const header: HeaderInput = {
  srcAddr: '203.0.113.7',
  srcPort: 4321,
  dstAddr: '198.51.100.25',
  dstPort: 25,
  tlvs: { OWN_TENANT: 42, AWS_ACCOUNT: '12' },
};
// @ts-expect-error a text is no number
const wrongValue: HeaderInput = { ...header, tlvs: { OWN_TENANT: 'blue' } };
const codes: [0xf5, 0x7f] = [PP2_TYPE.OWN_TENANT, PP2_SUBTYPE_AWS.AWS_ACCOUNT];
console.log(codes.join(' '), headerSchema.safeParse(wrongValue).error?.issues[0]?.path.join('.'));

const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const socket = connect(port, '127.0.0.1');
socket.setTimeout(5000, () => socket.destroy());
socket.write(encode(header));
const [greeting] = (await once(socket, 'data')) as [Buffer];
console.log(greeting.toString().trim());
socket.destroy();
await server.close({ drain: 100 });
