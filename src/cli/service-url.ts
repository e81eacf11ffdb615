import { UserError } from "../errors/user-error.ts";

/** Reads the URL of a service as a flag gives it. Throws a UserError `bad_url` for anything but a bare address. */
export function parseServiceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw badUrl(`"${text}" is not an http:// or https:// URL.`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw badUrl(`"${text}" is more than the address of a service: its paths are known.`);
  }
  return url.origin;
}

function badUrl(message: string): UserError {
  return new UserError("bad_url", message, { hint: "For example: http://127.0.0.1:6101" });
}
