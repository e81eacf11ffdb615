/** The fields of a multipart form, as RFC 7578 has them, without its files; its boundary is that of the type, or else the first line's. */
export function multipartFields(text: string, contentType = ""): Record<string, string> {
  const [, boundary = text.split("\r\n")[0]?.slice(2) ?? ""] = /boundary="?([^";]+)/i.exec(contentType) ?? [];
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1);
  return Object.fromEntries(
    parts.flatMap((part) => {
      const end = part.indexOf("\r\n\r\n");
      const head = part.slice(0, end);
      const [, name] = /;\s*name="([^"]*)"/i.exec(head) ?? [];
      const isField = end >= 0 && name !== undefined && !/;\s*filename/i.test(head);
      return isField ? [[name, part.slice(end + 4)]] : [];
    }),
  );
}
