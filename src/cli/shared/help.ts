/** Examples for the end of a command's help. */
export function examples(...commands: readonly string[]): string {
  return ['', commands.length === 1 ? 'Example:' : 'Examples:', ...commands.map((line) => `  ${line}`)].join(
    '\n',
  );
}
