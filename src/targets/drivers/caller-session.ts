import { methodAndPath } from "../../contract/method-and-path.ts";
import type { WireSettings } from "../../contract/wire-description.ts";
import { UserError } from "../../errors/user-error.ts";
import { endSentence } from "../../text/end-sentence.ts";
import { HIDDEN } from "../../text/secret-names.ts";
import type { CallOptions, HttpClient, HttpMethod, SeenCall } from "../http-client.ts";
import type { SignIn, SignInCall } from "../request-step.ts";
import { bearerTokenOfWire } from "./bearer-token-of-wire.ts";
import { encodeBody } from "./encode-body.ts";
import { fillBody, fillHeaders, fillPath, type PlaceholderValues } from "./fill-placeholders.ts";
import { hasPlaceholder } from "./has-placeholder.ts";
import { HTML_PLACE, htmlField } from "./html-field.ts";
import { COOKIE_PLACE, idToldBy } from "./json-place.ts";
import { answerWords } from "./refusal.ts";

/** Who calls a back end. */
export interface Caller {
  /** As in `auth.users`; empty where only a token is known. */
  readonly name: string;
  /** The token that is shown, or of somebody with a name, on a wire with a login, the password; empty for none. */
  readonly secret: string;
}

/** What a caller shows with a call. */
export interface ShownByCaller {
  /** Stands for `{token}`; empty for none. */
  readonly token: string;
  /** Stands for `{user}`; empty for nobody. */
  readonly user: string;
  /** Stands for `{login.NAME}`: what the calls of the login told beside the token. */
  readonly login: Readonly<Record<string, string>>;
  /** For an HTTP client: the token as a bearer, where no header has it. */
  readonly options: Pick<CallOptions, "token" | "onCookies" | "signIn">;
  /** These headers with the caller's cookies among them. */
  headersWith(headers: Readonly<Record<string, string>>): Record<string, string>;
}

interface SessionOptions {
  readonly client: HttpClient;
  readonly caller: Caller;
  readonly wire: Pick<WireSettings, "login" | "headers">;
}

type Login = NonNullable<WireSettings["login"]>;
type LoginCall = Omit<Login, "before">;

/** How long it may take to let somebody in, in milliseconds. */
const SIGNS_IN_WITHIN_MS = 10_000;

/**
 * What one caller shows: a token as it is, or what `contract.wire.login` gives for a name and a password, which is asked
 * for once, and again where a call is answered as to whom nobody knows. Cookies are kept as a browser keeps them.
 */
export class CallerSession {
  readonly #given: SessionOptions;
  /** Undefined where nobody has to log in. */
  readonly #login: WireSettings["login"];
  readonly #cookies = new Map<string, string>();
  #token: string;
  /** What the calls of the login told, by its names; the token is one of them. */
  #told: Readonly<Record<string, string>> = {};
  /** The login that counts, done or on its way. */
  #signedIn: Promise<void> | undefined;
  /** How the caller was let in last. */
  #lastSignIn: SignIn | undefined;
  /** Whether anything was answered to whom it let in: to ask for another one before would be to ask in circles. */
  #isProven = false;

  constructor(given: SessionOptions) {
    const { caller, wire } = given;
    this.#given = given;
    this.#login = logsIn(wire, caller) ? wire.login : undefined;
    this.#token = tokenAsItIs(wire, caller);
  }

