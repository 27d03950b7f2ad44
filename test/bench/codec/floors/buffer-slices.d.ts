/** Buffer's own decoders, which toString leads to; Node has them, its types do not. */
interface Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}
