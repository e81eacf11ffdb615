/**
 * Where the first JSON value of a text ends. Throws SyntaxError with the words of Go's encoding/json
 * (scanner.go), which is what a client of Ollama reads when its JSON is broken.
 */
export function endOfFirstValue(text: string): number {
  // A stack of our own: nesting is the client's choice, and must not exhaust the call stack.
  const closers: string[] = [];
  let at = skipSpace(text, 0);
  for (;;) {
    const closer = CLOSERS[text[at] ?? ""];
    if (closer === undefined) {
      at = endOfScalar(text, at);
    } else {
      closers.push(closer);
      at = skipSpace(text, at + 1);
      if (text[at] !== closer) {
        if (closer === "}") at = endOfKey(text, at);
        continue;
      }
    }
    at = skipSpace(text, at);
    while (closers.length > 0 && text[at] === closers.at(-1)) {
      closers.pop();
      at = skipSpace(text, at + 1);
    }
    if (closers.length === 0) return at;
    at = startOfNext(text, at, closers.at(-1) === "}");
  }
}

const CLOSERS: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

function startOfNext(text: string, at: number, inObject: boolean): number {
  const context = inObject ? "after object key:value pair" : "after array element";
  const next = skipSpace(text, expectChar(text, at, /,/, context));
  return inObject ? endOfKey(text, next) : next;
}

/** Where the value of this key starts. */
function endOfKey(text: string, at: number): number {
  expectChar(text, at, /"/, "looking for beginning of object key string");
  const colon = skipSpace(text, endOfString(text, at));
  return skipSpace(text, expectChar(text, colon, /:/, "after object key"));
}

function endOfScalar(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at);
  const literal = LITERALS.find((each) => each[0] === text[at]);
  if (literal !== undefined) return endOfLiteral(text, at, literal);
  return endOfNumber(text, at);
}

const LITERALS = ["true", "false", "null"];

function endOfLiteral(text: string, start: number, literal: string): number {
  for (const [index, expected] of [...literal].entries()) {
    expectChar(text, start + index, new RegExp(expected), `in literal ${literal} (expecting '${expected}')`);
  }
  return start + literal.length;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') {
    if (text[at] !== "\\") {
      at = expectChar(text, at, /[ -\uffff]/, "in string literal");
      continue;
    }
    const escaped = at + 1;
    at = expectChar(text, escaped, /["\\/bfnrtu]/, "in string escape code");
    if (text[escaped] === "u") {
      for (const end = at + 4; at < end; ) {
        at = expectChar(text, at, /[0-9a-fA-F]/, "in \\u hexadecimal character escape");
      }
    }
  }
  return at + 1;
}

function endOfNumber(text: string, start: number): number {
  let at = start;
  if (text[at] === "-") at = expectChar(text, at + 1, /\d/, "in numeric literal");
  else at = expectChar(text, at, /\d/, "looking for beginning of value");
  // A number that starts with 0 has no further digits before its point.
  if (text[at - 1] !== "0") at = skipDigits(text, at);
  if (text[at] === ".") {
    at = skipDigits(text, expectChar(text, at + 1, /\d/, "after decimal point in numeric literal"));
  }
  if (text[at] === "e" || text[at] === "E") {
    at += /[+-]/.test(text[at + 1] ?? "") ? 2 : 1;
    at = skipDigits(text, expectChar(text, at, /\d/, "in exponent of numeric literal"));
  }
  return at;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  while (/\d/.test(text[at] ?? "")) at += 1;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/[ \t\r\n]/.test(text[at] ?? "")) at += 1;
  return at;
}

/** The position after this character, which must be one of these. */
function expectChar(text: string, at: number, allowed: RegExp, context: string): number {
  const found = text[at];
  if (found === undefined) throw new SyntaxError("unexpected EOF");
  if (!allowed.test(found)) throw new SyntaxError(`invalid character ${quoteFirstByte(text, at)} ${context}`);
  return at + 1;
}

/** Go looks at bytes, and shows the first one of a character as if it were Latin-1. */
function quoteFirstByte(text: string, at: number): string {
  const [byte = 0] = Buffer.from(String.fromCodePoint(text.codePointAt(at) ?? 0));
  const char = String.fromCharCode(byte);
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}