  get shown(): ShownByCaller {
    const { wire, caller } = this.#given;
    const token = this.#token;
    return {
      token,
      user: caller.name,
      login: this.#told,
      options: {
        token: bearerTokenOfWire(wire, token),
        ...(this.#login !== undefined && { onCookies: this.#keepCookies, signIn: this.#lastSignIn }),
      },
      headersWith: ({ cookie, ...headers }) => {
        const kept = [...this.#cookies].map(([name, value]) => `${name}=${value}`);
        const all = [...(cookie === undefined ? [] : [cookie]), ...kept].join("; ");
        return all === "" ? headers : { ...headers, cookie: all };
      },
    };
  }

  /** Logs in, where that has to be done and is not done yet. Throws a UserError where nobody is let in. */
  async signIn(): Promise<void> {
    if (this.#login === undefined) return;
    this.#signedIn ??= this.#signInBy(this.#login);
    const asked = this.#signedIn;
    await asked.catch((error: unknown) => {
      if (this.#signedIn === asked) this.#signedIn = undefined;
      throw error;
    });
  }

  /**
   * Makes a call with what the caller shows; once more after another login, where it is answered as to whom nobody knows and
   * earlier calls were not.
   */
  async ask<Answer>(
    make: (shown: ShownByCaller) => Promise<Answer>,
    headOf: (answer: Answer) => Pick<SeenCall, "status" | "headers">,
  ): Promise<Answer> {
    await this.signIn();
    const asked = this.#signedIn;
    const answer = await make(this.shown);
    if (this.#login === undefined) return answer;
    if (!isUnknownCaller(headOf(answer), this.#login)) {
      this.#isProven = true;
      return answer;
    }
    if (this.#signedIn === asked) {
      if (!this.#isProven) return answer;
      this.#signedIn = undefined;
      this.#isProven = false;
    }
    try {
      await this.signIn();
    } catch {
      // What was answered says more of the call than that there is no other login.
      return answer;
    }
    return await make(this.shown);
  }

  async #signInBy({ before = [], ...login }: Login): Promise<void> {
    this.#cookies.clear();
    this.#told = {};
    const calls: SignInCall[] = [];
    for (const call of [...before, login]) {
      const done = await this.#makeSignInCall(call, call === login);
      this.#told = {
        ...this.#told,
        ...Object.fromEntries(done.told.map(({ name, value }) => [name, value])),
      };
      calls.push(done);
    }
    this.#token = calls.at(-1)?.told.find(({ name }) => name === "token")?.value ?? "";
    this.#lastSignIn = { calls, caller: this.#given.caller };
  }

  async #makeSignInCall(login: LoginCall, isLast: boolean): Promise<SignInCall> {
    const { client, caller } = this.#given;
    const { method, path } = methodAndPath(login.request);
    const values: PlaceholderValues = {
      user: caller.name,
      password: caller.secret,
      token: this.#told["token"],
      login: this.#told,
    };
    const { headers, ...body } = encodeBody(
      login.body === undefined ? undefined : fillBody(login.body, values),
      login.content_type,
    );
    const own = { ...headers, ...fillHeaders(login.headers, values) };
    const request = {
      base: client.url,
      method,
      path: fillPath(path, values),
      body: body.rawBody ?? body.body,
      form: body.form,
      headers: this.shown.headersWith(own),
    };
    const answer = await client.call(method as HttpMethod, request.path, {
      ...body,
      token: "",
      headers: request.headers,
      signal: AbortSignal.timeout(SIGNS_IN_WITHIN_MS),
      onCookies: this.#keepCookies,
      isUnrecorded: true,
    });
    const places = Object.entries(login.told ?? {});
    const told = places.map(([name, place]) => ({ name, place, value: this.#toldBy(answer, place) ?? "" }));
    const missing = told.filter(({ value }) => value === "").map(({ place }) => place);
    const isIn = places.length === 0 ? !isLast || this.#cookies.size > 0 : missing.length === 0;
    if (answer.status >= 400 || !isIn) throw this.#notLetIn(login, answer, missing);
    return { request, told };
  }

  /** What stands there: also in a cookie that is kept, or in a page. */
  #toldBy(answer: SeenCall, place: string): string | null {
    if (place.startsWith(COOKIE_PLACE)) return this.#cookies.get(place.slice(COOKIE_PLACE.length)) ?? null;
    if (place.startsWith(HTML_PLACE)) return htmlField(answer.body, place.slice(HTML_PLACE.length)) ?? null;
    return idToldBy(answer, place);
  }

  readonly #keepCookies = (set: readonly string[]): void => {
    for (const each of set) {
      const [, name = "", value = "", attributes = ""] = /^\s*([^=;\s]+)=([^;]*)(.*)$/s.exec(each) ?? [];
      if (name === "") continue;
      const isGone = value === "" || /;\s*max-age=\s*(?:0|-\d+)\s*(?:;|$)/i.test(attributes);
      if (isGone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  };

  #notLetIn({ request }: LoginCall, answer: SeenCall, unsaid: readonly string[]): UserError {
    const { client, caller } = this.#given;
    const isRefused = answer.status >= 400;
    // Some quote what they were sent.
    const said =
      caller.secret === "" ? answerWords(answer) : answerWords(answer).replaceAll(caller.secret, HIDDEN);
    const missing = unsaid.length === 0 ? "no cookie" : `nothing at ${unsaid.join(", nor at ")}`;
    const what = isRefused
      ? `${request} answered ${said}`
      : `${request} answered ${answer.status} with ${missing} (contract.wire.login.told says where what is told stands)`;
    return new UserError(
      "unauthorized",
      endSentence(`${client.url} does not let ${caller.name || "anybody"} in: ${what}`),
      {
        hint: "A name in auth.users and the password beside it are what contract.wire.login is filled with.",
      },
    );
  }
}

/** What a caller shows without a login; empty for nothing. */
export function tokenAsItIs(wire: Pick<WireSettings, "login">, caller: Caller): string {
  return logsIn(wire, caller) ? "" : caller.secret;
}

/** Whoever has a token needs no login; and one that asks for a name is for somebody who has one. */
function logsIn(wire: Pick<WireSettings, "login">, caller: Caller): boolean {
  const hasToken = caller.name === "" && caller.secret !== "";
  return wire.login !== undefined && !hasToken && !isForNobody(wire, caller);
}

/** Whether a login needs a name, and none is known. */
export function isForNobody({ login }: Pick<WireSettings, "login">, { name, secret }: Caller): boolean {
  return name === "" && secret === "" && (hasPlaceholder(login, "user") || hasPlaceholder(login, "password"));
}

/** How those are answered whom nobody knows: 401, or a redirect to the login. */
function isUnknownCaller(
  { status, headers }: Pick<SeenCall, "status" | "headers">,
  { before = [], ...login }: Login,
): boolean {
  if (status === 401) return true;
  const { location } = headers;
  if (status < 300 || status >= 400 || location === undefined) return false;
  const base = "http://localhost";
  const pathOf = (address: string): string => new URL(address, base).pathname;
  const known = [...before, login].map(({ request }) => pathOf(methodAndPath(request).path));
  return URL.canParse(location, base) && known.includes(pathOf(location));
}

/** What callers are known by. */
export interface KnownPeople {
  /** `auth.token`; empty, or left out, for none. */
  readonly token?: string | undefined;
  /** `auth.users`. */
  readonly users?: Readonly<Record<string, string>> | undefined;
}

/**
 * Who talks, and another person where one is known. With `auth.token` everybody shows a token; without, the people of
 * `auth.users` are who they are called, in their order.
 */
export function callersOf(known: KnownPeople): { readonly self: Caller; readonly other: Caller | undefined } {
  const { token = "" } = known;
  const named = namedCallers(known);
  const [self = { name: "", secret: "" }, other] =
    token === "" ? named : [{ name: "", secret: token }, ...named];
  return { self, other };
}

/** The people of `auth.users`, each as a caller. */
export function namedCallers({ token = "", users = {} }: KnownPeople): readonly Caller[] {
  return Object.entries(users).map(([name, secret]) => ({ name: token === "" ? name : "", secret }));
}

/** The same people, as only this one of them knows them. */
export function asCaller({ name, secret }: Caller): Required<KnownPeople> {
  return name === "" ? { token: secret, users: {} } : { token: "", users: { [name]: secret } };
}
