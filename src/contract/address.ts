/** A host as it stands in a URL and in a Host header: an IPv6 address has brackets there. */
export function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The URL of a service that listens there. */
export function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${hostInUrl(host)}:${port}`;
}
