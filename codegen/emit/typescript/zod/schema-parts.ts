/** What in `schemas.ts` is the same for every spec. */

export const TLVS_SCHEMA = `
/**
 * TLVs by name, sent in the order given. Opaque octets as a \`Uint8Array\` or as hex text, integers of eight octets as a
 * bigint or as decimal text; a number without a row is written \`xNN\`, inside another row \`PARENT_xNN\`.
 *
 * @example
 * import { tlvsSchema } from 'truepeer/schemas';
 * console.log(tlvsSchema.parse({ AUTHORITY: 'mx.example', xE5: '0102' }).xE5?.length); // 2
 * console.log(tlvsSchema.safeParse({ SSL_CLIENT: 256 }).error?.issues[0]?.message); // expected a whole number 0..255
 */
export const tlvsSchema = z.custom<TlvsJson>().transform((given, ctx): TlvsForm => {
  const refuse = (path: PropertyKey[], message: string): void => ctx.addIssue({ code: 'custom', path, message, input: given });
  if (!['[object Object]', '[object Map]'].includes(Object.prototype.toString.call(given))) {
    refuse([], 'expected TLVs by name');
    return z.NEVER;
  }
  const named: Record<string, unknown> = given instanceof Map ? Object.fromEntries(given) : given;
  const parsed = rows.safeParse(named);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) refuse(path, message);
    return z.NEVER;
  }
  const values: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(named)) {
    const value = parsed.data[name];
    if (value === undefined || value === null) continue;
    values[name] = typeof value === 'string' && !ROWS.has(name) ? (unhex(value) ?? value) : value;
  }
  for (const { path, message } of tlvProblems(values)) refuse(path, message);
  return { ...values } as TlvsForm;
});
`;

export const HEADER_SCHEMA = `
/**
 * A header to send, as \`encode\` takes it or as JSON can hold it; gives what \`encode\` takes.
 *
 * @example
 * import { headerSchema } from 'truepeer/schemas';
 * import { encode } from 'truepeer/proxy';
 * const header = headerSchema.parse({ family: 'UNSPEC', tlvs: { UNIQUE_ID: '0102' } });
 * console.log(Buffer.from(encode(header)).toString('hex')); // 0d0a0d0a000d0a515549540a210000050500020102
 * const wrong = headerSchema.safeParse({ srcAddr: '192.0.2.1', srcPort: 25, dstAddr: '::1', dstPort: 70000 });
 * console.log(wrong.error?.issues[0]?.path.join('.')); // dstPort
 */
export const headerSchema = z.strictObject({
  /** Version of the header. Default 2. */
  version: z.literal([1, 2], { error: 'expected 1 or 2' }).nullish(),
  /** Default PROXY. */
  command: code(V2_CMD),
  /** Default: that of the addresses. */
  family: code(AF),
  /** Transport. Default STREAM, and UNSPEC where the family is. */
  protocol: code(PROTO),
  /** Address of the client. */
  srcAddr: z.string({ error: 'expected an address in a string' }).nullish(),
  /** Address the client connected to. */
  dstAddr: z.string({ error: 'expected an address in a string' }).nullish(),
  /** Port of the client. */
  srcPort: port(),
  /** Port the client connected to. */
  dstPort: port(),
  /** TLVs by name, or a list of such objects. */
  tlvs: z.custom<TlvsJson | readonly TlvsJson[]>().transform(tlvsOf).nullish(),
  /** Add a checksum over the whole header. */
  checksum: z.boolean({ error: 'expected true or false' }).nullish(),
}).transform((given, ctx): HeaderForm => {
  for (const { path, message } of headerProblems(given)) ctx.addIssue({ code: 'custom', path, message, input: given });
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
});`;

export const TYPES = `
/** TLVs as \`encode\` takes them. */
export type TlvsForm = { [K in keyof TlvValues]?: TlvValues[K] | Uint8Array } & { [unregistered: \`\${string}x\${string}\`]: Uint8Array };

/** A header as \`encode\` takes it. */
export interface HeaderForm {
  version?: 1 | 2;
  command?: V2_CMD | keyof typeof V2_CMD;
  family?: AF | keyof typeof AF;
  protocol?: PROTO | keyof typeof PROTO;
  srcAddr?: string;
  dstAddr?: string;
  srcPort?: number;
  dstPort?: number;
  tlvs?: TlvsForm | TlvsForm[];
  checksum?: boolean;
}

/** TLVs as \`tlvsSchema\` takes them. */
export type TlvsJson = z.input<typeof rows>;

/** A header as \`headerSchema\` takes it. */
export type HeaderJson = z.input<typeof headerSchema>;

/** A header that was read, as \`ProxyData.toJSON\` gives it. */
export type DecodedJson = z.output<typeof decodedSchema>;

/** What stands for a value in JSON, beside the value itself. */
type Given<T> = Uint8Array | (T extends Uint8Array ? string : T extends bigint ? bigint | string : T extends boolean ? true | string : T);
`;
