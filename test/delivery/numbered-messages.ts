export const FIELDS = Buffer.from('Return-Path: <sender@example.org>\r\n');

/** A message that its number determines to the last octet; every tenth is larger than what is kept in memory. */
export function messageText(number: number): Buffer {
  const lines = number % 10 === 9 ? 4000 : 1 + (number % 40);
  let text = `Subject: ${number}\r\n\r\n`;
  for (let line = 0; line < lines; line++) text += `line ${line} of message ${number}, all of it\r\n`;
  return Buffer.from(`${text}the end of ${number}\r\n`);
}
