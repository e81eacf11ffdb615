import { DEFAULTS } from "./contract-defaults.ts";

/** Where something listens. */
export interface Address {
  /** A name or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A host as it stands in a URL and in a Host header: an IPv6 address has brackets there. */
export function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Host and port, as they stand in a URL: `[::1]:5173`. */
export function placeText({ host, port }: Address): string {
  return `${hostInUrl(host)}:${port}`;
}

/** The URL of a service that listens there. */
export function urlOf(address: Address): string {
  return `http://${placeText(address)}`;
}

/** Where an `http://` or `https://` URL leads to. */
export function addressOfUrl(url: string): Address {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}

/** The hosts that only this machine itself can reach. */
export const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

/** True for a host that only this machine itself can reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** True for a host that stands for all addresses of this machine. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** The host by which this machine itself reaches what listens on that one. */
export function hostFromHere(listensOn: string): string {
  return isWildcard(listensOn) ? DEFAULTS.host : listensOn;
}

/** The same host, as an address where it is this machine's own name. */
export function localhostAsAddress(host: string): string {
  return host === "localhost" ? DEFAULTS.host : host;
}
