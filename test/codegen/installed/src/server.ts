import { SMTPServer } from 'truepeer';
import { codec } from './generated/index.js';

export const server = new SMTPServer(
  { handlePROXY: (_server, _session, _envelope, { tlv }) => tlv?.AWS_ACCOUNT !== 'blocked' },
  { proxyProtocol: { codec, timeout: 5000, trusted: ['10.0.0.0/8'] } },
);
