import { curlLine, type LineWords, type ShownCaller } from "./curl-line.ts";
import { HTML_PLACE } from "./drivers/html-field.ts";
import { COOKIE_PLACE, HEADER_PLACE, isHeaderPlace } from "./drivers/json-place.ts";
import type { RequestStep, SignIn, SignInCall, ToldBySignIn } from "./request-step.ts";
import { type ShellSecrets, shellVariableName } from "./shell-secrets.ts";

/** Who called, in the order in which they did: each is let in by lines of his own. */
export class SignIns {
  readonly #callers: SignIn["caller"][] = [];
  /** Those whose calls show cookies. */
  readonly #withCookies = new Set<SignIn["caller"]>();
  readonly #secrets: ShellSecrets;

  constructor(steps: readonly RequestStep[], secrets: ShellSecrets) {
    this.#secrets = secrets;
    for (const { signIn, headers } of steps) {
      if (signIn === undefined) continue;
      if (!this.#callers.includes(signIn.caller)) this.#callers.push(signIn.caller);
      if (headers["cookie"] !== undefined) this.#withCookies.add(signIn.caller);
      // Whatever a token was in its time, it is the one that the line before has asked for.
      for (const { name, value } of signIn.calls.flatMap(({ told }) => told)) {
        if (value !== "") secrets.add(value, this.#named(shellVariableName(name), signIn));
      }
    }
  }

  /** How a call shows who makes it. */
  shownBy({ signIn, headers, token }: Pick<RequestStep, "signIn" | "headers" | "token">): ShownCaller {
    const jar = signIn !== undefined && headers["cookie"] !== undefined ? this.#jarOf(signIn) : undefined;
    return { token: token === "" ? "" : this.#secrets.variableOf(token, "STACK_AUTH_TOKEN"), jar };
  }

  /** The lines by which one is let in. */
  linesOf(signIn: SignIn, words: LineWords): string[] {
    return signIn.calls.flatMap((call) => this.#linesOfCall(call, signIn, words));
  }

  #linesOfCall({ request, told }: SignInCall, signIn: SignIn, words: LineWords): string[] {
    const isKept =
      this.#withCookies.has(signIn.caller) ||
      request.headers["cookie"] !== undefined ||
      told.length === 0 ||
      told.some(({ place }) => isCookiePlace(place));
    const jar = isKept || signIn.calls.length > 1 ? this.#jarOf(signIn) : undefined;
    const isNew = request === signIn.calls[0]?.request;
    const line = curlLine({ ...request, isStream: false, token: "" }, { token: "", jar, isNew }, words);
    const named = told.filter(({ value }) => value !== "");
    const [cookies, others] = [
      named.filter(({ place }) => isCookiePlace(place)),
      named.filter(({ place }) => !isCookiePlace(place)),
    ];
    const variable = ({ name }: ToldBySignIn): string => this.#named(shellVariableName(name), signIn);
    const fromJar = cookies.map(
      (each) =>
        `${variable(each)}=$(awk '$6 == "${each.place.slice(COOKIE_PLACE.length)}" { print $7 }' ${jar})`,
    );
    const [only, ...more] = others;
    if (only === undefined) return [line, ...fromJar];
    if (more.length === 0) return [`${variable(only)}=$(${readFrom(line, only)})`, ...fromJar];
    // One answer tells them all: what it says is kept until each has been read.
    const [answer, head] = [`${this.#named("answer", signIn)}.txt`, `${this.#named("head", signIn)}.txt`];
    const isInHead = others.some(({ place }) => isHeaderPlace(place));
    return [
      `${line} -o ${answer}${isInHead ? ` -D ${head}` : ""}`,
      ...others.map((each) => `${variable(each)}=$(${readFromFile(answer, head, each)})`),
      ...fromJar,
    ];
  }

  #jarOf(signIn: SignIn): string {
    return `${this.#named("cookies", signIn)}.txt`;
  }

  #named(name: string, { caller }: SignIn): string {
    const number = this.#callers.indexOf(caller) + 1;
    return number === 1 ? name : `${name}_${number}`;
  }
}

function isCookiePlace(place: string): boolean {
  return place.startsWith(COOKIE_PLACE);
}

/** A command that shows what the answer to a line of curl's tells there. */
function readFrom(line: string, { place }: ToldBySignIn): string {
  return isHeaderPlace(place)
    ? `${line} -o /dev/null -w '%header{${headerAt(place)}}'`
    : `${line} | ${readerOf(place)}`;
}

/** The same of an answer that is in a file, beside its head. */
function readFromFile(answer: string, head: string, { place }: ToldBySignIn): string {
  return isHeaderPlace(place)
    ? `sed -n 's/^${headerAt(place)}: *//Ip' ${head} | tr -d '\\r'`
    : `${readerOf(place)} < ${answer}`;
}

function headerAt(place: string): string {
  return place.slice(HEADER_PLACE.length);
}

/** A program that reads an answer, and shows what stands there. */
function readerOf(place: string): string {
  if (place.startsWith(HTML_PLACE)) {
    const name = place.slice(HTML_PLACE.length);
    const element = `/<[^>]*name=["\\x27]?${name}\\b[^>]*>/.exec(fs.readFileSync(0, "utf8"))[0]`;
    return `node -p '${element}.match(/(?:value|content)=["\\x27]?([^"\\x27>]*)/)[1]'`;
  }
  const path = place.split(".").map((name) => `[${JSON.stringify(name)}]`);
  return `node -p 'JSON.parse(fs.readFileSync(0))${path.join("")}'`;
}
