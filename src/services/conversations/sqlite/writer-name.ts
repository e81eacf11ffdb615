import { addressOfUrl, placeText, urlOf } from "../../../contract/address.ts";

/**
 * The name of a new writer, which no other ever had: `<uuid>@127.0.0.1:6101`, so that whoever reads a row knows where
 * its writer is reached; without the place where nobody has said it.
 */
export function newWriterName(url: string | undefined): string {
  const id = crypto.randomUUID();
  return url === undefined ? id : `${id}@${placeText(addressOfUrl(url))}`;
}

/** Where the writer of this name is reached; undefined where its name does not say it. */
export function urlInWriterName(name: string): string | undefined {
  const [, place] = /@(.+)$/.exec(name) ?? [];
  const url = `http://${place}`;
  return place !== undefined && URL.canParse(url) ? urlOf(addressOfUrl(url)) : undefined;
}
