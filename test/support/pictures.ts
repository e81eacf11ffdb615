/** A 1 x 1 GIF, in base64. */
export const GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** The same as a file that a page is given. */
export const GIF_FILE = { name: "a.gif", mimeType: "image/gif", buffer: Buffer.from(GIF, "base64") };
