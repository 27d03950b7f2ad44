/** Why content stopped before its end: the message is `lost` (the client or a deadline) or `refused` (by the server). */
export class ContentError extends Error {
  readonly code: 'lost' | 'refused';

  constructor(code: 'lost' | 'refused', message: string) {
    super(message);
    this.name = 'ContentError';
    this.code = code;
  }
}
