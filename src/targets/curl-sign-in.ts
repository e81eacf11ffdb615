import { curlLine, type LineWords, type ShownCaller } from "./curl-line.ts";
import { HTML_PLACE } from "./drivers/html-field.ts";
import { COOKIE_PLACE, HEADER_PLACE, isHeaderPlace } from "./drivers/json-place.ts";
import type { RequestStep, SignIn, SignInCall } from "./request-step.ts";
import type { ShellSecrets } from "./shell-secrets.ts";

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
      for (const { token } of signIn.calls) {
        if (token !== "") secrets.add(token, this.#named("TOKEN", signIn));
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

  #linesOfCall({ request, tokenPlace, token }: SignInCall, signIn: SignIn, words: LineWords): string[] {
    const isKept =
      this.#withCookies.has(signIn.caller) ||
      request.headers["cookie"] !== undefined ||
      tokenPlace === undefined ||
      isCookiePlace(tokenPlace);
    const jar = isKept || signIn.calls.length > 1 ? this.#jarOf(signIn) : undefined;
    const isNew = request === signIn.calls[0]?.request;
    const line = curlLine({ ...request, isStream: false, token: "" }, { token: "", jar, isNew }, words);
    if (tokenPlace === undefined || token === "") return [line];
    const variable = this.#named("TOKEN", signIn);
    if (isCookiePlace(tokenPlace)) {
      const name = tokenPlace.slice(COOKIE_PLACE.length);
      return [line, `${variable}=$(awk '$6 == "${name}" { print $7 }' ${jar})`];
    }
    if (isHeaderPlace(tokenPlace)) {
      const name = tokenPlace.slice(HEADER_PLACE.length);
      return [`${variable}=$(${line} -o /dev/null -w '%header{${name}}')`];
    }
    if (tokenPlace.startsWith(HTML_PLACE)) {
      const name = tokenPlace.slice(HTML_PLACE.length);
      const element = `/<[^>]*name=["\\x27]?${name}\\b[^>]*>/.exec(fs.readFileSync(0, "utf8"))[0]`;
      return [
        `${variable}=$(${line} | node -p '${element}.match(/(?:value|content)=["\\x27]?([^"\\x27>]*)/)[1]')`,
      ];
    }
    const path = tokenPlace.split(".").map((name) => `[${JSON.stringify(name)}]`);
    return [`${variable}=$(${line} | node -p 'JSON.parse(fs.readFileSync(0))${path.join("")}')`];
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
