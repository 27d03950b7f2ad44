/**
 * A plain matcher of ABNF (RFC 5234, with `%s` and `%i` of RFC 7405): every way to match is followed, so a grammar
 * means here what it means on paper. Octets are characters of code 0 to 255.
 */

/** The ends of all matches of a part that starts at `at`. */
type Part = (text: string, at: number) => ReadonlySet<number>;

export class Abnf {
  readonly #rules = new Map<string, Part>();

  /** @throws Error for text that is no ABNF, or a rule that is used and not defined. */
  constructor(grammar: string) {
    const plain = grammar.replaceAll(/;[^\n]*/g, '').replaceAll(/\n[ \t]+/g, ' ');
    const used = new Set<string>();
    for (const line of plain.split('\n').filter((each) => each.trim() !== '')) {
      const [, name, body] = /^([A-Za-z][\w-]*)\s*=(?!\/)(.*)$/.exec(line) ?? [];
      if (name === undefined || body === undefined) throw new Error(`not a rule: ${line}`);
      if (this.#rules.has(name.toLowerCase())) throw new Error(`${name} is defined twice`);
      this.#rules.set(name.toLowerCase(), this.#parse(body, used));
    }
    for (const name of used) if (!this.#rules.has(name)) throw new Error(`${name} is not defined`);
  }

  matches(rule: string, text: string): boolean {
    return this.#rules.get(rule.toLowerCase())!(text, 0).has(text.length);
  }

  #parse(body: string, used: Set<string>): Part {
    const pattern =
      /\s+|[/()[\]]|\d*\*\d*|\d+(?=[A-Za-z("[%])|%[si]?"[^"]*"|"[^"]*"|%x[0-9A-F]+(?:-[0-9A-F]+|(?:\.[0-9A-F]+)*)|[A-Za-z][\w-]*/y;
    const tokens: string[] = [];
    while (pattern.lastIndex < body.length) {
      const from = pattern.lastIndex;
      const token = pattern.exec(body)?.[0];
      if (token === undefined) throw new Error(`not ABNF: ${body.slice(from)}`);
      if (token.trim() !== '') tokens.push(token);
    }
    const alternation = (): Part => {
      const parts = [concatenation()];
      while (tokens[0] === '/') {
        tokens.shift();
        parts.push(concatenation());
      }
      return (text, at) => new Set(parts.flatMap((part) => [...part(text, at)]));
    };
    const concatenation = (): Part => {
      const parts: Part[] = [];
      while (tokens[0] !== undefined && !'/)]'.includes(tokens[0])) parts.push(repetition());
      return (text, at) => parts.reduce((ends, part) => after(ends, part, text), new Set([at]));
    };
    const repetition = (): Part => {
      const [, least, star, most] = /^(\d*)(\*?)(\d*)$/.exec(tokens[0]!) ?? [];
      if (least === undefined) return element();
      tokens.shift();
      const min = Number(least);
      const max = star === '' ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most);
      return repeated(element(), min, max);
    };
    const element = (): Part => {
      const token = tokens.shift();
      if (token === undefined) throw new Error(`something is missing at the end of ${body}`);
      if (token === '(' || token === '[') {
        const inner = alternation();
        if (tokens.shift() !== (token === '(' ? ')' : ']')) throw new Error(`not closed: ${body}`);
        return token === '(' ? inner : repeated(inner, 0, 1);
      }
      if (/^[A-Za-z]/.test(token)) {
        used.add(token.toLowerCase());
        return (text, at) => this.#rules.get(token.toLowerCase())!(text, at);
      }
      return terminal(token);
    };
    const whole = alternation();
    if (tokens.length > 0) throw new Error(`not ABNF: ${tokens.join(' ')}`);
    return whole;
  }
}

function after(starts: ReadonlySet<number>, part: Part, text: string): Set<number> {
  return new Set([...starts].flatMap((start) => [...part(text, start)]));
}

function repeated(part: Part, min: number, max: number): Part {
  return (text, at) => {
    const ends = new Set<number>();
    let current = new Set([at]);
    for (let count = 0; current.size > 0; count++) {
      if (count >= min) for (const end of current) ends.add(end);
      if (count === max) break;
      current = new Set([...after(current, part, text)].filter((end) => count < min || !ends.has(end)));
    }
    return ends;
  };
}

function terminal(token: string): Part {
  const [, flag, quoted] = /^(%[si])?"([^"]*)"$/.exec(token) ?? [];
  if (quoted !== undefined) {
    const fold = (text: string): string => (flag === '%s' ? text : text.toLowerCase());
    return (text, at) => {
      const end = at + quoted.length;
      return new Set(fold(text.slice(at, end)) === fold(quoted) ? [end] : []);
    };
  }
  const [from, to] = token.slice(2).split('-') as [string, string | undefined];
  if (to === undefined) {
    const octets = String.fromCharCode(...from.split('.').map((digits) => Number.parseInt(digits, 16)));
    return (text, at) => new Set(text.startsWith(octets, at) ? [at + octets.length] : []);
  }
  return (text, at) => {
    const code = text.charCodeAt(at);
    return new Set(code >= Number.parseInt(from, 16) && code <= Number.parseInt(to, 16) ? [at + 1] : []);
  };
}
